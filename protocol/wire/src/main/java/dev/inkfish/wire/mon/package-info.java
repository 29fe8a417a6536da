/// Structs of the monitor's and manager's side of the protocol.
@NullMarked
package dev.inkfish.wire.mon;

import org.jspecify.annotations.NullMarked;
