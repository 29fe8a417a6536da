package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.FaultyStore;
import dev.inkfish.objectstore.MemStore;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.scrub.ScrubSettings;
import dev.inkfish.osdmap.PgMergeMeta;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDPGReadyToMerge;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.PgHistory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/// Groups of several OSDs, a monitor and clients in one thread. Everything that happens is an event in some
/// channel; channels are in order, which channel goes next is drawn from the seed.
final class Simulation {
    private static final PgSettings WAITING = new PgSettings(6, 12, 50, 3, 7, 4, Long.MAX_VALUE, Long.MAX_VALUE);
    /// Who is behind by a few changes is caught up while clients write.
    private static final PgSettings CATCHING_UP = new PgSettings(6, 12, 50, 3, 7, 4, 1, 3);

    /// Small steps and few preemptions, so that changes meet scrubs.
    static final ScrubSettings SCRUBS = new ScrubSettings(
            1, 3, 0, 1, 4096, 1 << 30, 1000, 1 << 20, 1 << 20, 1e9, 1e9, 1e9, 0, 0, false, 5);

    /// Groups of which the monitor did not hear that they were made, with the epoch of their creation.
    final TreeMap<PgId, Integer> creating = new TreeMap<>();
    /// The cluster's log.
    final List<String> logged = new ArrayList<>();
    private final PgSettings settings;
    final Random random;
    final List<FakeMap> maps = new ArrayList<>();
    final List<Node> nodes = new ArrayList<>();
    final List<FakeClient> clients = new ArrayList<>();
    private final TreeMap<String, Deque<Runnable>> channels = new TreeMap<>();
    private final List<String> trace = new ArrayList<>();
    /// Channels in which nothing moves for now.
    private final TreeSet<String> frozen = new TreeSet<>();
    private FakeMap pending;
    private boolean proposalQueued;
    /// The epoch in which the numbers of groups changed last.
    private int numberedAt;
    /// The oldest map that the monitors have.
    private int oldest = 1;
    int merges;
    private long clock;

    Simulation(long seed, int osds, int size, int minSize, int pgNum) {
        this(seed, osds, size, minSize, pgNum, Long.MAX_VALUE);
    }

