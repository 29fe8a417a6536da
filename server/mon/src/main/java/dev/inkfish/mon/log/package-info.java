/// The cluster log.
@NullMarked
package dev.inkfish.mon.log;

import org.jspecify.annotations.NullMarked;
