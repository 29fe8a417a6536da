/// Object versions that a client sets and checks (`src/cls/version`).
@NullMarked
package dev.inkfish.objclass.version;

import org.jspecify.annotations.NullMarked;