    /// @param firstCapacity bytes that osd.0 takes
    Simulation(long seed, int osds, int size, int minSize, int pgNum, long firstCapacity) {
        random = new Random(seed);
        settings = seed % 2 == 0 ? CATCHING_UP : WAITING;
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < osds; i++) {
            order.add(i);
        }
        maps.add(new FakeMap(
                1,
                new MapView.PoolParams(size, minSize, pgNum, pgNum, PgMergeMeta.NONE, false),
                pgNum,
                order,
                new TreeSet<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeSet<>(),
                new TreeMap<>()));
        pending = newest().next(order);
        for (int group = 0; group < pgNum; group++) {
            creating.put(new PgId(FakeMap.POOL, group), 2);
        }
        for (int i = 0; i < osds; i++) {
            nodes.add(new Node(i, i == 0 ? firstCapacity : Long.MAX_VALUE));
        }
        nodes.forEach(Node::start);
    }

    FakeMap newest() {
        return maps.getLast();
    }

    FakeMap mapOf(int epoch) {
        return maps.get(epoch - 1);
    }

    /// The monitors forget maps from before all groups were clean last; so do OSDs that lack them.
    void trim() {
        int clean = newest().epoch();
        for (int group = 0; group < newest().params().pgNum(); group++) {
            PgId pgid = new PgId(FakeMap.POOL, group);
            int primary = newest().map(pgid).actingPrimary();
            Pg pg = primary >= 0 && nodes.get(primary).alive ? nodes.get(primary).table.find(SpgId.of(pgid)) : null;
            if (pg == null || !pg.isPrimary()) {
                return;
            }
            clean = Math.min(clean, pg.isClean() ? pg.epoch() : pg.info().history().lastEpochClean());
        }
        note("maps before " + clean + " are trimmed");
        oldest = Math.max(oldest, clean);
    }

    void note(String what) {
        trace.add(what);
    }

    void enqueue(String channel, Runnable event) {
        channels.computeIfAbsent(channel, c -> new ArrayDeque<>()).add(event);
    }

    /// Runs one event.
    ///
    /// @return false if there is none
    boolean step() {
        List<Deque<Runnable>> ready = new ArrayList<>();
        channels.values().removeIf(Deque::isEmpty);
        channels.forEach((name, events) -> {
            if (!frozen.contains(name)) {
                ready.add(events);
            }
        });
        if (ready.isEmpty()) {
            return false;
        }
        clock++;
        ready.get(random.nextInt(ready.size())).poll().run();
        return true;
    }

    /// Messages between two OSDs are held up, in one direction, until [#thaw].
    void freeze(int from, int to) {
        note("freeze " + from + "->" + to);
        frozen.add("net" + from + "-" + to);
    }

    /// The client gets no maps until [#thaw].
    void holdMaps(FakeClient client) {
        frozen.add("client" + client.number + "-maps");
    }

    void thaw() {
        frozen.clear();
    }

    long clock() {
        return clock;
    }

    List<String> trace() {
        return trace;
    }

    void run(int steps) {
        for (int i = 0; i < steps && step(); i++) {}
    }

    void settle() {
        int budget = 200_000;
        while (step()) {
            if (--budget == 0) {
                throw new AssertionError("does not settle\n" + describe());
            }
        }
    }

    String describe() {
        StringBuilder out = new StringBuilder("map " + newest() + "\n");
        for (Node node : nodes) {
            out.append("osd.").append(node.id).append(node.alive ? " at " + node.table.map().epoch() : " dead").append('\n');
            if (node.alive) {
                node.table.groups().forEach(pg -> out.append("  ")
                        .append(pg)
                        .append(' ')
                        .append(pg.info())
                        .append(" missing ")
                        .append(pg.data.missing)
                        .append(" peers ")
                        .append(pg.peerMissing)
                        .append('\n'));
            }
        }
        int shown = Integer.getInteger("simulation.trace", 60);
        trace.subList(Math.max(0, trace.size() - shown), trace.size()).forEach(line -> out.append(line).append('\n'));
        return out.toString();
    }

    // ---- the monitor

    void propose(java.util.function.Consumer<FakeMap> change) {
        change.accept(pending);
        if (!proposalQueued) {
            proposalQueued = true;
            enqueue("mon", () -> {
                proposalQueued = false;
                publish();
            });
        }
    }

    private void publish() {
        maps.add(pending);
        note("map " + pending);
        pending = newest().next(newest().order());
        nodes.forEach(Node::newMap);
        nodes.forEach(Node::tellToMake);
        clients.forEach(client -> enqueue("client" + client.number + "-maps", client::onMap));
    }

    void reorder(List<Integer> order) {
        pending = pending.with(pending.params(), pending.pgpNum(), order);
        propose(map -> {});
    }

    /// `ceph osd pool set size` and `min_size`.
    void resize(int size, int minSize) {
        MapView.PoolParams now = pending.params();
        pending = pending.with(
                new MapView.PoolParams(size, minSize, now.pgNum(), now.pgNumPending(), now.merge(), false),
                pending.pgpNum(),
                pending.order());
        propose(map -> {});
    }

    /// `ceph osd pool set pg_num` and `pgp_num`.
    void regroup(int pgNum, int pgpNum) {
        number(pgNum, pgNum, pending.params().merge(), pgpNum);
    }

    private void number(int pgNum, int pgNumPending, PgMergeMeta merge, int pgpNum) {
        if (!creating.isEmpty()) {
            note("groups are being made");
            return;
        }
        MapView.PoolParams now = pending.params();
        numberedAt = pending.epoch();
        pending = pending.with(
                new MapView.PoolParams(now.size(), now.minSize(), pgNum, pgNumPending, merge, false),
                pgpNum,
                pending.order());
        propose(map -> {});
    }

    /// `pg_num_actual`, one less: the last group is to be merged.
    void beginMerge() {
        int pgNum = pgNum();
        number(pgNum, pgNum - 1, pending.params().merge(), Math.min(pgpNum(), pgNum - 1));
    }

    private void onReadyToMerge(int osd, int upFrom, MOSDPGReadyToMerge told) {
        MapView.PoolParams now = pending.params();
        PgId source = told.source();
        if (source.seed() != now.pgNum() - 1 || now.pgNumPending() > source.seed() || told.mapEpoch() < numberedAt
                || !pending.isUp(osd) || pending.upFrom(osd) != upFrom) {
            return;
        }
        PgId target = PgMerge.target(source, now.pgNum() - 1);
        if (!told.ready() || !newest().map(source).equals(newest().map(target))) {
            note("merge of " + source + " is put off");
            number(now.pgNum(), now.pgNum(), now.merge(), pgpNum());
            return;
        }
        note("merge of " + source + " into " + target);
        merges++;
        pending.pgTemp().remove(source);
        number(now.pgNum() - 1, now.pgNum() - 1, new PgMergeMeta(
                source,
                pending.epoch(),
                told.lastEpochStarted(),
                told.lastEpochClean(),
                told.sourceVersion(),
                told.targetVersion()), pgpNum());
    }

    int pgNum() {
        return pending.params().pgNum();
    }

    int pgpNum() {
        return pending.pgpNum();
    }

    void markDown(int osd) {
        propose(map -> map.up().remove(osd));
    }

    PgId pgOf(String name) {
        return newest().pgOf(hash(name));
    }

    static int hash(String name) {
        return name.hashCode() * 0x9e3779b1 >>> 4;
    }

    HObject object(String name) {
        return HObject.head(name, "", hash(name), "", FakeMap.POOL);
    }

    // ---- an OSD

    final class Node implements PgShell {
        final int id;
        final MemStore store;
        /// What the groups see of it.
        final FaultyStore faulty;
        boolean alive;
        /// It does not come back.
        boolean gone;
        int incarnation;
        int upFrom = -1;
        /// All that it had since it was started: who knows it by an older one still reaches it.
        final TreeSet<Integer> upFroms = new TreeSet<>();
        int epochOnDisk = 1;
        final MapsWithGaps maps = new MapsWithGaps(Simulation.this::mapOf);
        PgTable table;
        private boolean backfilling;
        private MergeReadiness readiness = new MergeReadiness();
        private int scrubs;
        int repaired;
        /// What the monitor heard was made.
        final List<PgId> created = new ArrayList<>();
        /// What it was told to make while it was primary of it.
        private final TreeSet<PgId> told = new TreeSet<>();
        private final Deque<Runnable> commits = new ArrayDeque<>();
        private final Deque<Runnable> backfillQueue = new ArrayDeque<>();

        Node(int id, long capacity) {
            this.id = id;
            this.store = new MemStore(commit -> {
                commits.add(commit);
                enqueue("disk" + id, alive(() -> commits.remove().run()));
            }, capacity);
            this.faulty = new FaultyStore(store);
        }

        void start() {
            alive = true;
            incarnation++;
            upFrom = -1;
            upFroms.clear();
            backfilling = false;
            readiness = new MergeReadiness();
            scrubs = 0;
            backfillQueue.clear();
            note("start osd." + id);
            table = new PgTable(
                    this,
                    mapOf(epochOnDisk),
                    maps,
                    host -> new FakeOps(host, tid -> FakeClient.request(clients, tid)),
                    pgid -> true);
            table.load();
            newMap();
            told.clear();
            tellToMake();
            boot(incarnation);
        }

        /// The monitor names the groups that it is to make.
        void tellToMake() {
            int epoch = newest().epoch();
            creating.forEach((pgid, made) -> {
                if (newest().map(pgid).actingPrimary() != id) {
                    told.remove(pgid);
                } else if (alive && told.add(pgid)) {
                    enqueue("frommon" + id, alive(() -> table.make(SpgId.of(pgid), PgHistory.created(made), epoch, 1)));
                }
            });
        }

        private void boot(int since) {
            enqueue("boot" + id, () -> {
                if (!alive || incarnation != since) {
                    return;
                }
                if (newest().isUp(id) || pending.isUp(id)) {
                    markDown(id);
                    boot(since);
                } else {
                    propose(map -> {
                        map.up().add(id);
                        map.upFromOf().put(id, map.epoch());
                        upFrom = map.epoch();
                        upFroms.add(upFrom);
                    });
                }
            });
        }

        /// Some of what was submitted last is lost; some is durable, but nobody heard of it any more.
        void kill() {
            note("kill osd." + id);
            alive = false;
            incarnation++;
            for (int i = random.nextInt(4); i > 0 && !commits.isEmpty(); i--) {
                commits.poll().run();
            }
            commits.clear();
            store.loseUncommitted();
            for (Node other : nodes) {
                Deque<Runnable> sent = channels.get("net" + id + "-" + other.id);
                while (sent != null && !sent.isEmpty() && random.nextInt(3) > 0) {
                    sent.pollLast();
                }
            }
        }

        boolean isReachedBy(FakeClient.Session session) {
            return alive && upFroms.contains(session.upFrom);
        }

        void newMap() {
            int since = incarnation;
            enqueue("maps" + id, () -> {
                if (alive && incarnation == since && table.map().epoch() < newest().epoch()) {
                    int upTo = table.map().epoch() + 1 + random.nextInt(newest().epoch() - table.map().epoch());
                    if (table.map().epoch() + 1 < oldest) {
                        note("osd." + id + " has no maps from " + (table.map().epoch() + 1) + " to " + (oldest - 1));
                        maps.skip(table.map().epoch(), oldest);
                    }
                    while (table.map().epoch() < upTo) {
                        table.advance(maps.at(maps.after(table.map().epoch())));
                    }
                    epochOnDisk = table.map().epoch();
                    table.activate();
                    if (upFrom > 0 && epochOnDisk >= upFrom && !table.map().isUp(id)) {
                        note("osd." + id + " was marked down and boots again");
                        upFrom = -1;
                        boot(incarnation);
                    }
                    if (epochOnDisk < newest().epoch()) {
                        newMap();
                    }
                }
            });
        }

        private Runnable alive(Runnable task) {
            int since = incarnation;
            return () -> {
                if (alive && incarnation == since) {
                    task.run();
                }
            };
        }

        @Override
        public int whoami() {
            return id;
        }

        @Override
        public ObjectStore store() {
            return faulty;
        }

        @Override
        public Utime now() {
            return Utime.ofMillis(clock);
        }

        @Override
        public Bytes randomBytes(int count) {
            return Bytes.zeros(count);
        }

        @Override
        public PgSettings settings() {
            return settings;
        }

        @Override
        public void send(int osd, PgMessage message) {
            FakeMap map = (FakeMap) table.map();
            if (!map.isUp(osd) || osd == id) {
                assertThat(osd).as("message to itself: " + message).isNotEqualTo(id);
                return;
            }
            int target = map.upFrom(osd);
            PgMessage received = Wire.carry(message);
            if (random.nextInt(20) == 0) {
                Wire.cutOff(message, random);
            }
            enqueue("net" + id + "-" + osd, () -> {
                Node node = nodes.get(osd);
                if (node.alive && node.upFrom == target) {
                    note(id + "->" + osd + " " + brief(received));
                    node.table.handle(id, received);
                }
            });
        }

        @Override
        public PgHost.Timer schedule(long millis, Runnable task) {
            boolean[] cancelled = {false};
            enqueue("timer" + id, alive(() -> {
                if (!cancelled[0]) {
                    task.run();
                }
            }));
            return () -> cancelled[0] = true;
        }

        @Override
        public void submit(CollectionId collection, Transaction transaction, Runnable onCommit) {
            faulty.submit(collection, transaction, alive(onCommit));
        }

        @Override
        public void wantUpThru(int epoch) {
            int target = upFrom;
            int thru = table.map().epoch();
            enqueue("tomon" + id, () -> {
                if (pending.isUp(id) && pending.upFrom(id) == target) {
                    propose(map -> map.upThruOf().merge(id, thru, Math::max));
                }
            });
        }

        @Override
        public void wantPgTemp(PgId pgid, List<Integer> acting) {
            int target = upFrom;
            enqueue("tomon" + id, () -> {
                boolean exists = pgid.seed() < pgNum();
                if (exists && pending.isUp(id) && pending.upFrom(id) == target && acting.stream().allMatch(pending::isUp)) {
                    propose(map -> {
                        if (acting.isEmpty()) {
                            map.pgTemp().remove(pgid);
                        } else {
                            map.pgTemp().put(pgid, acting);
                        }
                    });
                }
            });
        }

        @Override
        public void readyToMerge(PgId target, MergeReadiness.Ready ready) {
            MOSDPGReadyToMerge told = readiness.add(target, ready);
            int since = upFrom;
            if (told != null) {
                enqueue("tomon" + id, () -> onReadyToMerge(id, since, told));
            }
        }

        @Override
        public void notReadyToMerge(PgId pgid) {
            readiness.forget(pgid);
        }

        @Override
        public void reserveBackfill(PgId pgid, int priority, Runnable granted, Runnable wanted) {
            backfillQueue.add(granted);
            grant();
        }

        private void grant() {
            if (!backfilling && !backfillQueue.isEmpty()) {
                backfilling = true;
                enqueue("timer" + id, alive(backfillQueue.poll()));
            }
        }

        @Override
        public void releaseBackfill(PgId pgid) {
            backfilling = false;
            grant();
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
        public ScrubSettings scrubSettings() {
            return SCRUBS;
        }

        @Override
        public boolean reserveScrub(ScrubRole role) {
            if (scrubs == 2) {
                return false;
            }
            scrubs++;
            return true;
        }

        @Override
        public void releaseScrub(ScrubRole role) {
            scrubs--;
            assertThat(scrubs).isNotNegative();
        }

        @Override
        public void countRepaired() {
            repaired++;
        }

        @Override
        public void clusterLog(LogLevel level, String text) {
            note("log " + level + " osd." + id + " " + text);
            logged.add(level + " " + text);
        }

        @Override
        public void created(PgId pgid) {
            created.add(pgid);
            enqueue("tomon" + id, () -> creating.remove(pgid));
        }

        @Override
        public void removed(Pg pg) {
            note("osd." + id + " removed " + pg.pgid());
            table.remove(pg);
        }

        @Override
        public void reportSoon(Pg pg) {}
    }

    private static String brief(PgMessage message) {
        String text = message.toString();
        return text.length() > 400 ? text.substring(0, 400) : text;
    }
}
