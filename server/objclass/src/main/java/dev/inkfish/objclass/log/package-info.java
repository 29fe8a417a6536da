/// Logs sorted by time, kept in an omap (`src/cls/log`).
@NullMarked
package dev.inkfish.objclass.log;

import org.jspecify.annotations.NullMarked;
