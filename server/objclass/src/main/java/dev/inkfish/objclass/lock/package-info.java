/// Advisory locks on objects (`src/cls/lock`).
@NullMarked
package dev.inkfish.objclass.lock;

import org.jspecify.annotations.NullMarked;
