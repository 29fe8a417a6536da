package dev.inkfish.blockstore;

import dev.inkfish.objectstore.Burst;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What happens to transactions after they became visible, in three steps, each a thread's work.
///
/// - **commit**: everything that arrived meanwhile goes to the journal, with one sync (two if contents were written
///   to the device directly: the device first). Then the commit listeners run.
/// - **apply**: what many durable transactions come to goes to the key-value store, and leaves [PendingKeys].
/// - **checkpoint**: deferred contents are written to their place, the device is synced, the key-value store
///   flushed, and the journal cut up to what was applied when this began.
///
/// Blocks that a transaction frees may be used again when the checkpoint that cuts it is done: [FreedBlocks].
///
/// Where the store is a member of a [SharedJournal], that one's thread writes and syncs for all its members. A
/// transaction goes to it at once, unless contents were written to the device: then the store's own commit thread syncs
/// that before, and what comes later waits behind it.
///
/// Records are physical (keys with values, blocks with contents), so replaying one that is in place already does no
/// harm as long as all later ones follow. RocksDB may thus flush whenever it likes.
final class Pipeline {
    /// Nobody waits for the key-value store, so it gets at least so many transactions at once, or what comes within
    /// the delay: most change the same keys.
    private static final int APPLY_BATCH = 2048;
    private static final long APPLY_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Journal journal;
    private final BlockDevice device;
    private final KeyValues store;
    private final PendingKeys keys;
    private final Allocator allocator;
    private final Options options;
    private final UUID fsid;
    /// Null with a journal of its own.
    private volatile @Nullable SharedMember member;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition submitted = lock.newCondition();
    private final Condition committed = lock.newCondition();
    private final Condition applied = lock.newCondition();
    private final Condition checkpointWanted = lock.newCondition();
    private final Condition checkpointDone = lock.newCondition();
    private List<Submitted> queue = new ArrayList<>();
    private List<Submitted> toApply = new ArrayList<>();
    /// Back from the shared journal, before all in the queue.
    private final List<Submitted> returned = new ArrayList<>();
    /// The commit thread has transactions that are not in the shared journal yet.
    private boolean handing;
    /// On the way from the shared journal to its own.
    private boolean leaving;
    private long lastCommitted;
    private final FreedBlocks freed = new FreedBlocks();
    private long inFlight;
    private long lastSubmitted;
    private long lastApplied;
    private long lastCheckpoint;
    private long checkpointsStarted;
    private long checkpointsDone;
    private boolean checkpointRequested;
    private boolean applyNow;
    private boolean stopping;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Workers workers = new Workers(this::fail);

    Pipeline(
            Journal journal,
            BlockDevice device,
            KeyValues store,
            PendingKeys keys,
            Allocator allocator,
            Options options,
            UUID fsid,
            @Nullable SharedMember member,
            long sequence) {
        this.journal = journal;
        this.device = device;
        this.store = store;
        this.keys = keys;
        this.allocator = allocator;
        this.options = options;
        this.fsid = fsid;
        this.member = member;
        lastSubmitted = sequence;
        lastCommitted = sequence;
        lastApplied = sequence;
        lastCheckpoint = sequence;
        if (member != null) {
            member.attach(this);
        }
    }

    /// Without this, tests make the steps.
    void start(String name) {
        workers.start(name + "-commit", this::awaitSubmitted, this::commitStep);
        workers.startBehind(name + "-apply", this::awaitCommitted, this::applyStep);
        workers.startBehind(name + "-flush", this::awaitCheckpointWanted, this::flushStep);
    }

    /// The disk cannot be trusted any more: nothing is committed from here on.
    void fail(Throwable cause) {
        if (condemn(cause)) {
            tellOfFailure();
        }
    }

    /// From here on nothing is committed. Takes no lock; [#tellOfFailure] is to follow.
    ///
    /// @return whether this was the first failure
    boolean condemn(Throwable cause) {
        return failure.compareAndSet(null, cause);
    }

