/// The map of the monitors, and commands about monitors and the cluster as a whole.
@NullMarked
package dev.inkfish.mon.map;

import org.jspecify.annotations.NullMarked;
