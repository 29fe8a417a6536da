/// Structs of the OSD's side of the protocol: operations, object state, placement groups.
@NullMarked
package dev.inkfish.wire.osd;

import org.jspecify.annotations.NullMarked;
