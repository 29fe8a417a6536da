/// The example class of Ceph, which its tests call (`src/cls/hello`).
@NullMarked
package dev.inkfish.objclass.hello;

import org.jspecify.annotations.NullMarked;
