package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.ClientOps;
import dev.inkfish.osd.ops.ClientSession;
import dev.inkfish.osd.scrub.ScrubMode;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDBackoff;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One member's part of a placement group (`PG`, `PeeringState`): what maps, messages, commits and client
/// operations do to it. Pure: time, randomness, disk and network are behind [PgShell]; all calls come
/// on the group's shard.
///
/// Intervals fence everything. A message carries the epoch it belongs to and is dropped in [#handle] if our
/// interval began later; a completion is wrapped by [#inInterval] and does nothing in a later interval.
public final class Pg {
    final PgShell shell;
    final PgData data;
    final PgBackend backend;
    final Peering peering;
    final ReplicaRole replica;
    final Recovery recovery;
    final Backfill backfill;
    final RecoveryPriority priority = new RecoveryPriority(this);
    final PgReport report;
    final Scrubber scrubber;
    final ScrubReplica scrubReplica;
    final ClientOps ops;
    final LostObjects lost = new LostObjects(this);
    final Backoffs backoffs;
    private final OpQueue queue;
    private final PgRemoval removal;
    private final PeeringClock clock = new PeeringClock();

    MapView map;
    MapView.PoolParams pool;
    MapView.Mapping mapping;
    PgState state = new PgState.Reset();
    /// What the others have, as they said or as we made it so; only on a primary.
    final TreeMap<PgShard, PgInfo> peerInfo = new TreeMap<>();
    final TreeMap<PgShard, MissingSet> peerMissing = new TreeMap<>();
    /// The members of the interval, ourselves among them: acting set, backfill targets, those caught up behind clients.
    SortedSet<PgShard> members = new TreeSet<>();
    SortedSet<PgShard> backfillTargets = new TreeSet<>();
    /// Members that get the objects they lack while clients go on changing them; these they get as log entries only.
    SortedSet<PgShard> asyncTargets = new TreeSet<>();
    /// Epoch since which our view of the interval holds.
    private int resetEpoch;
    /// OSDs outside of the interval that went down or were restarted: what they told us is void.
    private final SortedSet<PgShard> restarted = new TreeSet<>();
    private long generation;
    private boolean dirtyInfo;
    private boolean flushing;
    private boolean flushed;
    private boolean opsActive;
    private final PgInbox inbox = new PgInbox(this);

    private Pg(PgShell shell, PgData data, MapView map, Function<PgHost, ClientOps> opsFactory) {
        this.shell = shell;
        this.data = data;
        this.map = map;
        MapView.PoolParams params = map.pool(data.pgid.pgid().pool());
        if (params == null) {
            throw new IllegalArgumentException("no pool for " + data.pgid + " in map " + map.epoch());
        }
        this.pool = params;
        this.mapping = place(map, params);
        this.resetEpoch = map.epoch();
        this.recovery = new Recovery(this);
        this.backend = new ReplicatedBackend(this);
        this.peering = new Peering(this);
        this.replica = new ReplicaRole(this);
        this.backfill = new Backfill(this);
        this.report = new PgReport(this);
        this.removal = new PgRemoval(this);
        this.scrubber = new Scrubber(this);
        this.scrubReplica = new ScrubReplica(this);
        this.ops = opsFactory.apply(new PgHostPort(this));
        this.backoffs = new Backoffs(this);
        this.queue = new OpQueue(this);
    }

    /// Where the group lives; before it came to be, where the one did that it was split from.
    private MapView.Mapping place(MapView view, MapView.PoolParams params) {
        return view.map(PgSplit.ancestor(data.pgid.pgid(), params.pgNum()));
    }

    /// A group that is new on this OSD; [#persistNew] puts it on disk.
    ///
    /// @param map the map of the epoch to which `history` and `past` belong
    public static Pg create(
            PgShell shell,
            SpgId pgid,
            PgHistory history,
            PastIntervals past,
            MapView map,
            Function<PgHost, ClientOps> opsFactory) {
        return new Pg(shell, new PgData(pgid, history, past), map, opsFactory);
    }

    void enter(PgState next) {
        clock.enter(state, next, map.epoch(), shell.now());
        state = next;
    }

    public IntervalSet snapTrimQueue() {
        return ops.snapTrimQueue();
    }

    public PeeringView peeringView() {
        return clock.view(this);
    }

    public PgStateHistory states() {
        return clock.history();
    }

