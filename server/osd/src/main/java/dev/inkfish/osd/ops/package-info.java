/// See [dev.inkfish.osd].
@NullMarked
package dev.inkfish.osd.ops;

import org.jspecify.annotations.NullMarked;
