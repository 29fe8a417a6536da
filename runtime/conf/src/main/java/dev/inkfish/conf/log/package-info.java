/// The daemons' own logs: levels by Ceph's subsystems, files as `ceph.conf` names them.
@NullMarked
package dev.inkfish.conf.log;

import org.jspecify.annotations.NullMarked;