    void persistNew() {
        Transaction transaction = new Transaction();
        PgDisk.create(data, map.epoch(), transaction);
        dirtyInfo = false;
        shell.submit(data.collection, transaction, () -> {});
    }

    /// Parts the group if the map to which it has just advanced says so.
    ///
    /// @param before how many groups the pool had in the map before
    /// @return what the children are; the clients send again what is not answered
    List<PgData> split(int before) {
        if (pool.pgNum() <= before || data.pgid.pgid().seed() >= before || state instanceof PgState.Removing) {
            return List.of();
        }
        List<PgData> children = PgSplit.split(this, before);
        if (!children.isEmpty()) {
            dirtyInfo = false;
            scrubber.removeOldResults();
            queue.dropAll();
        }
        return children;
    }

    /// Takes in the groups that are merged into this one, after it has come to the map that says so.
    ///
    /// @param sources as they are on disk, null for those that are not
    void merge(List<@Nullable PgData> sources) {
        PgMerge.merge(this, sources);
        dirtyInfo = false;
        scrubber.removeOldResults();
        queue.dropAll();
    }

    /// Ends all work; what is on disk is what the group is.
    void close() {
        endInterval();
        queue.dropAll();
        persistInfo();
    }

    /// A child of a split, in the map that made it.
    static Pg child(PgShell shell, PgData data, MapView map, Function<PgHost, ClientOps> opsFactory) {
        return new Pg(shell, data, map, opsFactory);
    }

    /// What clients sent with an older map they send again: since then the object's group or its primary has changed.
    /// Taken all the same, it would be done before what was sent earlier and dropped when we lost the group.
    public int requestsSince() {
        return Math.max(data.history.lastEpochSplit(), data.history.samePrimarySince());
    }

    MapView map() {
        return map;
    }

    /// The epoch of the map that [#load] must be given.
    public static int epochOnDisk(ObjectStore store, SpgId pgid) {
        return PgDisk.load(store, pgid).epochOnDisk;
    }

    /// A group as it is on disk.
    ///
    /// @param maps gives the map of an epoch
    public static Pg load(
            PgShell shell, SpgId pgid, Function<Integer, MapView> maps, Function<PgHost, ClientOps> opsFactory) {
        PgData data = PgDisk.load(shell.store(), pgid);
        Pg pg = new Pg(shell, data, maps.apply(data.epochOnDisk), opsFactory);
        pg.replica.removeTemporaryObjects();
        pg.scrubber.removeOldResults();
        return pg;
    }

    public SpgId pgid() {
        return data.pgid;
    }

    public int epoch() {
        return map.epoch();
    }

    /// The oldest map the group needs when it is loaded again.
    public int epochOnDisk() {
        return data.epochOnDisk;
    }

    public ClientOps ops() {
        return ops;
    }

    public boolean isPrimary() {
        return mapping.actingPrimary() == shell.whoami() && !isGone();
    }

    /// Its pool has no such group any more, or not yet.
    boolean isGone() {
        return data.pgid.pgid().seed() >= pool.pgNum();
    }

    boolean isRemoving() {
        return state instanceof PgState.Removing;
    }

    /// The group is about to be put into another or to take one in: it serves nobody until that is done or put off.
    boolean isPremerge() {
        return pool.pgNumPending() < pool.pgNum()
                && PgSplit.concerns(data.pgid.pgid(), pool.pgNumPending(), pool.pgNum());
    }

    public boolean isActive() {
        return state instanceof PgState.Active;
    }

    public boolean isClean() {
        return isActive() && peering.isClean();
    }

    /// For lists and logs: `active+clean` and so on.
    public long stateBits() {
        return report.stateBits();
    }

    public PgStat stat() {
        return report.stat();
    }

    public PgInfo info() {
        return data.info();
    }

    // ---- what is told of it

    /// All members of the interval, as commands print them.
    public List<String> memberNames() {
        return members.stream().map(PgShard::toString).toList();
    }

    /// Those that are caught up behind clients, as commands print them.
    public List<String> asyncTargetNames() {
        return asyncTargets.stream().map(PgShard::toString).toList();
    }

    /// What the others have, as far as a primary knows.
    public TreeMap<String, PgInfo> peers() {
        TreeMap<String, PgInfo> peers = new TreeMap<>();
        peerInfo.forEach((member, info) -> peers.put(member.toString(), info));
        return peers;
    }

