/// Journals of images: who reads them, how far, and in which sections (`src/cls/journal`).
@NullMarked
package dev.inkfish.objclass.journal;

import org.jspecify.annotations.NullMarked;
