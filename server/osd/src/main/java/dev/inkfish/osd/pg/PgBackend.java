package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.List;

/// How a group spreads its objects over the acting set: by whole copies, later also by erasure code.
/// The shape is the owner's (`pg`) to settle.
public interface PgBackend {
    /// Writes the change here and on every other member of the acting set, the log entries with it.
    ///
    /// @param onAllCommitted runs on the shard when it is durable everywhere
    void submit(List<PgLogEntry> entries, Transaction transaction, Eversion trimTo, Runnable onAllCommitted);
}
