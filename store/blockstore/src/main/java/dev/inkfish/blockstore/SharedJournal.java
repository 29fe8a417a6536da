package dev.inkfish.blockstore;

import dev.inkfish.objectstore.Burst;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One journal for the stores of a process that are on the same file system: one thread, one write and one sync for
/// what arrived meanwhile from all of them.
///
/// A journal belongs to one run of one process, and its id is never used again. A store that is a member
/// has its id and a position in its own state on disk; it reads its records back from there when it is
/// opened, and nobody else's. Frames are overwritten only when no member's state on disk refers to them. If a
/// member holds them for too long or has failed, all members leave for their own journals.
///
/// A circle of frames behind two labels, as in [Journal]; see [SharedFrameWriter].
public final class SharedJournal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedJournal.class);

    static final long FIRST = (long) SharedLabel.PLACES * Frames.ALIGN;
    /// How long the journal may be full before its members leave it.
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(10);
    /// See [#writeHere]: transactions, and how long a write may take.
    private static final int FEW = 3;
    private static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final @Nullable Path directory;
    private final StoreFile file;
    private final UUID id;
    private final SharedFrameWriter writer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition trimmed = lock.newCondition();
    private final List<Member> members = new ArrayList<>();
    private final FrameRing ring;
    private int waiting;
    /// Somebody writes, and looks again before resting.
    private boolean writing;
    /// How long a write took lately.
    private volatile long writeNanos = Long.MAX_VALUE;
    private final Burst.Work work = new Burst.Work() {
        @Override
        public void atEnd() {
            if (!writeHere()) {
                now();
            }
        }

        @Override
        public void now() {
            lock.lock();
            arrived.signal();
            lock.unlock();
        }
    };
    private boolean stopping;
    /// Nothing is taken any more: a write failed, or there was no room.
    private boolean over;

    private final ReentrantLock labelLock = new ReentrantLock();
    private SharedLabel label;
    private @Nullable Thread thread;
    private Consumer<UUID> onJoined = fsid -> {};
    private Runnable onClosed = () -> {};

    /// The frame that holds a store's transactions up to a sequence number.
    private record Span(long frame, long lastSequence) {}

    /// A store's part in it.
    final class Member {
        final UUID fsid;
        private volatile @Nullable Pipeline pipeline;
        private List<Submitted> queue = new ArrayList<>();
        private final Deque<Span> spans = new ArrayDeque<>();
        /// The first frame that its state on disk refers to.
        private long needs;
        /// What had been written before that.
        private long heldFrom;
        private boolean asked;

        private Member(UUID fsid) {
            this.fsid = fsid;
            this.needs = ring.next();
            this.heldFrom = ring.written();
        }

        SharedJournal journal() {
            return SharedJournal.this;
        }

        void attach(Pipeline to) {
            lock.lock();
            pipeline = to;
            lock.unlock();
        }

        private boolean isAlive() {
            Pipeline mine = pipeline;
            return mine != null && !mine.hasFailed();
        }

        /// The order of calls is the order of its records.
        void add(List<Submitted> transactions) {
            lock.lock();
            try {
                queue.addAll(transactions);
                waiting += transactions.size();
                if (writing) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            Burst.atEnd(work);
        }

        /// What was added and is not taken to be written yet.
        List<Submitted> takeBack() {
            lock.lock();
            try {
                List<Submitted> taken = queue;
                queue = new ArrayList<>();
                waiting -= taken.size();
                return taken;
            } finally {
                lock.unlock();
            }
        }

        /// Bytes of the journal that it holds.
        long held() {
            lock.lock();
            try {
                return ring.written() - heldFrom;
            } finally {
                lock.unlock();
            }
        }

        /// Where a replay would have to start if everything up to `sequence` is in its place.
        Journal.Position positionAfter(long generation, long sequence) {
            lock.lock();
            try {
                long number = ring.next();
                for (Span span : spans) {
                    if (span.lastSequence() > sequence) {
                        number = span.frame();
                        break;
                    }
                }
                return new Journal.Position(generation, sequence, ring.placeOf(number), id, number);
            } finally {
                lock.unlock();
            }
        }

        /// The position is written down.
        void trim(Journal.Position position) {
            lock.lock();
            try {
                needs = position.frame();
                heldFrom = ring.writtenBefore(needs);
                asked = false;
                while (!spans.isEmpty() && spans.getFirst().frame() < needs) {
                    spans.removeFirst();
                }
                SharedJournal.this.trim();
            } finally {
                lock.unlock();
            }
        }

        /// Its state on disk names this journal, and no other: what it had elsewhere is in its place.
        void joined() {
            lock.lock();
            try {
                members.removeIf(each -> each != this && each.fsid.equals(fsid));
                SharedJournal.this.trim();
            } finally {
                lock.unlock();
            }
            onJoined.accept(fsid);
        }

        /// Its state on disk does not name this journal any more.
        void left() throws IOException {
            lock.lock();
            try {
                members.remove(this);
                SharedJournal.this.trim();
            } finally {
                lock.unlock();
            }
            writeLabel();
        }
    }

    /// The journal of the stores in a directory's directories. `size` counts if a file has to be made.
    ///
    /// @throws IOException if it cannot be: another process has one there, for example
    public static SharedJournal in(Path directory, long size) throws IOException {
        return new SharedFiles(directory).begin(size);
    }

    /// Begins a journal in a file that no store needs.
    ///
    /// @param directory null in tests
    SharedJournal(@Nullable Path directory, StoreFile file, UUID id) throws IOException {
        this(directory, file, id, file.size());
    }

    /// @param filled so much of the file has its place on the disk
    SharedJournal(@Nullable Path directory, StoreFile file, UUID id, long filled) throws IOException {
        this.directory = directory;
        this.file = file;
        this.id = id;
        this.writer = new SharedFrameWriter(id);
        this.ring = new FrameRing(FIRST, filled);
        SharedLabel before = SharedLabel.read(file);
        label = new SharedLabel(id, before == null ? 0 : before.count() + 1, List.of());
        label.write(file);
    }

    /// @param joined runs whenever a store has become a member
    /// @param closed runs when the file is closed
    void start(Consumer<UUID> joined, Runnable closed) {
        onJoined = joined;
        onClosed = closed;
        thread = Thread.ofPlatform().name("store-commit").start(this::work);
    }

    /// More of the file has its place on the disk.
    void grow(long to) {
        lock.lock();
        ring.grow(to);
        lock.unlock();
    }

    UUID id() {
        return id;
    }

    boolean hasThread() {
        return thread != null;
    }

    /// The largest transaction it takes.
    long limit() {
        return capacity() / 4;
    }

    long capacity() {
        lock.lock();
        try {
            return ring.capacity();
        } finally {
            lock.unlock();
        }
    }

    /// Whether a store's directory is on its file system.
    boolean sharesDiskWith(Path store) {
        return directory == null || SharedFiles.together(directory, store);
    }

    /// Makes a store a member: from here on, nothing behind its position is overwritten.
    ///
    /// @return null if it takes no more
    @Nullable Member join(UUID fsid) throws IOException {
        Member member;
        lock.lock();
        try {
            if (over || stopping || members.size() >= SharedLabel.MAX_MEMBERS) {
                return null;
            }
            member = new Member(fsid);
            members.add(member);
        } finally {
            lock.unlock();
        }
        writeLabel();
        return member;
    }

    private void writeLabel() throws IOException {
        labelLock.lock();
        try {
            label = label.next(fsids());
            label.write(file);
        } finally {
            labelLock.unlock();
        }
    }

    private List<UUID> fsids() {
        lock.lock();
        try {
            return members.stream().map(each -> each.fsid).distinct().toList();
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        try {
            while (await()) {
                commitStep();
                lock.lock();
                writing = false;
                lock.unlock();
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    private boolean await() throws InterruptedException {
        lock.lock();
        try {
            while (writing || waiting == 0 && !stopping && !over) {
                arrived.await();
            }
            writing = waiting > 0 && !over;
            return writing;
        } finally {
            lock.unlock();
        }
    }

    /// The thread that submitted writes, where that takes less than telling another: one operation at a time, on a disk
    /// that answers at once.
    ///
    /// @return false if it is left to the journal's own thread
    private boolean writeHere() {
        lock.lock();
        try {
            if (waiting == 0) {
                return true;
            }
            boolean quick = waiting <= FEW && writeNanos <= SHORT_NANOS && ring.used() <= capacity() / 2;
            if (thread == null || writing || stopping || over || !quick) {
                return false;
            }
            writing = true;
        } finally {
            lock.unlock();
        }
        try {
            commitStep();
        } catch (Throwable e) {
            fail(e);
        } finally {
            lock.lock();
            writing = false;
            if (waiting > 0 || stopping) {
                arrived.signalAll();
            }
            lock.unlock();
        }
        return true;
    }

    /// The file cannot be trusted any more.
    private void fail(Throwable cause) {
        List<Pipeline> all;
        lock.lock();
        try {
            over = true;
            all = pipelines();
        } finally {
            lock.unlock();
        }
        all.forEach(each -> each.fail(cause));
    }

    private List<Pipeline> pipelines() {
        List<Pipeline> all = new ArrayList<>();
        for (Member member : members) {
            if (member.pipeline != null) {
                all.add(member.pipeline);
            }
        }
        return all;
    }

    /// Writes what has arrived, and tells the stores. Without a thread, tests call it.
    void commitStep() throws IOException {
        List<SharedSection> sections = take();
        while (!sections.isEmpty()) {
            ByteBuffer frame = writer.assemble(sections);
            long offset = reserve(frame, sections);
            if (offset < 0) {
                if (makeRoom(frame.limit())) {
                    continue;
                }
                dissolve(sections);
                return;
            }
            long began = System.nanoTime();
            file.write(frame, offset);
            file.sync();
            took(System.nanoTime() - began);
            for (SharedSection section : sections) {
                committed(section);
            }
            sections.removeIf(each -> each.done == each.transactions.size());
        }
        askForCheckpoints();
    }

    private void took(long nanos) {
        long before = writeNanos;
        writeNanos = before == Long.MAX_VALUE ? nanos : before + (nanos - before) / 8;
    }

    private List<SharedSection> take() {
        List<SharedSection> sections = new ArrayList<>(members.size());
        lock.lock();
        try {
            for (Member member : members) {
                List<Submitted> taken = member.queue;
                if (!taken.isEmpty()) {
                    member.queue = new ArrayList<>(taken.size() + 16);
                    waiting -= taken.size();
                    if (member.isAlive()) {
                        sections.add(new SharedSection(member, taken));
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        return sections;
    }

    private static void committed(SharedSection section) {
        List<Submitted> group = section.inFrame();
        section.done += section.count;
        Pipeline pipeline = section.member.pipeline;
        if (group.isEmpty() || pipeline == null || pipeline.hasFailed()) {
            return;
        }
        try {
            pipeline.committed(group);
        } catch (RuntimeException | Error e) {
            pipeline.fail(e); // its own fault: the others go on
        }
    }

    /// Finds a place for the frame, and gives it its number.
    ///
    /// @return -1 if there is no room
    private long reserve(ByteBuffer frame, List<SharedSection> sections) {
        long offset;
        long number;
        lock.lock();
        try {
            number = ring.next();
            offset = ring.reserve(frame.limit());
            if (offset < 0) {
                return -1;
            }
            for (SharedSection section : sections) {
                if (section.count > 0) {
                    section.member.spans.add(new Span(number, section.inFrame().getLast().sequence));
                }
            }
        } finally {
            lock.unlock();
        }
        writer.seal(frame, number);
        return offset;
    }

    /// Forgets the frames that no member needs. Hold the lock.
    private void trim() {
        long needed = ring.next();
        for (Member member : members) {
            needed = Math.min(needed, member.needs);
        }
        ring.trim(needed);
        trimmed.signalAll();
    }

    /// Those that hold half of the journal are to bring their part in its place.
    private void askForCheckpoints() {
        List<Pipeline> asked = new ArrayList<>();
        lock.lock();
        try {
            if (ring.used() <= capacity() / 2) {
                return;
            }
            for (Member member : members) {
                Pipeline pipeline = member.pipeline;
                if (!member.asked && pipeline != null && member.held() > capacity() / 2) {
                    member.asked = true;
                    asked.add(pipeline);
                }
            }
        } finally {
            lock.unlock();
        }
        asked.forEach(Pipeline::askForCheckpoint);
    }

    /// Waits until those that hold the oldest frames let go of them.
    ///
    /// @return false if one has failed or takes too long
    private boolean makeRoom(int length) throws IOException {
        long end = System.nanoTime() + STALL_NANOS;
        while (true) {
            List<Member> holding = new ArrayList<>();
            lock.lock();
            try {
                // what a frame skips at the file's end is less than its own length
                if (ring.used() + 2L * length <= capacity() || ring.isEmpty()) {
                    return true;
                }
                for (Member member : members) {
                    if (member.needs <= ring.oldest()) {
                        holding.add(member);
                    }
                }
            } finally {
                lock.unlock();
            }
            for (Member member : holding) {
                if (!member.isAlive()) {
                    LOG.warn("osd {} has failed and holds the shared journal {}", member.fsid, id);
                    return false;
                }
                Pipeline pipeline = Objects.requireNonNull(member.pipeline);
                if (thread == null) {
                    pipeline.applyStep();
                    pipeline.checkpoint();
                } else {
                    pipeline.askForCheckpoint();
                }
            }
            if (thread != null && !awaitTrim(end)) {
                LOG.warn("the shared journal {} is full, and osd {} does not empty it", id, holding.getFirst().fsid);
                return false;
            }
        }
    }

    private boolean awaitTrim(long end) {
        lock.lock();
        try {
            trimmed.awaitNanos(TimeUnit.MILLISECONDS.toNanos(100));
            return System.nanoTime() < end;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// All members go on with their own journals; this one keeps what they have in it until they left.
    private void dissolve(List<SharedSection> unwritten) {
        List<Member> all;
        lock.lock();
        try {
            over = true;
            all = List.copyOf(members);
        } finally {
            lock.unlock();
        }
        for (Member member : all) {
            List<Submitted> back = new ArrayList<>();
            unwritten.stream().filter(each -> each.member == member).forEach(each -> back.addAll(each.left()));
            if (member.pipeline != null) {
                member.pipeline.leave(back);
            }
        }
    }

    /// To be called when the stores are closed. What one that failed has in the journal stays there.
    @Override
    public void close() {
        lock.lock();
        stopping = true;
        arrived.signalAll();
        lock.unlock();
        Thread running = thread;
        if (running != null) {
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("closing the shared journal {}: {}", id, e.toString());
        }
        onClosed.run();
    }
}
