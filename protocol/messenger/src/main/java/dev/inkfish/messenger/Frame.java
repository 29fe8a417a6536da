package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import java.util.List;

/// A frame's content: one to four segments, the last of several not empty.
///
/// A message has header, front, middle and data; everything else has one segment.
public record Frame(Tag tag, List<Bytes> segments) {
    public static final int MAX_SEGMENTS = 4;

    public Frame {
        segments = List.copyOf(segments);
    }

    public static Frame of(Tag tag, Bytes payload) {
        return new Frame(tag, List.of(payload));
    }

    /// The segment, or nothing where the sender left off empty ones at the end.
    public Bytes segment(int index) {
        return index < segments.size() ? segments.get(index) : Bytes.EMPTY;
    }

    /// How many segments are sent: empty ones at the end are not, but one always is.
    int used() {
        int used = segments.size();
        while (used > 1 && segments.get(used - 1).isEmpty()) {
            used--;
        }
        return used;
    }
}
