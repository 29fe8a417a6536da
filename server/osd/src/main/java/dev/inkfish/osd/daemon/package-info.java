/// See [dev.inkfish.osd].
@NullMarked
package dev.inkfish.osd.daemon;

import org.jspecify.annotations.NullMarked;
