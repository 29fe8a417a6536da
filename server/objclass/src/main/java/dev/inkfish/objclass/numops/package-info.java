/// Arithmetic on numbers kept in an omap (`src/cls/numops`).
@NullMarked
package dev.inkfish.objclass.numops;

import org.jspecify.annotations.NullMarked;
