/// The module `restful`: a cluster's maps over HTTPS, to those who have one of its keys. Of Ceph's module the reading half.
@NullMarked
package dev.inkfish.mgr.restful;

import org.jspecify.annotations.NullMarked;
