package dev.inkfish.blockstore;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A store's part in a [SharedJournal], whose lock guards it.
final class SharedMember {
    /// The frame that holds the store's transactions up to a sequence number.
    private record Span(long frame, long lastSequence) {}

    final UUID fsid;
    private final SharedJournal journal;
    private final FrameRing ring;
    private final ReentrantLock lock;
    private volatile @Nullable Pipeline pipeline;
    private List<Submitted> queue = new ArrayList<>();
    private final Deque<Span> spans = new ArrayDeque<>();
    /// The first frame that its state on disk refers to.
    private long needs;
    /// What had been written before that.
    private long heldFrom;
    private boolean asked;

    /// From here on, nothing behind the next frame is overwritten. Hold the lock.
    SharedMember(SharedJournal journal, UUID fsid) {
        this.journal = journal;
        this.fsid = fsid;
        this.ring = journal.ring;
        this.lock = journal.lock;
        this.needs = ring.next();
        this.heldFrom = ring.written();
    }

    SharedJournal journal() {
        return journal;
    }

    void attach(Pipeline to) {
        pipeline = to;
        journal.attached(to);
    }

    @Nullable Pipeline pipeline() {
        return pipeline;
    }

    boolean isAlive() {
        Pipeline mine = pipeline;
        return mine != null && !mine.hasFailed();
    }

    /// The order of calls is the order of its records.
    void add(List<Submitted> transactions) {
        lock.lock();
        try {
            queue.addAll(transactions);
            if (!journal.arrived(transactions.size())) {
                return;
            }
        } finally {
            lock.unlock();
        }
        journal.rouse();
    }

    /// What was added and is not taken to be written yet.
    List<Submitted> takeBack() {
        lock.lock();
        try {
            return take(queue.size());
        } finally {
            lock.unlock();
        }
    }

    /// Takes the first of what was added, for a frame. Hold the lock.
    ///
    /// @param room bytes they may have together
    /// @param any take one, however large it is
    /// @return null if there is none, or none fits
    @Nullable SharedSection section(long room, boolean any) {
        int count = 0;
        long bytes = SharedFrameWriter.SECTION;
        while (count < queue.size()) {
            int next = queue.get(count).journalBytes();
            if (bytes + next > room && !(any && count == 0)) {
                break;
            }
            bytes += next;
            count++;
        }
        return count == 0 ? null : new SharedSection(this, take(count), bytes);
    }

    private List<Submitted> take(int count) {
        List<Submitted> taken = queue;
        if (count == taken.size()) {
            queue = new ArrayList<>(count + 16);
        } else {
            List<Submitted> first = queue.subList(0, count);
            taken = List.copyOf(first);
            first.clear();
        }
        journal.taken(count);
        return taken;
    }

    /// A frame has its transactions up to this one. Hold the lock.
    void wrote(long frame, long lastSequence) {
        spans.add(new Span(frame, lastSequence));
    }

    /// Whether its state on disk refers to the frame, or may. Hold the lock.
    long needs() {
        return needs;
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

    /// Whether it is to be asked for a checkpoint, and was not. Hold the lock.
    boolean askOnce() {
        boolean first = !asked && pipeline != null && held() > ring.capacity() / 2;
        asked |= first;
        return first;
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
            return new Journal.Position(generation, sequence, ring.placeOf(number), journal.id(), number);
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
            journal.trim();
        } finally {
            lock.unlock();
        }
    }

    /// Its state on disk names this journal, and no other: what it had elsewhere is in its place.
    void joined() {
        journal.joined(this);
    }

    /// Its state on disk does not name this journal any more.
    void left() throws IOException {
        journal.left(this);
    }
}
