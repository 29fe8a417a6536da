package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.MemStore;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.ScrubListing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A group of one member over a store in memory. Commits come when the test says so, or at once; time passes
/// when the test says so.
final class FakeHost implements PgHost {
    static final long POOL = 1;

    final MemStore store = new MemStore();
    final SpgId pgid = SpgId.of(new PgId(POOL, 0));
    final List<PgLogEntry> log = new ArrayList<>();
    final TreeSet<HObject> unreadable = new TreeSet<>();
    final TreeSet<HObject> degraded = new TreeSet<>();
    /// By those that are caught up while clients write.
    final TreeSet<HObject> lacked = new TreeSet<>();
    final TreeSet<HObject> scrubbing = new TreeSet<>();
    final List<HObject> repaired = new ArrayList<>();
    boolean delayed;
    boolean full;
    /// Of the last change.
    boolean readSoon;
    long readOps;
    long readKib;
    long bytes;
    long objects;
    long clones;
    long whiteouts;
    private final Map<OsdReqId, PgLogEntry> byRequest = new HashMap<>();
    private final Deque<Commit> uncommitted = new ArrayDeque<>();
    private final Deque<Runnable> recoveries = new ArrayDeque<>();
    private final Deque<Runnable> behindScrubs = new ArrayDeque<>();
    private final PriorityQueue<Scheduled> timers = new PriorityQueue<>();
    private final NavigableMap<Long, Long> purged = new TreeMap<>();
    private final Random random = new Random(7);
    private OsdMap map;
    private long nowMillis = 1_700_000_000_000L;
    private long timerSequence;
    private Eversion committed = Eversion.ZERO;
    private long lastUserVersion;

    private record Commit(Eversion version, Runnable task) {}

    private final class Scheduled implements PgHost.Timer, Comparable<Scheduled> {
        final long at;
        final long sequence = timerSequence++;
        final Runnable task;

        Scheduled(long at, Runnable task) {
            this.at = at;
            this.task = task;
        }

        @Override
        public int compareTo(Scheduled other) {
            int c = Long.compare(at, other.at);
            return c != 0 ? c : Long.compare(sequence, other.sequence);
        }

        @Override
        public void cancel() {
            timers.remove(this);
        }
    }

    FakeHost() {
        OsdMap empty = OsdMap.empty();
        OsdMapIncremental first = OsdMapIncremental.after(empty);
        first.newPoolMax = POOL;
        PgPool.Draft draft = new PgPool.Draft();
        draft.type = PgPool.TYPE_REPLICATED;
        draft.size = 1;
        draft.minSize = 1;
        draft.objectHash = 2;
        draft.pgNum(1);
        draft.pgpNum = 1;
        first.newPools.put(POOL, draft.pool());
        first.newPoolNames.put(POOL, "p");
        map = empty.apply(first);
        store.submit(collection(), new Transaction().createCollection(collection()), () -> {});
    }

    // ---- what a test does

    void changePool(UnaryOperator<PgPool.Draft> change) {
        OsdMapIncremental inc = OsdMapIncremental.after(map);
        inc.newPools.put(POOL, change.apply(pool().edit()).pool());
        map = map.apply(inc);
    }

    OsdMap changeMap(java.util.function.Consumer<OsdMapIncremental> change) {
        OsdMapIncremental inc = OsdMapIncremental.after(map);
        change.accept(inc);
        map = map.apply(inc);
        return map;
    }

    /// Everything submitted so far is durable.
    void commit() {
        while (!uncommitted.isEmpty()) {
            commitOne();
        }
    }

    void commitOne() {
        Commit next = uncommitted.removeFirst();
        committed = next.version.compareTo(committed) > 0 ? next.version : committed;
        next.task.run();
    }

    int uncommittedCount() {
        return uncommitted.size();
    }

    void recover() {
        unreadable.clear();
        degraded.clear();
        lacked.clear();
        List<Runnable> tasks = new ArrayList<>(recoveries);
        recoveries.clear();
        tasks.forEach(Runnable::run);
    }

    void endScrub() {
        scrubbing.clear();
        List<Runnable> tasks = new ArrayList<>(behindScrubs);
        behindScrubs.clear();
        tasks.forEach(Runnable::run);
    }

