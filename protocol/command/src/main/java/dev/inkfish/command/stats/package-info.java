/// How statistics are written: units, sums over objects, the summary of all groups. Both the monitor
/// (`status`, `df`) and the manager (`pg …`) write them.
@NullMarked
package dev.inkfish.command.stats;

import org.jspecify.annotations.NullMarked;
