/// The log that several monitors agree on, by Apache Ratis: its transport over the monitors' own messenger, and the
/// monitor's store as its state machine.
@NullMarked
package dev.inkfish.mon.raft;

import org.jspecify.annotations.NullMarked;
