/// References to chunks of deduplicated data (`src/cls/cas`).
@NullMarked
package dev.inkfish.objclass.cas;

import org.jspecify.annotations.NullMarked;
