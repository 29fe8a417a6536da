/// CRUSH: the pseudo-random function that maps an input to devices of a weighted hierarchy
/// (`src/crush`), the map it works on, and the editor that monitors change the map with.
@NullMarked
package dev.inkfish.crush;

import org.jspecify.annotations.NullMarked;
