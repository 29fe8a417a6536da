/// The OSD map at the monitor: who is up and in, pools, snapshots, groups being created (`OSDMonitor`).
@NullMarked
package dev.inkfish.mon.osd;

import org.jspecify.annotations.NullMarked;
