package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// The 32 bytes at the start of each frame: tag, lengths, crc.
///
/// @param lengths of the segments in use, one to four
record Preamble(Tag tag, int[] lengths) {
    static final int SIZE = 32;
    private static final int DEFAULT_ALIGNMENT = 8;
    private static final int PAGE_ALIGNMENT = 4096;

    static Preamble of(Frame frame) {
        int[] lengths = new int[frame.used()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = frame.segments().get(i).length();
        }
        return new Preamble(frame.tag(), lengths);
    }

    long totalLength() {
        long total = 0;
        for (int length : lengths) {
            total += length;
        }
        return total;
    }

    void encode(WireWriter out) {
        int start = out.size();
        out.u8(tag.number()).u8(lengths.length);
        for (int i = 0; i < Frame.MAX_SEGMENTS; i++) {
            boolean used = i < lengths.length;
            out.u32(used ? lengths[i] : 0);
            out.u16(used ? i == 3 ? PAGE_ALIGNMENT : DEFAULT_ALIGNMENT : 0);
        }
        out.u16(0);
        out.u32(out.crc32c(0, start));
    }

    /// @throws DecodeException for a wrong crc or lengths that are not allowed
    static Preamble decode(Bytes bytes, Limits limits, boolean handshake) {
        WireReader in = bytes.reader();
        int tag = in.u8();
        int count = in.u8();
        int[] all = new int[Frame.MAX_SEGMENTS];
        for (int i = 0; i < all.length; i++) {
            all[i] = in.u32();
            in.u16();
        }
        int flags = in.u16();
        if (bytes.slice(0, SIZE - 4).crc32c(0) != in.u32()) {
            throw new DecodeException("preamble with a wrong crc");
        }
        if (flags != 0) {
            throw new DecodeException("preamble flags " + flags + " (compression was not offered)");
        }
        if (count < 1 || count > Frame.MAX_SEGMENTS) {
            throw new DecodeException("frame of " + count + " segments");
        }
        if (count > 1 && all[count - 1] == 0) {
            throw new DecodeException("last segment empty");
        }
        int[] lengths = new int[count];
        Tag kind = Tag.of(tag);
        for (int i = 0; i < count; i++) {
            lengths[i] = all[i];
            int limit = limit(kind, i, limits, handshake);
            if (lengths[i] < 0 || lengths[i] > limit) {
                throw new DecodeException("segment " + i + " of " + kind + " with "
                        + Integer.toUnsignedString(lengths[i]) + " bytes, allowed are " + limit);
            }
        }
        return new Preamble(kind, lengths);
    }

    private static int limit(Tag tag, int segment, Limits limits, boolean handshake) {
        if (handshake || tag != Tag.MESSAGE) {
            return segment == 0 ? limits.handshake() : 0;
        }
        return switch (segment) {
            case 0 -> MessageCodec.HEADER2_SIZE;
            case 1 -> limits.front();
            case 2 -> limits.middle();
            default -> limits.data();
        };
    }
}
