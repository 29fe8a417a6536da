package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.scrub.ScrubSettings;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.PgMessage;
import java.util.List;

/// What a group asks of the daemon around it. Everything it promises to run runs on the group's shard.
public interface PgShell {
    int whoami();

    ObjectStore store();

    Utime now();

    Bytes randomBytes(int count);

    PgSettings settings();

    /// To a peer OSD, in order, lost if it is down in the present map.
    void send(int osd, PgMessage message);

    PgHost.Timer schedule(long millis, Runnable task);

    /// Applies a transaction; `onCommit` runs on the shard once it is durable.
    void submit(CollectionId collection, Transaction transaction, Runnable onCommit);

    /// Asks the monitors to note that we are alive in an interval that began at `epoch`.
    void wantUpThru(int epoch);

    /// Asks the monitors for another acting set; an empty one takes the wish back.
    void wantPgTemp(PgId pgid, List<Integer> acting);

    /// A group that is to be merged is clean, or cannot become so in this interval; the monitors hear of it when the
    /// other group says the same.
    ///
    /// @param target the group that takes the other one in
    void readyToMerge(PgId target, MergeReadiness.Ready ready);

    /// The interval in which the group said so is over.
    void notReadyToMerge(PgId pgid);

    /// One of the few places for groups that backfill. Asked again while it waits, the new priority counts.
    ///
    /// @param priority those of a higher one get theirs first
    /// @param granted runs when the place is ours
    /// @param wanted runs when one of a higher priority waits for it
    void reserveBackfill(PgId pgid, int priority, Runnable granted, Runnable wanted);

    /// Gives the place, or the wish for one, back.
    void releaseBackfill(PgId pgid);

    /// One of the OSD's places for objects under recovery; where there is none, or somebody of a higher priority waits, `retry` runs
    /// when there may be one.
    default RecoveryPlaces.Turn takeRecoveryPlace(PgId pgid, int priority, Runnable retry) {
        return RecoveryPlaces.Turn.TAKEN;
    }

    /// Gives the place back.
    default void releaseRecoveryPlace() {}

    /// Begins to bring objects to their newest version (`recovery_ops`), and moves that many bytes for it (`recovery_bytes`).
    default void countRecovery(int objects, long bytes) {}

    ScrubSettings scrubSettings();

    /// One of the few places for scrubs that this OSD takes part in, as primary or as replica.
    ///
    /// @return whether there was one
    boolean reserveScrub(ScrubRole role);

    /// Gives the place back.
    void releaseScrub(ScrubRole role);

    /// When clients are told to hold requests back, beside groups that will not serve soon.
    ///
    /// @param onPeering while a group finds its state (`osd_backoff_on_peering`)
    /// @param onDegraded for an object that must be recovered first (`osd_backoff_on_degraded`)
    /// @param onUnfound for an object of which no copy can be found (`osd_backoff_on_unfound`)
    record BackoffOptions(boolean onPeering, boolean onDegraded, boolean onUnfound) {
        static final BackoffOptions DEFAULT = new BackoffOptions(false, false, true);
    }

    default BackoffOptions backoffOptions() {
        return BackoffOptions.DEFAULT;
    }

    /// As what an OSD takes part in a scrub.
    enum ScrubRole {
        PRIMARY,
        REPLICA
    }

    /// A copy of ours was bad and has been replaced.
    void countRepaired();

    /// A line for the cluster log.
    void clusterLog(LogLevel level, String text);

    /// How grave a line of the cluster log is.
    enum LogLevel {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /// Whether the disk is fuller than `osd_failsafe_full_ratio`.
    default boolean isFull() {
        return false;
    }

    /// The version an object's attributes say it has (`object_info_t::version`).
    Eversion objectVersion(Bytes objectInfo);

    /// The same with another version.
    Bytes withObjectVersion(Bytes objectInfo, Eversion version);

    /// Groups are split or merged, and what belongs to another shard is on disk: waits until all shards are there.
    default void awaitOtherShards() {}

    /// The group was active for the first time.
    void created(PgId pgid);

    /// The group's objects and its collection are gone: the group must not be used any more.
    void removed(Pg pg);

    /// The group's state or sums have changed: report it soon.
    void reportSoon(Pg pg);
}
