package dev.inkfish.osd.daemon;

import dev.inkfish.conf.Conf;
import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.StoreFullException;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.pg.MapView;
import dev.inkfish.osd.pg.MergeReadiness;
import dev.inkfish.osd.pg.Pg;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.osd.pg.PgSettings;
import dev.inkfish.osd.pg.PgShell;
import dev.inkfish.osd.pg.PgTable;
import dev.inkfish.osd.pg.RecoveryPlaces;
import dev.inkfish.osd.scrub.ScrubMode;
import dev.inkfish.osd.scrub.ScrubSettings;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDBackoff;
import dev.inkfish.wire.message.MOSDForceRecovery;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDRepOp;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgStat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Groups that are worked on by one thread at a time. Everything that concerns them comes through the shard's
/// mailbox: maps, messages, client operations, commits, timers.
final class OsdShard implements PgShell {
    private static final Logger LOG = LoggerFactory.getLogger(OsdShard.class);

    private final OsdDaemon daemon;
    private final int number;
    private final Mailbox mailbox;
    private final PgTable table;
    private final OsdObjecter objecter;
    /// What clients sent with a newer map than ours, or to a group that is about to be made, and what came behind that.
    private final Deque<Waiting> waitingForMap = new ArrayDeque<>();
    private final Map<SpgId, Long> reportedState = new HashMap<>();
    /// Whose state was not reported yet.
    private final Set<SpgId> changed = new HashSet<>();
    private final OpTracker tracker = new OpTracker();
    private final RecoveryPlaces recovery = new RecoveryPlaces();
    private boolean recoveryTimer;
    private volatile PgSettings configured;
    private PgSettings settings;
    private long submitted;
    private long committed;

    /// @param retry takes it again
    /// @param drop ends it without an answer
    private record Waiting(Caller session, SpgId pgid, Runnable retry, Runnable drop) {}

    OsdShard(OsdDaemon daemon, int number, int shards, MapView map, PgSettings settings) {
        this.daemon = daemon;
        this.number = number;
        this.configured = settings;
        this.settings = settings;
        this.objecter = new OsdObjecter(daemon, this, number);
        this.table = new PgTable(
                this,
                map,
                daemon.maps(),
                host -> daemon.config().ops().apply(host, objecter),
                pgid -> shardOf(pgid, shards) == number);
        this.mailbox = new Mailbox("osd." + daemon.whoami() + "-shard-" + number, this::onFailure);
    }

    OpTracker tracker() {
        return tracker;
    }

    /// A request of a connection is over, answered or not.
    void over(ShardSession session, long tid) {
        tracker.end(session, tid, System.nanoTime(), daemon.complaintNanos());
    }

    /// The counters as they are now, for another thread.
    OpCounters counted() {
        OpCounters copy = new OpCounters();
        copy.add(tracker.counters());
        copy.inFlight = tracker.count();
        for (Pg pg : table.groups()) {
            copy.groups++;
            copy.primaries += pg.isPrimary() ? 1 : 0;
        }
        return copy;
    }

    /// A group and those that are split from it are the same shard's, if there were as many groups as shards before.
    static int shardOf(PgId pgid, int shards) {
        int low = pgid.seed() & (Integer.highestOneBit(2 * shards - 1) - 1);
        return Math.floorMod(low * 31 + Long.hashCode(pgid.pool()) * 7, shards);
    }

    void start() {
        mailbox.start();
    }

    void post(Runnable task) {
        mailbox.add(task);
    }

    /// As [#post], for what takes some microseconds only: it may run before this returns.
    void postShort(Runnable task) {
        mailbox.addShort(task);
    }

    /// Lets what is in the mailbox run, then ends the thread.
    void stop() throws InterruptedException {
        mailbox.stop();
    }

    private void onFailure(Throwable thrown) {
        switch (thrown) {
            case StoreFullException e -> daemon.diskFailed("is too full to follow its groups: " + e.getMessage());
            case CephException e -> daemon.diskFailed(e.getMessage());
            default -> {
                LOG.error("a shard of osd.{} met a state that must not be; the daemon stops", whoami(), thrown);
                daemon.abort();
            }
        }
    }

    // ---- work, one task at a time

    void load() {
        table.load();
        table.activate();
        shareLogs();
    }

