/// What sessions subscribe to (`mon_subscribe`).
@NullMarked
package dev.inkfish.mon.subs;

import org.jspecify.annotations.NullMarked;
