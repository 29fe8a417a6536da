package dev.inkfish.blockstore;

import dev.inkfish.wire.WireWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The write-ahead log: a file of fixed size, used in circles, of frames that hold one or more transactions.
///
/// A frame starts at a multiple of 4 KiB, so that writing one never touches a sector of another, and is all in one
/// piece: one that does not fit before the file's end goes to its start. It is the next one if it has the right
/// generation, the sequence number that follows, and a valid checksum. Every opening of the store begins a
/// generation, so nothing that an earlier process wrote but did not get to sync can be taken for new.
///
/// Frame: magic u32, payload length u32, generation u64, first sequence u64, transactions u32, crc32c u32 (over
/// the frame with this field zero); then each transaction: number and length of its key-value records (u32, u32),
/// the records, number of blocks u32, each with number u32, length u16 (zeros behind it are left out), data.
final class Journal {
    static final int ALIGN = Frames.ALIGN;
    private static final int MAGIC = 0x4c4a4b49; // "IKJL"
    private static final int HEADER = 32;
    private static final int CRC_AT = 28;
    private static final int FRAME = 2 << 20;
    private static final int SCRATCH = 64 << 10;

    private final StoreFile file;
    private final long size;
    private final Deque<Frame> frames = new ArrayDeque<>();
    /// Made when it is needed: a store that uses a shared journal never does.
    private @Nullable ByteBuffer buffer;
    private WireWriter scratch = new WireWriter(SCRATCH);
    private long generation;
    private long head = ALIGN;
    private long used;
    /// Behind the last frame that was trimmed.
    private long tail = ALIGN;

    /// A frame that may still be needed.
    ///
    /// @param bytes with what was left unused before it at the file's end
    private record Frame(long lastSequence, long end, long bytes) {}

    /// A transaction as read back.
    record Replayed(long sequence, int recordCount, byte[] records, List<BlockDevice.Content> contents) {}

    /// Sees the transactions of the journal in order.
    interface Replay {
        void transaction(Replayed transaction) throws IOException;
    }

    /// Where to start: behind this sequence number, at this place of the file.
    ///
    /// @param shared the [SharedJournal] that is meant; null: the store's own
    /// @param frame the shared journal's frame that is at the place, or will be
    record Position(long generation, long sequence, long offset, @Nullable UUID shared, long frame) {
        Position(long generation, long sequence, long offset) {
            this(generation, sequence, offset, null, 0);
        }
    }

    Journal(StoreFile file) throws IOException {
        this.file = file;
        this.size = file.size() / ALIGN * ALIGN;
    }

    /// The largest transaction it takes.
    long limit() {
        return (size - ALIGN) / 4;
    }

    synchronized long generation() {
        return generation;
    }

    synchronized long used() {
        return used;
    }

    long capacity() {
        return size - ALIGN;
    }

    /// Starts writing at the front; what is in the file is forgotten.
    synchronized Position begin(long newGeneration, long sequence) {
        generation = newGeneration;
        frames.clear();
        head = ALIGN;
        tail = ALIGN;
        used = 0;
        return new Position(generation, sequence, ALIGN);
    }

    /// Appends as many of the transactions as make a frame of moderate size, if there is room. Not yet durable: see
    /// [#sync].
    ///
    /// @return how many; 0 if there is no room
    int append(List<Submitted> transactions, int from) throws IOException {
        int count = 0;
        long bytes = HEADER;
        while (from + count < transactions.size()) {
            long more = transactions.get(from + count).journalBytes();
            if (count > 0 && bytes + more > FRAME) {
                break;
            }
            bytes += more;
            count++;
        }
        ByteBuffer frame = assemble(transactions.subList(from, from + count), bytes);
        long offset = reserve(frame.limit(), transactions.get(from + count - 1).sequence);
        if (offset < 0) {
            return 0;
        }
        file.write(frame, offset);
        return count;
    }

    void sync() throws IOException {
        file.sync();
    }

    private synchronized long reserve(int length, long lastSequence) {
        boolean wraps = head + length > size;
        long skipped = wraps ? size - head : 0; // nothing, if the last frame ended with the file
        if (used + skipped + length > capacity()) {
            return -1;
        }
        long offset = wraps ? ALIGN : head;
        head = offset + length;
        used += skipped + length;
        frames.add(new Frame(lastSequence, head, skipped + length));
        return offset;
    }

    private ByteBuffer assemble(List<Submitted> transactions, long atMost) {
        ByteBuffer own = buffer == null ? buffer = Frames.allocate(FRAME) : buffer;
        ByteBuffer out = atMost + ALIGN <= FRAME ? own : Frames.allocate(Math.toIntExact(atMost + ALIGN));
        out.clear().position(HEADER);
        for (Submitted transaction : transactions) {
            Frames.write(transaction, scratch, out, null);
        }
        int payload = out.position() - HEADER;
        if (payload > FRAME) {
            scratch = new WireWriter(SCRATCH);
        }
        Frames.pad(out);
        out.flip();
        out.putInt(0, MAGIC)
                .putInt(4, payload)
                .putLong(8, generation)
                .putLong(16, transactions.getFirst().sequence)
                .putInt(24, transactions.size())
                .putInt(CRC_AT, 0);
        out.putInt(CRC_AT, Frames.checksum(out, HEADER + payload));
        return out;
    }

    /// Where a replay would have to start if everything up to `sequence` is in its place.
    synchronized Position positionAfter(long sequence) {
        long offset = tail;
        for (Frame frame : frames) {
            if (frame.lastSequence() > sequence) {
                break;
            }
            offset = frame.end();
        }
        return new Position(generation, sequence, offset);
    }

    /// Everything up to the position is in its place, and the position is written down.
    synchronized void trim(Position position) {
        while (!frames.isEmpty() && frames.getFirst().lastSequence() <= position.sequence()) {
            Frame frame = frames.removeFirst();
            used -= frame.bytes();
            tail = frame.end();
        }
    }

    /// Reads the frames behind a position.
    ///
    /// @return the last sequence number found
    long replay(Position from, Replay replay) throws IOException {
        long sequence = from.sequence();
        long offset = from.offset();
        while (true) {
            ByteBuffer frame = read(offset, from.generation(), sequence + 1);
            if (frame == null && offset != ALIGN) {
                offset = ALIGN;
                frame = read(offset, from.generation(), sequence + 1);
            }
            if (frame == null) {
                return sequence;
            }
            int count = frame.getInt(24);
            offset += frame.capacity();
            frame.position(HEADER);
            for (int i = 0; i < count; i++) {
                replay.transaction(Frames.read(frame, ++sequence));
            }
        }
    }

    /// The frame at an offset, if it is a valid one with this generation and sequence number.
    private @Nullable ByteBuffer read(long offset, long wantedGeneration, long sequence)
            throws IOException {
        if (offset + ALIGN > size) {
            return null;
        }
        ByteBuffer head = Frames.allocate(ALIGN);
        file.read(head, offset);
        int payload = head.getInt(4);
        if (head.getInt(0) != MAGIC
                || head.getLong(8) != wantedGeneration
                || head.getLong(16) != sequence
                || payload < 0
                || payload > size - offset - HEADER) {
            return null;
        }
        int length = (HEADER + payload + ALIGN - 1) / ALIGN * ALIGN;
        ByteBuffer frame = Frames.allocate(length);
        file.read(frame, offset);
        int expected = frame.getInt(CRC_AT);
        frame.putInt(CRC_AT, 0);
        return Frames.checksum(frame, HEADER + payload) == expected ? frame : null;
    }
}