    void pass(long millis) {
        long until = nowMillis + millis;
        while (!timers.isEmpty() && timers.peek().at <= until) {
            Scheduled next = timers.poll();
            nowMillis = next.at;
            next.task.run();
        }
        nowMillis = until;
    }

    // ---- the port

    @Override
    public int whoami() {
        return 0;
    }

    @Override
    public SpgId pgid() {
        return pgid;
    }

    @Override
    public CollectionId collection() {
        return CollectionId.of(pgid);
    }

    @Override
    public ObjectStore store() {
        return store;
    }

    @Override
    public OsdMap osdMap() {
        return map;
    }

    @Override
    public PgPool pool() {
        return java.util.Objects.requireNonNull(map.pool(POOL));
    }

    @Override
    public Utime now() {
        return Utime.ofMillis(nowMillis);
    }

    @Override
    public Bytes randomBytes(int count) {
        byte[] result = new byte[count];
        random.nextBytes(result);
        return Bytes.wrap(result);
    }

    @Override
    public Timer schedule(long millis, Runnable task) {
        Scheduled scheduled = new Scheduled(nowMillis + millis, task);
        timers.add(scheduled);
        return scheduled;
    }

    @Override
    public Eversion nextVersion() {
        return new Eversion(map.epoch(), lastUpdate().version() + 1);
    }

    @Override
    public Eversion lastUpdate() {
        return log.isEmpty() ? Eversion.ZERO : log.getLast().version();
    }

    @Override
    public long lastUserVersion() {
        return lastUserVersion;
    }

    @Override
    public @Nullable PgLogEntry findRequest(OsdReqId reqid) {
        return byRequest.get(reqid);
    }

    @Override
    public boolean isCommitted(Eversion version) {
        return version.compareTo(committed) <= 0;
    }

    @Override
    public void whenCommitted(Eversion version, Runnable task) {
        if (isCommitted(version)) {
            task.run();
        } else {
            uncommitted.add(new Commit(version, task));
        }
    }

    @Override
    public void submit(PgMutation mutation) {
        for (PgLogEntry entry : mutation.entries()) {
            if (entry.version().version() != lastUpdate().version() + 1) {
                throw new IllegalStateException("entry " + entry.version() + " after " + lastUpdate());
            }
            log.add(entry);
            lastUserVersion = Math.max(lastUserVersion, entry.userVersion());
            if (entry.reqid() != null) {
                byRequest.put(entry.reqid(), entry);
            }
        }
        readSoon = mutation.transaction().isReadSoon();
        store.submit(collection(), mutation.transaction(), () -> {});
        bytes += mutation.statsDelta().bytes();
        objects += mutation.statsDelta().objects();
        clones += mutation.statsDelta().clones();
        whiteouts += mutation.statsDelta().whiteouts();
        uncommitted.add(new Commit(lastUpdate(), mutation.onCommitted()));
        if (!delayed) {
            commit();
        }
    }

    @Override
    public boolean isUnreadable(HObject object) {
        return unreadable.contains(object);
    }

    @Override
    public boolean isDegraded(HObject object) {
        return degraded.contains(object);
    }

    @Override
    public boolean isLacked(HObject object) {
        return isDegraded(object) || lacked.contains(object);
    }

    @Override
    public void whenRecovered(HObject object, Runnable task) {
        recoveries.add(task);
    }

    @Override
    public void repair(HObject object, Runnable task, Runnable otherwise) {
        repaired.add(object);
        if (delayed) {
            unreadable.add(object);
            recoveries.add(task);
        } else {
            task.run();
        }
    }

    @Override
    public boolean isScrubbing(HObject object) {
        return scrubbing.contains(object);
    }

    @Override
    public void whenScrubbed(HObject object, Runnable task) {
        behindScrubs.add(task);
    }

    @Override
    public @Nullable ScrubListing listScrubErrors(ScrubListing.Query query) {
        return null;
    }

    @Override
    public boolean isFull() {
        return full;
    }

    @Override
    public void countReads(long operations, long kib) {
        readOps += operations;
        readKib += kib;
    }

    @Override
    public ObjectStatSum sums() {
        return ObjectStatSum.ZERO;
    }

    @Override
    public NavigableMap<Long, Long> purgedSnaps() {
        return purged;
    }

    @Override
    public void markPurged(long snap) {
        purged.put(snap, 1L);
    }
}
