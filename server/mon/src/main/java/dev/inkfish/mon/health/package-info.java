/// How the cluster is: `status`, `health`, `df`, and the checks that follow from the maps.
@NullMarked
package dev.inkfish.mon.health;

import org.jspecify.annotations.NullMarked;
