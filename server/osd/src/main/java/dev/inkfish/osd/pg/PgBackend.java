package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgShard;
import java.util.List;

/// How a group spreads its objects over its members: by whole copies, later also by erasure code. Peering,
/// the log and what is missing where are the group's; what bytes go where is the back end's.
public interface PgBackend {
    /// Writes the change here and on every other member, the log entries with it.
    ///
    /// @param onAllCommitted runs on the shard when it is durable everywhere, in the order of submission
    void submit(List<PgLogEntry> entries, Transaction transaction, Runnable onAllCommitted);

    /// Whether everything up to this version is durable on all members.
    boolean isCommitted(Eversion version);

    /// Runs `task` when that is so.
    void whenCommitted(Eversion version, Runnable task);

    /// Brings the object to this member, which lacks it.
    void fetch(HObject object, Eversion version, PgShard source, FetchResult result);

    /// Brings our copy of the object to a member that lacks it.
    void push(HObject object, PgShard target, Runnable onDurable);

    /// A member has got an object that it lacked.
    void onPushed(PgShard member);

    /// A member outside of the interval is gone: what is being fetched from it is [FetchResult#notThere].
    void lostSource(PgShard member);

    /// Takes a message that is the back end's own.
    void handle(PgMessage message);

    /// The interval is over: nothing that is under way counts any more.
    void reset();

    /// How a fetch ended.
    interface FetchResult {
        void fetched();

        /// The source does not have it.
        void notThere();
    }
}
