/// Comparing the monitors' stores.
@NullMarked
package dev.inkfish.mon.scrub;

import org.jspecify.annotations.NullMarked;
