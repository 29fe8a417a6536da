/// The cluster's maps: which daemons there are, which pools, and where a placement group lives.
@NullMarked
package dev.inkfish.osdmap;

import org.jspecify.annotations.NullMarked;
