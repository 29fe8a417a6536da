package dev.inkfish.blockstore;

import java.nio.ByteBuffer;
import java.util.List;

/// A frame of a [SharedJournal] on its way to the disk.
final class SharedFrame {
    final List<SharedSection> sections;
    final SharedFrameWriter writer;
    final ByteBuffer bytes;
    final long number;
    final long offset;
    /// It is on the disk. The journal's lock guards it.
    boolean written;

    /// @param writer whose buffer `bytes` may be
    SharedFrame(List<SharedSection> sections, SharedFrameWriter writer, ByteBuffer bytes, long number, long offset) {
        this.sections = sections;
        this.writer = writer;
        this.bytes = bytes;
        this.number = number;
        this.offset = offset;
    }
}
