/// Tagged reference counts (`src/cls/refcount`).
@NullMarked
package dev.inkfish.objclass.refcount;

import org.jspecify.annotations.NullMarked;
