/// The `osd …` commands: what they print, and what they change in the map's next epoch
/// (`OSDMonitor::preprocess_command` and `prepare_command`).
@NullMarked
package dev.inkfish.mon.osdcmd;

import org.jspecify.annotations.NullMarked;
