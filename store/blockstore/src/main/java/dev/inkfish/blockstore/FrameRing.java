package dev.inkfish.blockstore;

import java.util.ArrayDeque;
import java.util.Deque;

/// Which part of a [SharedJournal]'s file holds which frames: a circle behind the labels. A frame is all in one piece; one
/// that does not fit before the file's end goes to the circle's start. Not safe for several threads.
final class FrameRing {
    private final long first;
    /// Of the part that is used: the file may not be filled yet.
    private long size;
    /// What will be used as soon as the frames allow it.
    private long filled;
    private final Deque<Frame> frames = new ArrayDeque<>();
    private long head;
    private long next = 1;
    private long used;
    private long written;

    /// @param bytes with what was left unused before it at the file's end
    /// @param before bytes of all frames before it
    private record Frame(long number, long start, long bytes, long before) {}

    /// @param first where the circle begins
    /// @param filled so much of the file has its place on the disk
    FrameRing(long first, long filled) {
        this.first = first;
        this.size = filled / Frames.ALIGN * Frames.ALIGN;
        this.filled = size;
        head = first;
    }

    /// More of the file has its place on the disk.
    void grow(long to) {
        filled = Math.max(filled, to / Frames.ALIGN * Frames.ALIGN);
    }

    long capacity() {
        return size - first;
    }

    long used() {
        return used;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    /// Of the frame that comes next.
    long next() {
        return next;
    }

    /// Of the first frame that is there.
    long oldest() {
        return frames.isEmpty() ? next : frames.getFirst().number();
    }

    /// Bytes of all frames ever.
    long written() {
        return written;
    }

    /// Finds a place for the next frame.
    ///
    /// @return where; -1 if there is no room
    long reserve(int length) {
        boolean goesUp = frames.isEmpty() || frames.getFirst().start() < head;
        if (goesUp) {
            size = filled; // nothing lies behind the head
        }
        boolean wraps = head + length > size;
        long skipped = wraps ? size - head : 0;
        if (used + skipped + length > capacity()) {
            return -1;
        }
        long offset = wraps ? first : head;
        head = offset + length;
        used += skipped + length;
        frames.add(new Frame(next++, offset, skipped + length, written));
        written += skipped + length;
        return offset;
    }

    /// Where the frame is, or will be if it is the next.
    long placeOf(long number) {
        for (Frame frame : frames) {
            if (frame.number() == number) {
                return frame.start();
            }
        }
        return head;
    }

    /// Bytes of all frames before that one.
    long writtenBefore(long number) {
        for (Frame frame : frames) {
            if (frame.number() == number) {
                return frame.before();
            }
        }
        return written;
    }

    /// Forgets the frames before that one.
    void trim(long needed) {
        while (!frames.isEmpty() && frames.getFirst().number() < needed) {
            used -= frames.removeFirst().bytes();
        }
    }
}
