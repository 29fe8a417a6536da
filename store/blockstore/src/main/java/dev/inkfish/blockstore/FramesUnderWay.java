package dev.inkfish.blockstore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The frames of a [SharedJournal] that have their place and are not durable yet, or of which the stores were not told.
/// They reach the disk in any order; the stores are told in the frames' own, by one thread at a time.
final class FramesUnderWay {
    private final UUID journal;
    private final ReentrantLock lock;
    private final Condition told;
    private final Deque<SharedFrame> frames = new ArrayDeque<>();
    /// Of those that are not in use.
    private final Deque<SharedFrameWriter> writers = new ArrayDeque<>();
    private boolean telling;

    /// @param lock the journal's, which guards this
    FramesUnderWay(UUID journal, ReentrantLock lock) {
        this.journal = journal;
        this.lock = lock;
        told = lock.newCondition();
    }

    SharedFrameWriter writer() {
        lock.lock();
        try {
            SharedFrameWriter idle = writers.poll();
            return idle != null ? idle : new SharedFrameWriter(journal);
        } finally {
            lock.unlock();
        }
    }

    /// The frame has its place, behind all others. Hold the lock.
    void add(SharedFrame frame) {
        frames.add(frame);
    }

    /// Hold the lock.
    int count() {
        return frames.size();
    }

    /// The frame is on the disk: tells the stores of it, if nobody else does, and nothing before it is missing.
    void written(SharedFrame written) {
        lock.lock();
        written.written = true;
        writers.push(written.writer);
        lock.unlock();
        while (true) {
            SharedFrame frame;
            lock.lock();
            try {
                frame = frames.peek();
                if (telling || frame == null || !frame.written) {
                    return;
                }
                telling = true;
            } finally {
                lock.unlock();
            }
            frame.sections.forEach(SharedSection::committed);
            lock.lock();
            telling = false;
            frames.remove(frame);
            told.signalAll();
            lock.unlock();
        }
    }

    /// Those that nobody has written.
    List<SharedFrame> unwritten() {
        lock.lock();
        try {
            return frames.stream().filter(each -> !each.written).toList();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the stores know of all.
    void awaitNone() {
        lock.lock();
        try {
            while (!frames.isEmpty()) {
                told.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Those that are left will not be written. Hold the lock.
    void giveUp() {
        frames.clear();
        told.signalAll();
    }
}