    void advance(List<OsdMapView> maps) {
        for (OsdMapView map : maps) {
            if (map.epoch() > table.map().epoch()) {
                table.advance(map);
                objecter.onMap();
            }
        }
        activate();
    }

    void activate() {
        table.activate();
        shareLogs();
        retryWaiting();
    }

    private void retryWaiting() {
        List<Waiting> waiting = List.copyOf(waitingForMap);
        waitingForMap.clear();
        waiting.forEach(each -> each.retry.run());
    }

    /// The monitors want a group made.
    void make(SpgId pgid, PgHistory history, int asked, int oldestMap) {
        table.make(pgid, history, asked, oldestMap);
        retryWaiting();
    }

    void handle(int osd, PgMessage message) {
        int before = table.groups().size();
        if (message instanceof MOSDRepOp change) {
            tracker.counters().replicated.add(change.weight(), 0, 0);
        }
        table.handle(osd, message);
        if (table.groups().size() > before && !waitingForMap.isEmpty()) {
            retryWaiting(); // the message made the group they are for
        }
    }

    /// A request that has just come.
    ///
    /// @param arrived by `System.nanoTime`
    void accept(OsdSession client, MOSDOp op, long tid, long arrived) {
        ShardSession session = client.on(this, number, daemon.shards().size());
        tracker.begin(session, op, tid, arrived);
        handleOp(session, op, tid);
    }

    void handleOp(Caller session, MOSDOp op, long tid) {
        if (!take(session, op, tid)) {
            session.over(op, tid);
        }
    }

    /// @return false if the request is over
    private boolean take(Caller session, MOSDOp op, long tid) {
        if (!session.isConnected()) {
            return false;
        }
        if (session instanceof ShardSession client && op.mapEpoch() < table.map().epoch()) {
            client.session().seen(op.mapEpoch());
        }
        if (op.mapEpoch() > table.map().epoch() || waitsBehind(session, op.pgid())) {
            tracker.counters().delayedForMap++;
            return await(session, op, tid);
        }
        return switch (OpGate.check(session, op, tid, table.map().osdMap())) {
            case DROP -> false;
            case PASS -> pass(session, op, tid);
        };
    }

    private boolean await(Caller session, MOSDOp op, long tid) {
        Runnable retry = () -> handleOp(session, op, tid);
        return waitingForMap.add(new Waiting(session, op.pgid(), retry, () -> session.over(op, tid)));
    }

    /// Something earlier of the session's for the same group waits: it must not be overtaken.
    private boolean waitsBehind(Caller session, SpgId pgid) {
        for (Waiting each : waitingForMap) {
            if (each.session == session && each.pgid.equals(pgid)) {
                return true;
            }
        }
        return false;
    }

    private boolean pass(Caller session, MOSDOp op, long tid) {
        PgId pgid = OpGate.group(op, table.map().osdMap());
        if (pgid == null || !OpGate.belongsTo(op, pgid, table.map().osdMap())) {
            return false; // the client learns it from the map
        }
        OsdShard owner = daemon.shardOf(pgid);
        if (owner != this) {
            // its pool or number of groups was not known before
            tracker.moved(session, tid);
            long now = System.nanoTime();
            owner.post(() -> {
                if (session instanceof ShardSession client) {
                    owner.accept(client.session(), op, tid, now);
                } else {
                    owner.handleOp(session, op, tid);
                }
            });
            return true;
        }
        Pg pg = table.find(SpgId.of(pgid));
        boolean primary = pg != null ? pg.isPrimary() : table.map().map(pgid).actingPrimary() == whoami();
        if (!primary) {
            OpGate.onMisdirected(session, op, tid, table.map().osdMap());
            return false;
        }
        tracker.reachedGroup(session, tid, System.nanoTime());
        if (pg != null && op.mapEpoch() < pg.requestsSince()) {
            return false; // its client sends it again, to whomever the object belongs now
        }
        return pg != null
                ? pg.handleOp(session, op, tid)
                : await(session, op, tid); // about to be made
    }

    /// A client says that it holds requests back: what it sent before that, and is to be dropped, has to be seen first.
    void onBackoff(OsdSession client, MOSDBackoff told) {
        ShardSession session = client.on(this, number, daemon.shards().size());
        Pg pg = table.find(told.pgid());
        if (waitsBehind(session, told.pgid())) {
            waitingForMap.add(new Waiting(session, told.pgid(), () -> onBackoff(client, told), () -> {}));
        } else if (pg != null) {
            pg.onBackoff(session, told);
        }
    }

