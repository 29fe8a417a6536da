package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Puts the frames of a [SharedJournal] together.
///
/// Frame: magic u32, payload length u32, id (two u64), number
/// u64, sections u32, crc32c u32 (over the frame with this field zero); each section: osd fsid (two u64), first
/// sequence u64, transactions u32, the transactions. What several stores write, the copies of one object, is there once.
final class SharedFrameWriter {
    static final int MAGIC = 0x4a534b49; // "IKSJ"
    static final int HEADER = 40;
    static final int SECTIONS_AT = 32;
    static final int CRC_AT = 36;
    static final int SECTION = 28;
    /// A moderate size, of which the buffer is.
    static final int FRAME = 2 << 20;
    private static final int SCRATCH = 64 << 10;
    private static final int NUMBER_AT = 24;

    private final UUID id;
    private final ByteBuffer buffer = Frames.allocate(FRAME);
    private WireWriter scratch = new WireWriter(SCRATCH);

    SharedFrameWriter(UUID id) {
        this.id = id;
    }

    /// Puts the sections into a frame.
    ByteBuffer assemble(List<SharedSection> sections) {
        long bytes = HEADER;
        for (SharedSection section : sections) {
            bytes += section.bytes();
        }
        ByteBuffer out = bytes + Frames.ALIGN <= buffer.capacity()
                ? buffer
                : Frames.allocate(Math.toIntExact(bytes + Frames.ALIGN));
        out.clear().position(HEADER);
        Map<Bytes.Place, Integer> places = sections.size() > 1 ? new HashMap<>() : null;
        for (SharedSection section : sections) {
            UUID fsid = section.member().fsid;
            List<Submitted> transactions = section.transactions();
            out.putLong(fsid.getMostSignificantBits()).putLong(fsid.getLeastSignificantBits());
            out.putLong(transactions.getFirst().sequence).putInt(transactions.size());
            transactions.forEach(each -> Frames.write(each, scratch, out, places));
        }
        int payload = out.position() - HEADER;
        if (payload > FRAME) {
            scratch = new WireWriter(SCRATCH);
        }
        Frames.pad(out);
        out.flip();
        out.putInt(0, MAGIC)
                .putInt(4, payload)
                .putLong(8, id.getMostSignificantBits())
                .putLong(16, id.getLeastSignificantBits())
                .putInt(SECTIONS_AT, sections.size());
        return out;
    }

    /// Gives the frame its number, and the checksum.
    void seal(ByteBuffer frame, long number) {
        frame.putLong(NUMBER_AT, number).putInt(CRC_AT, 0);
        frame.putInt(CRC_AT, Frames.checksum(frame, HEADER + frame.getInt(4)));
    }
}
