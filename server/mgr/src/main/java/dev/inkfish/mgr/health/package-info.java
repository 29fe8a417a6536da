/// What the manager finds wrong in the statistics.
@NullMarked
package dev.inkfish.mgr.health;

import org.jspecify.annotations.NullMarked;
