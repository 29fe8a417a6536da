/// Class `rbd`: what librbd keeps about images, on their header, directory, object map and other objects
/// (`src/cls/rbd`). One file per group of methods; [dev.inkfish.objclass.rbd.RbdClass] is the table.
@NullMarked
package dev.inkfish.objclass.rbd;

import org.jspecify.annotations.NullMarked;