    void tellOfFailure() {
        lock.lock();
        try {
            submitted.signalAll();
            committed.signalAll();
            applied.signalAll();
            checkpointWanted.signalAll();
            checkpointDone.signalAll();
        } finally {
            lock.unlock();
        }
        options.onFailure().accept(Objects.requireNonNull(failure.get()));
    }

    boolean hasFailed() {
        return failure.get() != null;
    }

    /// Whether the store's transactions go to a shared journal.
    enum Stage {
        STAYS,
        LEAVING,
        GONE
    }

    Stage stage() {
        lock.lock();
        try {
            return member == null ? Stage.GONE : leaving ? Stage.LEAVING : Stage.STAYS;
        } finally {
            lock.unlock();
        }
    }

    /// Transactions in a journal that the key-value store has not got.
    long unapplied() {
        lock.lock();
        try {
            return lastCommitted - lastApplied;
        } finally {
            lock.unlock();
        }
    }

    void checkAlive() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new CephException(Errno.EIO, "the disk failed: " + cause);
        }
    }

    /// Bytes a transaction may take in the journal.
    long transactionLimit() {
        SharedMember shared = member;
        return shared == null ? journal.limit() : Math.min(journal.limit(), shared.journal().limit());
    }

    /// Waits while too much is on its way. Hold no lock.
    void admit() {
        lock.lock();
        try {
            while (inFlight > options.inFlightLimit() && !hasFailed() && !workers.areNone()) {
                Burst.flush();
                applied.awaitUninterruptibly();
            }
            if (stopping) {
                throw new IllegalStateException("the store is closed");
            }
        } finally {
            lock.unlock();
        }
        checkAlive();
    }

    /// The order of calls is the order of the journal.
    void enqueue(Submitted transaction) {
        lock.lock();
        try {
            transaction.sequence = ++lastSubmitted;
            transaction.batch.sequence = transaction.sequence;
            inFlight += transaction.journalBytes();
            boolean inOrder = queue.isEmpty() && !handing && !leaving;
            if (member != null && inOrder && !transaction.wroteDirectly) {
                member.add(List.of(transaction));
                return;
            }
            queue.add(transaction);
            if (queue.size() == 1) {
                submitted.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitSubmitted() throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty() && returned.isEmpty() && !hasFailed() && !(stopping && lastCommitted == lastSubmitted)) {
                submitted.await();
            }
            return !hasFailed() && !(queue.isEmpty() && returned.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    void commitStep() throws IOException {
        List<Submitted> group = takeQueue();
        if (group.isEmpty()) {
            return;
        }
        boolean direct = false;
        for (Submitted transaction : group) {
            direct |= transaction.wroteDirectly;
        }
        if (direct) {
            device.sync();
        }
        if (handOver(group)) {
            return;
        }
        awaitOwnJournal();
        int done = 0;
        while (done < group.size()) {
            int count = journal.append(group, done);
            if (count == 0) {
                // what is written so far must be able to leave the journal
                journal.sync();
                committed(group.subList(synced(group), done));
                makeRoom();
            }
            done += count;
        }
        journal.sync();
        committed(group.subList(synced(group), group.size()));
    }

    /// How many of the group are durable already.
    private static int synced(List<Submitted> group) {
        int count = 0;
        while (count < group.size() && group.get(count).fate.durable) {
            count++;
        }
        return count;
    }

    private List<Submitted> takeQueue() {
        lock.lock();
        try {
            List<Submitted> group = queue;
            if (!returned.isEmpty()) {
                group.addAll(0, returned);
                returned.clear();
            }
            queue = new ArrayList<>(group.size() + 16);
            handing = !group.isEmpty();
            return group;
        } finally {
            lock.unlock();
        }
    }

    /// @return false if the store does not use a shared journal, or not any more; the group then has what came back
    private boolean handOver(List<Submitted> group) {
        lock.lock();
        try {
            handing = false;
            if (member != null && !leaving) {
                member.add(group);
                return true;
            }
            group.addAll(0, returned);
            returned.clear();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// The shared journal takes nothing any more: back to the store's own, once what is in the shared one is in its
    /// place.
    ///
    /// @param unwritten what it had of this store's, before what was added to it later
    void leave(List<Submitted> unwritten) {
        lock.lock();
        try {
            SharedMember shared = member;
            if (shared == null || leaving) {
                return;
            }
            leaving = true;
            returned.addAll(unwritten);
            returned.addAll(shared.takeBack());
            submitted.signal();
            wantCheckpoint();
        } finally {
            lock.unlock();
        }
    }

    private void awaitOwnJournal() throws IOException {
        while (member != null) {
            checkAlive();
            checkpointNow();
        }
    }

    private void checkpointNow() throws IOException {
        if (workers.areNone()) {
            applyStep();
            checkpoint();
        } else {
            requestCheckpoint(false);
        }
    }

    /// As [#requestCheckpoint], without waiting.
    void askForCheckpoint() {
        lock.lock();
        try {
            wantCheckpoint();
        } finally {
            lock.unlock();
        }
    }

    /// Hold the lock.
    private void wantCheckpoint() {
        checkpointRequested = true;
        committed.signal();
        checkpointWanted.signal();
    }

    /// They are in the journal.
    void committed(List<Submitted> group) {
        checkAlive();
        List<Runnable> listeners = new ArrayList<>(group.size());
        for (Submitted transaction : group) {
            transaction.fate.durable = true;
            listeners.add(transaction.onCommit);
            transaction.forgetContents();
        }
        lock.lock();
        try {
            boolean first = toApply.isEmpty();
            toApply.addAll(group);
            lastCommitted = group.getLast().sequence;
            if (first || enoughToApply()) {
                committed.signal();
            }
            if (stopping) {
                submitted.signal();
            }
        } finally {
            lock.unlock();
        }
        listeners.forEach(Runnable::run);
    }

    private void makeRoom() throws IOException {
        long before = journal.used();
        do {
            checkpointNow();
        } while (journal.used() >= before && !hasFailed() && !workers.areNone());
        checkAlive();
    }

    private boolean awaitCommitted() throws InterruptedException {
        lock.lock();
        try {
            while (toApply.isEmpty() && !hasFailed() && !finished()) {
                committed.await();
            }
            long nanos = APPLY_DELAY_NANOS;
            while (nanos > 0 && !enoughToApply() && !stopping && !hasFailed()) {
                nanos = committed.awaitNanos(nanos);
            }
            return !toApply.isEmpty() && !hasFailed();
        } finally {
            lock.unlock();
        }
    }

    private boolean enoughToApply() {
        return toApply.size() >= APPLY_BATCH || inFlight > options.inFlightLimit() / 2 || applyNow || checkpointRequested;
    }

    void applyStep() {
        List<Submitted> group;
        lock.lock();
        try {
            group = toApply;
            toApply = new ArrayList<>();
        } finally {
            lock.unlock();
        }
        if (group.isEmpty()) {
            return;
        }
        PendingKeys.Sum sum = keys.new Sum(group.getLast().sequence);
        long bytes = 0;
        for (Submitted transaction : group) {
            sum.add(transaction.batch.changes());
            bytes += transaction.journalBytes();
        }
        sum.write();
        group.forEach(transaction -> transaction.batch.applied());
        lock.lock();
        try {
            lastApplied = group.getLast().sequence;
            inFlight -= bytes;
            applyNow = false;
            for (Submitted transaction : group) {
                freed.add(transaction.freed);
            }
            applied.signalAll();
            if (wantsFlush() || wantsCheckpoint()) {
                checkpointWanted.signal();
            }
            if (stopping) {
                committed.signalAll();
                checkpointWanted.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean wantsFlush() {
        return device.pendingBytes() > options.deferredLimit();
    }

    private boolean wantsCheckpoint() {
        SharedMember shared = member;
        boolean journalWants = shared == null
                ? journal.used() > journal.capacity() / 2
                : shared.held() > shared.journal().capacity() / 2;
        return checkpointRequested || journalWants || freed.count() > allocator.blocks() / 8;
    }

    private boolean awaitCheckpointWanted() throws InterruptedException {
        lock.lock();
        try {
            long nanos = options.checkpointInterval().toNanos();
            while (!wantsFlush() && !wantsCheckpoint() && !finished() && !hasFailed()) {
                if (nanos <= 0) {
                    if (lastApplied > lastCheckpoint) {
                        checkpointRequested = true;
                    }
                    nanos = options.checkpointInterval().toNanos();
                } else {
                    nanos = checkpointWanted.awaitNanos(nanos);
                }
            }
            return !finished() && !hasFailed();
        } finally {
            lock.unlock();
        }
    }

    private boolean finished() {
        return stopping && lastApplied == lastSubmitted;
    }

    private void flushStep() throws IOException {
        boolean checkpoint;
        lock.lock();
        try {
            checkpoint = wantsCheckpoint();
        } finally {
            lock.unlock();
        }
        if (checkpoint) {
            checkpoint();
        } else {
            device.flush();
        }
    }

    /// One at a time.
    void checkpoint() throws IOException {
        long sequence;
        SharedMember shared;
        boolean leaves;
        List<int[]> releasing;
        lock.lock();
        try {
            checkpointRequested = false;
            checkpointsStarted++;
            sequence = lastApplied;
            shared = member;
            leaves = shared != null && leaving && sequence == lastCommitted;
            releasing = freed.take();
        } finally {
            lock.unlock();
        }
        device.flush();
        device.sync();
        Journal.Position position = leaves
                ? journal.begin(journal.generation() + 1, sequence)
                : shared != null
                        ? shared.positionAfter(journal.generation(), sequence)
                        : journal.positionAfter(sequence);
        StateRecord.write(store, fsid, position);
        store.flush();
        if (leaves) {
            shared.left();
            member = null;
        } else if (shared != null) {
            shared.trim(position);
        } else {
            journal.trim(position);
        }
        for (int[] blocks : releasing) {
            for (int block : blocks) {
                allocator.release(block);
            }
        }
        lock.lock();
        try {
            lastCheckpoint = sequence;
            freed.released(releasing);
            checkpointsDone++;
            checkpointDone.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a checkpoint that starts from now on, of everything submitted so far if `all`. Hold no lock that
    /// a commit listener takes.
    void requestCheckpoint(boolean all) {
        Burst.flush();
        lock.lock();
        try {
            long target = lastSubmitted;
            while (all && lastApplied < target && !hasFailed()) {
                applyNow = true;
                committed.signal();
                applied.awaitUninterruptibly();
            }
            long wanted = checkpointsStarted + 1;
            while (checkpointsDone < wanted && !hasFailed() && !finished()) {
                wantCheckpoint();
                checkpointDone.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Brings all that was submitted in its place. Hold no lock that a commit listener takes.
    void settle() throws IOException {
        checkAlive();
        if (workers.areNone()) {
            commitStep();
            SharedMember shared = member;
            if (shared != null && !shared.journal().hasThread()) {
                shared.journal().drain();
                commitStep(); // what came back
            }
            applyStep();
            checkpoint();
        } else {
            requestCheckpoint(true);
        }
        checkAlive();
    }

    /// Brings everything in place and ends the threads.
    void stop() throws IOException {
        lock.lock();
        try {
            stopping = true;
            submitted.signalAll();
            committed.signalAll();
            checkpointWanted.signalAll();
            checkpointDone.signalAll();
        } finally {
            lock.unlock();
        }
        workers.join();
        if (!hasFailed()) {
            settle();
            if (member != null) {
                leave(List.of()); // it can be opened alone then
                awaitOwnJournal();
            }
        }
    }
}