    /// How far a scrub is.
    ///
    /// @param since the epoch of the interval in which the last one ran; 0 if none did
    public record ScrubProgress(
            int since,
            boolean active,
            boolean deep,
            String start,
            String end,
            int shallowErrors,
            int deepErrors,
            List<String> awaiting) {}

    public LostObjects lost() {
        return lost;
    }

    public ScrubProgress scrubProgress() {
        return scrubber.progress();
    }

    // ---- an operator's wishes

    /// Recovery goes before that of all other groups, or not any more.
    public void forceRecovery(boolean forced) {
        if (priority.forceRecovery(forced, stateBits())) {
            report.changed();
            recovery.kick();
        }
    }

    /// Backfill goes before that of all other groups, or not any more.
    public void forceBackfill(boolean forced) {
        if (priority.forceBackfill(forced, stateBits())) {
            report.changed();
            backfill.onPriority();
        }
    }

    // ---- scrubs

    /// Somebody asks for a scrub; it begins with a coming [#scrubTick].
    public void requestScrub(ScrubMode mode) {
        if (isPrimary() && !(state instanceof PgState.Removing)) {
            scrubber.request(mode);
        }
    }

    /// Has the schedule take it for a group that was scrubbed long ago.
    public Utime backdateScrub(boolean deep, long seconds) {
        return scrubber.plan.backdate(deep, seconds);
    }

    public ScrubJob scrubJob() {
        return scrubber.plan.job();
    }

    /// When the next scrub is due; requested ones come first.
    public Utime scrubDue() {
        return scrubber.plan.due();
    }

    /// Time to begin a scrub, if one is due.
    ///
    /// @param permitted hour and load allow scrubs that nobody asked for
    /// @return whether one began
    public boolean scrubTick(boolean permitted) {
        return isPrimary() && scrubber.begin(permitted);
    }

    PgShard whoami() {
        return new PgShard(shell.whoami(), data.pgid.shard());
    }

    OsdMap osdMap() {
        return map.osdMap();
    }

    int resetEpoch() {
        return resetEpoch;
    }

    /// Wraps a completion: it does nothing once the interval is over.
    Runnable inInterval(Runnable task) {
        long since = generation;
        return () -> {
            if (generation == since) {
                task.run();
            }
        };
    }

    // ---- maps

    /// The next map that the OSD has ([MapSource#after]), in order.
    public void advanceMap(MapView next) {
        if (next.epoch() <= map.epoch()) {
            throw new IllegalArgumentException("map " + next.epoch() + " after " + map.epoch());
        }
        MapView.PoolParams nextPool = next.pool(data.pgid.pgid().pool());
        if (nextPool == null) {
            endInterval();
            map = next;
            mapping = MapView.Mapping.NOWHERE;
            queue.dropAll();
            removal.start();
            return;
        }
        MapView.Mapping nextMapping = place(next, nextPool);
        boolean cameUp = !map.isUp(shell.whoami()) && next.isUp(shell.whoami());
        if (Intervals.differ(data.pgid.pgid(), mapping, pool, nextMapping, nextPool)) {
            startInterval(next, nextPool, nextMapping);
        } else if (cameUp) {
            // for the others the interval goes on, and so it must in our history: what was told of its primary
            // being alive counts from its true beginning
            endInterval();
            resetEpoch = next.epoch();
        } else {
            noteRestarted(next);
        }
        map = next;
        pool = nextPool;
    }

    private void noteRestarted(MapView next) {
        for (PgShard member : peerInfo.keySet()) {
            boolean gone = !next.isUp(member.osd()) || next.upFrom(member.osd()) > map.epoch();
            if (gone && !members.contains(member)) {
                restarted.add(member);
            }
        }
    }

    private void startInterval(MapView next, MapView.PoolParams nextPool, MapView.Mapping nextMapping) {
        boolean wasPrimary = isPrimary();
        endInterval();
        data.endInterval(map, mapping, pool, next, nextMapping, nextPool);
        mapping = nextMapping;
        resetEpoch = next.epoch();
        dirtyInfo = true;
        if (!(wasPrimary && isPrimary())) {
            queue.dropAll();
        }
    }

    private void endInterval() {
        generation++;
        peering.takeBackReadiness();
        flushing = false;
        flushed = false;
        if (opsActive) {
            opsActive = false;
            ops.onIntervalEnd();
        }
        queue.requeueUnanswered();
        backoffs.releaseAll();
        backend.reset();
        recovery.reset();
        backfill.reset();
        scrubber.reset();
        scrubReplica.reset();
        peering.reset();
        peerInfo.clear();
        peerMissing.clear();
        members = new TreeSet<>();
        backfillTargets = new TreeSet<>();
        asyncTargets = new TreeSet<>();
        restarted.clear();
        enter(new PgState.Reset());
    }

