package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.ops.ClientSession;
import dev.inkfish.osd.ops.PgMutation;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.ScrubListing;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// What the client operations of a group see of the group. All calls come from, and call back on, the
/// group's shard.
public interface PgHost {
    int whoami();

    SpgId pgid();

    CollectionId collection();

    /// For reads; changes go through [#submit].
    ObjectStore store();

    OsdMap osdMap();

    PgPool pool();

    Utime now();

    /// Random bytes from outside the core.
    Bytes randomBytes(int count);

    /// Runs `task` on the shard after `millis`, unless the interval has changed by then.
    Timer schedule(long millis, Runnable task);

    /// The version that the next log entry must have.
    Eversion nextVersion();

    /// Version and user version of the newest entry.
    Eversion lastUpdate();

    long lastUserVersion();

    /// The log's entry that a request left, or null: whether it was done already.
    @Nullable PgLogEntry findRequest(OsdReqId reqid);

    /// Whether everything up to this version is durable on all of the acting set.
    boolean isCommitted(Eversion version);

    /// Runs `task` when that is so; at once if it is already.
    void whenCommitted(Eversion version, Runnable task);

    /// Writes a change on all of the acting set and logs it. It is visible to reads here when this
    /// returns; `onCommitted` of the mutation runs when it is durable everywhere, in the order of submission,
    /// unless the interval has changed.
    ///
    /// @throws dev.inkfish.objectstore.StoreFullException if our store has no room, and
    ///     [dev.inkfish.wire.CephException] if it cannot write: then nothing was changed anywhere
    void submit(PgMutation mutation);

    /// The object cannot be read here: its newest version is yet to be recovered.
    boolean isUnreadable(HObject object);

    /// The object cannot be written yet: some of the acting set lacks its newest version.
    boolean isDegraded(HObject object);

    /// A change that reads this object cannot be made everywhere: somebody who gets all changes lacks its newest version, be it one
    /// that is caught up behind clients.
    boolean isLacked(HObject object);

    /// Tells a client to hold back requests for an object that it cannot have now, where options say so.
    ///
    /// @return whether it was told: its request is to be dropped
    default boolean holdBack(ClientSession session, HObject object) {
        return false;
    }

    /// Hastens the object's recovery and runs `task` when neither [#isUnreadable] nor [#isLacked] holds.
    void whenRecovered(HObject object, Runnable task);

    /// A read found a corrupt block: fetch the object from another replica, mend it here, then run `task`;
    /// `otherwise` if no good copy exists.
    void repair(HObject object, Runnable task, Runnable otherwise);

    /// A scrub is looking at the object: changes must wait.
    boolean isScrubbing(HObject object);

    /// Runs `task` when [#isScrubbing] no longer holds.
    void whenScrubbed(HObject object, Runnable task);

    /// A page of what the last scrub found; null if there was none.
    @Nullable ScrubListing listScrubErrors(ScrubListing.Query query);

    /// The disk is so full that nothing may grow any more.
    boolean isFull();

    /// Adds reads to the group's statistics; they are durable with a later change.
    void countReads(long operations, long kib);

    /// The group's statistics, which [PgMutation] carries changes of.
    ObjectStatSum sums();

    /// Removed snapshots of which no clone is left: start to length.
    NavigableMap<Long, Long> purgedSnaps();

    /// Remembers, durably with the next change, that no clone of a removed snapshot is left.
    void markPurged(long snap);

    /// Cancels what [#schedule] promised.
    interface Timer {
        void cancel();
    }
}
