/// See [dev.inkfish.osd].
@NullMarked
package dev.inkfish.osd.pg;

import org.jspecify.annotations.NullMarked;
