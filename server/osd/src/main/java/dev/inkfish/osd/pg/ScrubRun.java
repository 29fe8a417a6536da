package dev.inkfish.osd.pg;

import dev.inkfish.osd.scrub.ScrubFindings;
import dev.inkfish.osd.scrub.ScrubMode;
import dev.inkfish.osd.scrub.ScrubScan;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.ScrubMap;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A scrub under way on the primary, and the chunk it is at.
final class ScrubRun {
    final ScrubMode mode;
    /// To see whether a repair helped.
    final boolean recheck;
    /// Nobody asked for it.
    final boolean automatic;
    final ScrubFindings findings = new ScrubFindings();
    final SortedSet<PgShard> reserving = new TreeSet<>();
    final SortedSet<PgShard> reserved = new TreeSet<>();
    boolean begun;
    /// Everything before is done.
    HObject position;
    int preemptionsLeft;
    int divisor = 1;
    @Nullable Chunk chunk;
    /// Requests to the replicas of the present or a broken-off chunk that are not answered yet.
    final SortedSet<PgShard> awaiting = new TreeSet<>();
    int digestsPending;

    ScrubRun(ScrubMode mode, boolean recheck, boolean automatic, HObject position) {
        this.mode = mode;
        this.automatic = automatic;
        this.recheck = recheck;
        this.position = position;
    }

    /// The objects from the run's position to `end`, looked at by all members at once.
    static final class Chunk {
        final HObject start;
        final HObject end;
        /// Changes in the range go on and interrupt us; otherwise they wait.
        final boolean preemptible;
        final ScrubScan scan;
        boolean preempted;
        boolean scanned;
        final TreeMap<PgShard, ScrubMap> maps = new TreeMap<>();
        final List<Runnable> blocked = new ArrayList<>();

        Chunk(HObject start, HObject end, boolean preemptible, ScrubScan scan) {
            this.start = start;
            this.end = end;
            this.preemptible = preemptible;
            this.scan = scan;
        }

        boolean contains(HObject object) {
            return object.compareTo(start) >= 0 && object.compareTo(end) < 0;
        }
    }
}