    @Override
    public BackoffOptions backoffOptions() {
        Conf conf = daemon.config().conf();
        return new BackoffOptions(
                conf.flag("osd_backoff_on_peering"),
                conf.flag("osd_backoff_on_degraded"),
                conf.flag("osd_backoff_on_unfound"));
    }

    void onDisconnect(OsdSession client) {
        ShardSession session = client.on(this, number, daemon.shards().size());
        waitingForMap.removeIf(waiting -> {
            boolean gone = waiting.session == session;
            if (gone) {
                waiting.drop.run();
            }
            return gone;
        });
        table.groups().forEach(pg -> pg.onDisconnect(session));
    }

    /// Begins scrubs that are due, those that were asked for first.
    ///
    /// @param lucky groups that nobody asked to scrub may be looked at
    /// @param permitted hour and load allow their scrubs
    void scrubTick(boolean lucky, boolean permitted) {
        List<Pg> groups = new ArrayList<>();
        for (Pg pg : table.groups()) {
            if (pg.isPrimary() && (lucky || pg.scrubDue().isZero())) {
                groups.add(pg);
            }
        }
        groups.sort(Comparator.comparing(Pg::scrubDue).thenComparing(Pg::pgid));
        for (Pg pg : groups) {
            if (pg.scrubDue().compareTo(now()) > 0) {
                return;
            }
            pg.scrubTick(permitted);
        }
    }

    void requestScrub(SpgId pgid, ScrubMode mode) {
        Pg pg = table.find(pgid);
        if (pg != null) {
            pg.requestScrub(mode);
            pg.scrubTick(false);
        }
    }

    void force(SpgId pgid, MOSDForceRecovery request) {
        Pg pg = table.find(pgid);
        if (pg != null && pg.isPrimary()) {
            boolean forced = !request.has(MOSDForceRecovery.CANCEL);
            if (request.has(MOSDForceRecovery.BACKFILL)) {
                pg.forceBackfill(forced);
            } else if (request.has(MOSDForceRecovery.RECOVERY)) {
                pg.forceRecovery(forced);
            }
        }
    }

    OsdObjecter objecter() {
        return objecter;
    }

    PgTable table() {
        return table;
    }

    /// What to report of the groups we are primary of: all, or those whose state changed since the last report.
    NavigableMap<PgId, PgStat> stats(Reporter.Extent extent) {
        NavigableMap<PgId, PgStat> stats = new TreeMap<>();
        for (Pg pg : table.groups()) {
            if (pg.isPrimary() && (extent == Reporter.Extent.ALL || changed.contains(pg.pgid()))) {
                stats.put(pg.pgid().pgid(), pg.stat());
            }
        }
        changed.clear();
        return stats;
    }

    /// They count from the next task on; may be called from any thread.
    void settings(PgSettings changed) {
        configured = changed;
        post(this::shareLogs);
    }

    private void shareLogs() {
        long perOsd = daemon.config().conf().integer("osd_target_pg_log_entries_per_osd");
        settings = configured.sharedBy(table.groups().size() * Math.max(1, daemon.shards().size()), perOsd);
    }

    // ---- what groups ask

    @Override
    public int whoami() {
        return daemon.whoami();
    }

    @Override
    public ObjectStore store() {
        return daemon.store();
    }

    @Override
    public Utime now() {
        return OsdDaemon.now();
    }

    @Override
    public Bytes randomBytes(int count) {
        return OsdDaemon.random(count);
    }

    @Override
    public PgSettings settings() {
        return settings;
    }

    @Override
    public void send(int osd, PgMessage message) {
        daemon.peers().send(osd, table.map().osdMap(), message);
    }

    @Override
    public PgHost.Timer schedule(long millis, Runnable task) {
        boolean[] cancelled = {false};
        daemon.later(millis, () -> post(() -> {
            if (!cancelled[0]) {
                task.run();
            }
        }));
        return () -> cancelled[0] = true;
    }

    @Override
    public void submit(CollectionId collection, Transaction transaction, Runnable onCommit) {
        // not on the store's thread, which a further transaction may have to wait for
        submitted++;
        Runnable task = () -> {
            committed++;
            onCommit.run();
        };
        store().submit(collection, transaction, () -> mailbox.addShort(task, daemon.publicMessenger().home()));
    }

