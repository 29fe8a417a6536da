package dev.inkfish.blockstore;

import static dev.inkfish.blockstore.SharedFrameWriter.CRC_AT;
import static dev.inkfish.blockstore.SharedFrameWriter.HEADER;
import static dev.inkfish.blockstore.SharedFrameWriter.MAGIC;
import static dev.inkfish.blockstore.SharedFrameWriter.SECTIONS_AT;
import static dev.inkfish.blockstore.SharedJournal.FIRST;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads a [SharedJournal] that a process left behind.
final class SharedReplay {
    private SharedReplay() {}

    /// Reads a store's records behind a position.
    ///
    /// @return the last sequence number found
    static long replay(StoreFile file, UUID fsid, Journal.Position from, Journal.Replay replay) throws IOException {
        UUID id = from.shared();
        SharedLabel label = SharedLabel.read(file);
        if (label == null || !label.id().equals(id)) {
            throw new CephException(Errno.EINVAL, "the file of the shared journal " + id + " holds "
                    + (label == null ? "none" : "another, " + label.id()));
        }
        long sequence = from.sequence();
        long offset = from.offset();
        for (long number = from.frame();; number++) {
            ByteBuffer frame = read(file, offset, id, number);
            if (frame == null && offset != FIRST) {
                offset = FIRST;
                frame = read(file, offset, id, number);
            }
            if (frame == null) {
                return sequence;
            }
            offset += frame.capacity();
            sequence = replay(frame, fsid, sequence, replay);
        }
    }

    private static long replay(ByteBuffer frame, UUID fsid, long last, Journal.Replay replay) throws IOException {
        long sequence = last;
        int sections = frame.getInt(SECTIONS_AT);
        frame.position(HEADER);
        for (int i = 0; i < sections; i++) {
            boolean wanted = new UUID(frame.getLong(), frame.getLong()).equals(fsid);
            long first = frame.getLong();
            int count = frame.getInt();
            for (int k = 0; k < count; k++) {
                Journal.Replayed transaction = Frames.read(frame, first + k);
                // what is in its place already may stand before the first that is not
                if (wanted && transaction.sequence() > last) {
                    if (transaction.sequence() != sequence + 1) {
                        throw new CephException(Errno.EIO, "the shared journal lacks the transactions from "
                                + (sequence + 1) + " to " + first + " of osd " + fsid);
                    }
                    replay.transaction(transaction);
                    sequence++;
                }
            }
        }
        return sequence;
    }

    private static @Nullable ByteBuffer read(StoreFile file, long offset, UUID id, long number) throws IOException {
        long size = file.size() / Frames.ALIGN * Frames.ALIGN;
        if (offset + Frames.ALIGN > size) {
            return null;
        }
        ByteBuffer head = Frames.allocate(Frames.ALIGN);
        file.read(head, offset);
        int payload = head.getInt(4);
        if (head.getInt(0) != MAGIC
                || head.getLong(8) != id.getMostSignificantBits()
                || head.getLong(16) != id.getLeastSignificantBits()
                || head.getLong(24) != number
                || payload < 0
                || payload > size - offset - HEADER) {
            return null;
        }
        ByteBuffer frame = Frames.allocate(Frames.aligned(HEADER + payload));
        file.read(frame, offset);
        int expected = frame.getInt(CRC_AT);
        frame.putInt(CRC_AT, 0);
        return Frames.checksum(frame, HEADER + payload) == expected ? frame : null;
    }
}
