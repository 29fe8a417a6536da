package dev.inkfish.blockstore;

import dev.inkfish.objectstore.Burst;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
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

/// One journal for the stores of a process that are on the same file system: one write and one sync for what
/// arrived meanwhile from all of them.
///
/// Frames follow each other in the order in which transactions arrived. Several may be on their way to the disk at
/// once, so that it has work while the next is put together; but what a frame holds counts as durable only when all
/// frames before it are. A replay ends before the first that is missing.
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
    /// So many frames are written at once, a further one if so many transactions wait for it.
    private static final int FRAMES = 2;
    private static final int ENOUGH = 3;
    private static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final @Nullable Path directory;
    private final StoreFile file;
    private final UUID id;

    final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition trimmed = lock.newCondition();
    private final List<SharedMember> members = new ArrayList<>();
    final FrameRing ring;
    /// Transactions that are in no frame yet.
    private int waiting;
    /// Somebody puts a frame together.
    private boolean assembling;
    private final FramesUnderWay underWay;
    /// Whose transactions come first in the next frame.
    private int turn;
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
    /// Why the file cannot be trusted any more; null while it can.
    private @Nullable Throwable broken;

    private final ReentrantLock labelLock = new ReentrantLock();
    private SharedLabel label;
    private final Workers workers = new Workers(this::fail);
    private Consumer<UUID> onJoined = fsid -> {};
    private Runnable onClosed = () -> {};

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
        this.underWay = new FramesUnderWay(id, lock);
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
        for (int i = 0; i < FRAMES; i++) {
            workers.start("store-commit-" + i, this::await, this::commitStep);
        }
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
        return !workers.areNone();
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
    @Nullable SharedMember join(UUID fsid) throws IOException {
        SharedMember member;
        lock.lock();
        try {
            if (over || stopping || members.size() >= SharedLabel.MAX_MEMBERS) {
                return null;
            }
            member = new SharedMember(this, fsid);
            members.add(member);
        } finally {
            lock.unlock();
        }
        writeLabel();
        return member;
    }

    void joined(SharedMember member) {
        lock.lock();
        try {
            members.removeIf(each -> each != member && each.fsid.equals(member.fsid));
            trim();
        } finally {
            lock.unlock();
        }
        onJoined.accept(member.fsid);
    }

    void left(SharedMember member) throws IOException {
        lock.lock();
        try {
            members.remove(member);
            trim();
        } finally {
            lock.unlock();
        }
        writeLabel();
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

    /// Hold the lock.
    ///
    /// @return whether somebody is to be roused to write them
    boolean arrived(int transactions) {
        waiting += transactions;
        return mayBegin();
    }

    /// Hold the lock.
    void taken(int transactions) {
        waiting -= transactions;
    }

    /// Has what arrived written when the thread's burst ends.
    void rouse() {
        Burst.atEnd(work);
    }

    /// Whether a frame is to be begun now. If not, whoever is at work looks again. Hold the lock.
    private boolean mayBegin() {
        int count = underWay.count();
        boolean another = count == 0 || count < FRAMES && waiting >= ENOUGH;
        return waiting > 0 && another && !assembling && !over;
    }

    /// @return with the right to begin a frame; false if there is nothing to do any more
    private boolean await() throws InterruptedException {
        lock.lock();
        try {
            while (!mayBegin()) {
                if (over || stopping && waiting == 0) {
                    arrived.signalAll();
                    return false;
                }
                arrived.await();
            }
            assembling = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// The thread that submitted writes, where that takes less than telling another: one operation at a time, on a disk
    /// that answers at once.
    ///
    /// @return false if it is left to the journal's own threads
    private boolean writeHere() {
        lock.lock();
        try {
            if (!mayBegin()) {
                return true; // whoever is at work looks again
            }
            boolean quick = waiting <= FEW && writeNanos <= SHORT_NANOS && ring.used() <= capacity() / 2;
            if (workers.areNone() || stopping || underWay.count() > 0 || !quick) {
                return false;
            }
            assembling = true;
        } finally {
            lock.unlock();
        }
        try {
            commitStep();
        } catch (Throwable e) {
            fail(e);
        } finally {
            lock.lock();
            if (waiting > 0 || stopping) {
                arrived.signalAll();
            }
            lock.unlock();
        }
        return true;
    }

    /// The file cannot be trusted any more. No store may commit what another thread writes behind the gap, so all of them
    /// know before anybody is told.
    void fail(Throwable cause) {
        List<Pipeline> told;
        lock.lock();
        try {
            over = true;
            broken = cause;
            told = pipelines().stream().filter(each -> each.condemn(cause)).toList();
            underWay.giveUp();
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        told.forEach(Pipeline::tellOfFailure);
    }

    /// A member's store begins, maybe after the journal's end.
    void attached(Pipeline pipeline) {
        Throwable cause;
        boolean late;
        lock.lock();
        try {
            cause = broken;
            late = over;
        } finally {
            lock.unlock();
        }
        if (cause != null) {
            pipeline.fail(cause);
        } else if (late) {
            pipeline.leave(List.of());
        }
    }

    private List<Pipeline> pipelines() {
        List<Pipeline> all = new ArrayList<>();
        for (SharedMember member : members) {
            if (member.pipeline() != null) {
                all.add(member.pipeline());
            }
        }
        return all;
    }

    /// Writes what has arrived, or a part, and tells the stores. Without threads, tests call it.
    void commitStep() throws IOException {
        SharedFrame frame = begin();
        if (frame != null) {
            write(frame);
        }
        askForCheckpoints();
    }

    /// Writes all that has arrived, without threads.
    void drain() throws IOException {
        finish();
        while (waiting > 0 && !over) {
            commitStep();
        }
    }

    /// Makes a frame of what has arrived.
    ///
    /// @return null if there is nothing, or it goes elsewhere
    @Nullable SharedFrame begin() throws IOException {
        SharedFrame frame = null;
        try {
            List<SharedSection> sections = take();
            if (!sections.isEmpty()) {
                frame = begin(sections);
            }
        } finally {
            lock.lock();
            assembling = false;
            if (mayBegin()) {
                arrived.signal();
            }
            lock.unlock();
        }
        return frame;
    }

    private @Nullable SharedFrame begin(List<SharedSection> sections) throws IOException {
        SharedFrameWriter writer = underWay.writer();
        ByteBuffer bytes = writer.assemble(sections);
        while (true) {
            SharedFrame frame = reserve(writer, bytes, sections);
            if (frame != null) {
                return frame;
            }
            if (!makeRoom(bytes.limit())) {
                dissolve(sections);
                return null;
            }
        }
    }

    /// Writes a frame, and tells the stores of those that are on the disk with all before them.
    void write(SharedFrame frame) throws IOException {
        frame.writer.seal(frame.bytes, frame.number);
        long began = System.nanoTime();
        file.writeDurably(frame.bytes, frame.offset);
        took(System.nanoTime() - began);
        underWay.written(frame);
    }

    private void took(long nanos) {
        long before = writeNanos;
        writeNanos = before == Long.MAX_VALUE ? nanos : before + (nanos - before) / 8;
    }

    /// Takes what makes a frame of moderate size, of each store in turn, at least one transaction if there is any.
    private List<SharedSection> take() {
        List<SharedSection> sections = new ArrayList<>(members.size());
        lock.lock();
        try {
            long room = Math.min(SharedFrameWriter.FRAME - Frames.ALIGN - SharedFrameWriter.HEADER, limit());
            turn++;
            for (int i = 0; i < members.size(); i++) {
                SharedMember member = members.get(Math.floorMod(turn + i, members.size()));
                if (!member.isAlive()) {
                    member.takeBack();
                    continue;
                }
                SharedSection section = member.section(room, sections.isEmpty());
                if (section != null) {
                    sections.add(section);
                    room -= section.bytes();
                }
            }
        } finally {
            lock.unlock();
        }
        return sections;
    }

    /// Finds a place for the frame, and gives it its number.
    ///
    /// @return null if there is no room
    private @Nullable SharedFrame reserve(SharedFrameWriter writer, ByteBuffer bytes, List<SharedSection> sections) {
        lock.lock();
        try {
            long number = ring.next();
            long offset = ring.reserve(bytes.limit());
            if (offset < 0) {
                return null;
            }
            for (SharedSection section : sections) {
                section.member().wrote(number, section.transactions().getLast().sequence);
            }
            SharedFrame frame = new SharedFrame(sections, writer, bytes, number, offset);
            underWay.add(frame);
            return frame;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets the frames that no member needs. Hold the lock.
    void trim() {
        long needed = ring.next();
        for (SharedMember member : members) {
            needed = Math.min(needed, member.needs());
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
            for (SharedMember member : members) {
                if (member.askOnce()) {
                    asked.add(Objects.requireNonNull(member.pipeline()));
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
            List<SharedMember> holding = new ArrayList<>();
            lock.lock();
            try {
                // what a frame skips at the file's end is less than its own length
                if (ring.used() + 2L * length <= capacity() || ring.isEmpty()) {
                    return true;
                }
                for (SharedMember member : members) {
                    if (member.needs() <= ring.oldest()) {
                        holding.add(member);
                    }
                }
            } finally {
                lock.unlock();
            }
            for (SharedMember member : holding) {
                if (!member.isAlive()) {
                    LOG.warn("osd {} has failed and holds the shared journal {}", member.fsid, id);
                    return false;
                }
                Pipeline pipeline = Objects.requireNonNull(member.pipeline());
                if (workers.areNone()) {
                    finish();
                    pipeline.applyStep();
                    pipeline.checkpoint();
                } else {
                    pipeline.askForCheckpoint();
                }
            }
            if (!workers.areNone() && !awaitTrim(end)) {
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
    private void dissolve(List<SharedSection> unwritten) throws IOException {
        finish();
        List<SharedMember> all;
        lock.lock();
        try {
            over = true;
            all = List.copyOf(members);
        } finally {
            lock.unlock();
        }
        for (SharedMember member : all) {
            List<Submitted> back = new ArrayList<>();
            unwritten.stream().filter(each -> each.member() == member).forEach(each -> back.addAll(each.transactions()));
            Pipeline pipeline = member.pipeline();
            if (pipeline != null) {
                pipeline.leave(back);
            }
        }
    }

    /// Returns when the stores know of all frames that have a place.
    private void finish() throws IOException {
        if (workers.areNone()) {
            for (SharedFrame frame : underWay.unwritten()) {
                write(frame);
            }
        }
        underWay.awaitNone();
    }

    /// To be called when the stores are closed. What one that failed has in the journal stays there.
    @Override
    public void close() {
        lock.lock();
        stopping = true;
        arrived.signalAll();
        lock.unlock();
        workers.join();
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("closing the shared journal {}: {}", id, e.toString());
        }
        onClosed.run();
    }
}
