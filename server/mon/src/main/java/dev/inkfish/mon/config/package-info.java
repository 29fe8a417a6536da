/// Configuration options and keys that the monitors keep for everybody.
@NullMarked
package dev.inkfish.mon.config;

import org.jspecify.annotations.NullMarked;
