/// The monitor as a daemon: store, messenger, timers, around the core.
@NullMarked
package dev.inkfish.mon.daemon;

import org.jspecify.annotations.NullMarked;
