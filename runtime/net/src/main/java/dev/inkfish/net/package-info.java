/// Connections to peers: event loops, TCP and in-process transports, and the monitor client every daemon has.
@NullMarked
package dev.inkfish.net;

import org.jspecify.annotations.NullMarked;