    /// Peering must begin again within the interval.
    void restartPeering() {
        endInterval();
        resetEpoch = map.epoch();
        flush();
    }

    /// The map is the newest one there is: act upon it.
    public void activateMap() {
        if (state instanceof PgState.Removing) {
            return;
        }
        if (dirtyInfo || map.epoch() - data.epochOnDisk >= 100) {
            persistInfo();
        }
        if (state instanceof PgState.Reset) {
            if (!flushing) {
                flush();
            }
        } else if (isPrimary()) {
            SortedSet<PgShard> gone = new TreeSet<>(restarted);
            restarted.clear();
            peering.onMap(gone);
            if (isActive()) {
                recovery.onMap();
                backfill.onMap();
            }
        } else if (state instanceof PgState.Stray) {
            replica.start(); // the primary may have begun anew and forgotten us
        }
        if (opsActive) {
            ops.onMap(map.osdMap());
        }
        inbox.deliver();
    }

    /// What we say that we have must survive our death: an interval begins, for us, when everything that was
    /// written in earlier ones is durable.
    private void flush() {
        flushing = true;
        Transaction transaction = new Transaction();
        PgDisk.writeInfo(data, map.epoch(), transaction);
        shell.submit(data.collection, transaction, inInterval(() -> {
            flushed = true;
            if (isPrimary()) {
                peering.start();
            } else {
                replica.start();
            }
            inbox.deliver();
        }));
    }

    /// Writes what is known of intervals, so that a restart does not need older maps.
    public void persistInfo() {
        if (!(state instanceof PgState.Removing)) {
            dirtyInfo = false;
            Transaction transaction = new Transaction();
            PgDisk.writeInfo(data, map.epoch(), transaction);
            shell.submit(data.collection, transaction, () -> {});
        }
    }

    // ---- messages

    /// A message of another member.
    ///
    /// @param osd who sent it
    public void handle(int osd, PgMessage message) {
        inbox.take(osd, message);
    }

    /// Our state of earlier intervals is durable: others may rely on what we say.
    boolean isFlushed() {
        return flushed;
    }

    /// Another member says that the group has no place here any more.
    void leave() {
        if (!mapping.up().contains(shell.whoami()) && !mapping.acting().contains(shell.whoami())) {
            endInterval();
            removal.start();
        }
    }

    // ---- client operations

    /// A client's operation; the daemon has checked that the client's map is not newer than ours.
    ///
    /// @return false if it is over: the client learns of the right primary by its map and sends again
    public boolean handleOp(ClientSession session, MOSDOp op, long tid) {
        boolean ours = isPrimary() && !(state instanceof PgState.Removing);
        if (ours) {
            queue.handle(session, op, tid);
        }
        return ours;
    }

    /// The session's connection broke.
    public void onDisconnect(ClientSession session) {
        queue.forget(session);
    }

    boolean servesOps() {
        return opsActive;
    }

    /// As many members act as must have a change before it may be acknowledged.
    boolean enoughAct() {
        return Intervals.present(mapping.acting()).size() >= pool.minSize();
    }

    /// The interval is active: operations may go on, if enough members are there.
    void startOps() {
        if (enoughAct() && !isPremerge()) {
            opsActive = true;
            ops.onActive();
            queue.release();
            backoffs.releaseAll(); // it was incomplete until somebody turned up
        } else {
            holdClientsBack();
        }
    }

    /// Nothing but a change of the map will make the group serve.
    boolean holdsClientsBack() {
        return state instanceof PgState.Down
                || state instanceof PgState.Incomplete
                || state instanceof PgState.Active && !opsActive
                || state.isPeering() && shell.backoffOptions().onPeering();
    }

    void holdClientsBack() {
        if (isPrimary() && holdsClientsBack()) {
            queue.holdBack();
        }
    }

    /// A client has noted that it is held back.
    public void onBackoff(ClientSession session, MOSDBackoff told) {
        queue.onBackoff(session, told);
    }

    @Override
    public String toString() {
        return "pg " + data.pgid + " " + PgStates.text(stateBits()) + " " + state;
    }
}