    /// Transactions given to the store, and those that have come back from it. On the shard.
    long submitted() {
        return submitted;
    }

    long committed() {
        return committed;
    }

    @Override
    public void wantUpThru(int epoch) {
        int have = table.map().epoch();
        daemon.control(() -> daemon.monLink().wantUpThru(epoch, have));
    }

    @Override
    public void wantPgTemp(PgId pgid, List<Integer> acting) {
        daemon.control(() -> daemon.monLink().wantPgTemp(pgid, acting));
    }

    /// On the thread, too.
    void recoveryLimits(int most, long sleepNanos) {
        recovery.limits(most, sleepNanos);
        wakeRecovery();
    }

    /// As [#recoveryLimits].
    void deferRecovery(long until) {
        recovery.defer(until);
        wakeRecovery();
    }

    @Override
    public RecoveryPlaces.Turn takeRecoveryPlace(PgId pgid, int priority, Runnable retry) {
        RecoveryPlaces.Turn turn = recovery.take(pgid, priority, System.nanoTime(), retry);
        if (turn != RecoveryPlaces.Turn.TAKEN) {
            awaitRecovery();
        }
        return turn;
    }

    @Override
    public void releaseRecoveryPlace() {
        recovery.release();
        post(this::wakeRecovery);
    }

    private void wakeRecovery() {
        recovery.wake(System.nanoTime());
        awaitRecovery();
    }

    /// Where only time is missing (`osd_recovery_sleep`): one timer at most.
    private void awaitRecovery() {
        long nanos = recovery.nanosToWait(System.nanoTime());
        if (nanos > 0 && !recoveryTimer) {
            recoveryTimer = true;
            schedule(nanos / 1_000_000 + 1, () -> {
                recoveryTimer = false;
                wakeRecovery();
            });
        }
    }

    @Override
    public void readyToMerge(PgId target, MergeReadiness.Ready ready) {
        daemon.control(() -> daemon.monLink().readyToMerge(target, ready));
    }

    @Override
    public void notReadyToMerge(PgId pgid) {
        daemon.control(() -> daemon.monLink().notReadyToMerge(pgid));
    }

    @Override
    public void reserveBackfill(PgId pgid, int priority, Runnable granted, Runnable wanted) {
        daemon.control(() ->
                daemon.backfills().reserve(pgid, priority, () -> post(granted), () -> post(wanted)));
    }

    @Override
    public void releaseBackfill(PgId pgid) {
        daemon.control(() -> daemon.backfills().release(pgid));
    }

    @Override
    public void countRecovery(int objects, long bytes) {
        tracker.counters().recoveries += objects;
        tracker.counters().recoveryBytes += bytes;
    }

    @Override
    public ScrubSettings scrubSettings() {
        return daemon.scrubs().settings();
    }

    @Override
    public boolean reserveScrub(ScrubRole role) {
        return daemon.scrubs().reserve(role);
    }

    @Override
    public void releaseScrub(ScrubRole role) {
        daemon.scrubs().release(role);
    }

    @Override
    public void countRepaired() {
        daemon.countRepaired();
    }

    @Override
    public void clusterLog(LogLevel level, String text) {
        daemon.control(() -> daemon.clusterLog().add(level, text));
    }

    @Override
    public boolean isFull() {
        return daemon.isFull();
    }

    @Override
    public Eversion objectVersion(Bytes objectInfo) {
        return ObjectInfo.decode(objectInfo.reader()).version();
    }

    @Override
    public Bytes withObjectVersion(Bytes objectInfo, Eversion version) {
        return ObjectInfo.withVersion(objectInfo, version);
    }

    @Override
    public void awaitOtherShards() {
        daemon.awaitShards();
    }

    @Override
    public void removed(Pg pg) {
        LOG.info("osd.{} removed {}", whoami(), pg.pgid());
        reportedState.remove(pg.pgid());
        changed.remove(pg.pgid());
        table.remove(pg);
    }

    @Override
    public void reportSoon(Pg pg) {
        long bits = pg.stateBits();
        @Nullable Long before = reportedState.put(pg.pgid(), bits);
        if (before == null || before != bits) {
            changed.add(pg.pgid());
            daemon.control(daemon.reporter()::soon);
        }
    }

    @Override
    public void created(PgId pgid) {
        daemon.control(() -> daemon.monLink().created(pgid));
    }
}
