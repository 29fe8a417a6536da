/// The manager as a running daemon: its thread, its messenger, its session with the monitors.
@NullMarked
package dev.inkfish.mgr.daemon;

import org.jspecify.annotations.NullMarked;
