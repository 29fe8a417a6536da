package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Crc mode. In 2.0 all checksums follow in an epilogue; in 2.1 the first segment's follows it
/// directly, and there is an epilogue only where there are more segments.
final class CrcFormat implements FrameFormat {
    private static final int EPILOGUE_0 = 1 + 4 * Frame.MAX_SEGMENTS;
    private static final int EPILOGUE_1 = 1 + 4 * (Frame.MAX_SEGMENTS - 1);
    private static final int CRC = 4;
    /// Stores want the checksum of each block of what is written: they are computed once, for the frame.
    private static final int BLOCK = 4096;
    private static final int LARGE = 64 << 10;

    private final Revision revision;

    CrcFormat(Revision revision) {
        this.revision = revision;
    }

    @Override
    public int preambleSize() {
        return Preamble.SIZE;
    }

    @Override
    public Preamble open(byte[] bytes, Limits limits, boolean handshake) {
        return Preamble.decode(Bytes.wrap(bytes), limits, handshake);
    }

    @Override
    public int pieces(Preamble preamble) {
        int segments = preamble.lengths().length;
        return revision == Revision.V2_1 && segments == 1 ? 1 : segments + 1;
    }

    @Override
    public int pieceSize(Preamble preamble, int piece) {
        int[] lengths = preamble.lengths();
        if (piece == lengths.length) {
            return revision == Revision.V2_1 ? EPILOGUE_1 : EPILOGUE_0;
        }
        boolean crcFollows = revision == Revision.V2_1 && piece == 0 && lengths[0] > 0;
        return lengths[piece] + (crcFollows ? CRC : 0);
    }

    @Override
    public @Nullable Frame finish(Preamble preamble, byte[][] rest) {
        int[] lengths = preamble.lengths();
        List<Bytes> segments = new ArrayList<>(lengths.length);
        for (int i = 0; i < lengths.length; i++) {
            segments.add(Bytes.wrap(rest[i], 0, lengths[i]));
        }
        boolean complete = true;
        int first = 0;
        if (revision == Revision.V2_1 && lengths[0] > 0) {
            check(segments.getFirst(), Bytes.wrap(rest[0], lengths[0], CRC).reader().u32(), 0);
        }
        if (revision == Revision.V2_1) {
            first = 1;
        }
        if (rest.length > lengths.length) {
            WireReader epilogue = Bytes.wrap(rest[lengths.length]).reader();
            complete = revision.complete(epilogue.u8());
            for (int i = first; i < lengths.length; i++) {
                check(segments.get(i), epilogue.u32(), i);
            }
        }
        return complete ? new Frame(preamble.tag(), segments) : null;
    }

    private static void check(Bytes segment, int expected, int index) {
        boolean blocks = segment.length() >= LARGE && segment.length() % BLOCK == 0;
        int crc = blocks ? segment.crc32cOfPieces(BLOCK) : segment.crc32c(-1);
        if (crc != expected) {
            throw new DecodeException("segment " + index + " with a wrong crc");
        }
    }

    @Override
    public List<Bytes> encode(Frame frame) {
        Preamble preamble = Preamble.of(frame);
        int used = preamble.lengths().length;
        WireWriter head = new WireWriter(96);
        preamble.encode(head);
        // the first segment is small: it shares a buffer with the preamble
        Bytes first = frame.segments().getFirst();
        head.raw(first);
        if (revision == Revision.V2_1 && !first.isEmpty()) {
            head.u32(first.crc32c(-1));
        }
        if (revision == Revision.V2_1 && used == 1) {
            return List.of(head.toBytes());
        }
        WireWriter epilogue = new WireWriter(EPILOGUE_0);
        epilogue.u8(revision.completeMark());
        if (revision == Revision.V2_0) {
            epilogue.u32(first.crc32c(-1));
        }
        List<Bytes> out = new ArrayList<>(used + 1);
        out.add(head.toBytes());
        for (int i = 1; i < Frame.MAX_SEGMENTS; i++) {
            Bytes segment = i < used ? frame.segments().get(i) : Bytes.EMPTY;
            epilogue.u32(i < used ? segment.crc32c(-1) : 0);
            if (!segment.isEmpty()) {
                out.add(segment);
            }
        }
        out.add(epilogue.toBytes());
        return out;
    }
}
