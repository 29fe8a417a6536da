/// The manager map, and what the active manager reports: sums of statistics, checks, services, progress.
@NullMarked
package dev.inkfish.mon.mgr;

import org.jspecify.annotations.NullMarked;
