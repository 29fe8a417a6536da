package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.List;

/// A change that client operations hand to their group: what to write, what the log says of it, and what
/// to do when it is durable on all of the acting set.
///
/// @param entries one per object touched (head, clones), versions ascending from `PgHost.nextVersion`
/// @param statsDelta what it does to the group's sums
public record PgMutation(List<PgLogEntry> entries, Transaction transaction, ObjectStatsDelta statsDelta, Runnable onCommitted) {
    /// Changes of `object_stat_sum_t`.
    public record ObjectStatsDelta(
            long bytes,
            long objects,
            long clones,
            long objectCopiesOmap,
            long omapBytes,
            long omapKeys,
            long whiteouts,
            long readOps,
            long readKib,
            long writeOps,
            long writeKib) {
        public static final ObjectStatsDelta NONE = new ObjectStatsDelta(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
}
