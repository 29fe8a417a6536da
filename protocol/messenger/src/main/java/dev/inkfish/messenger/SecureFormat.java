package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Secure mode: segments padded to 16 bytes and encrypted. In 2.0 the whole frame is one ciphertext. In
/// 2.1 the preamble with the first 48 bytes of the first segment is one, the rest of that segment another,
/// the other segments with the epilogue a third; the last two only where needed.
final class SecureFormat implements FrameFormat {
    private static final int BLOCK = 16;
    private static final int INLINE = 48;
    private static final int EPILOGUE = BLOCK;

    private final Revision revision;
    private final StreamCipher cipher;
    /// The opened preamble of the frame being read: 2.1 finds the start of the first segment in it, 2.0
    /// must have the ciphertext again.
    private byte[] head = new byte[0];

    SecureFormat(Revision revision, StreamCipher cipher) {
        this.revision = revision;
        this.cipher = cipher;
    }

    @Override
    public int preambleSize() {
        return revision == Revision.V2_1 ? Preamble.SIZE + INLINE + StreamCipher.TAG : Preamble.SIZE;
    }

    @Override
    public Preamble open(byte[] bytes, Limits limits, boolean handshake) {
        if (revision == Revision.V2_1) {
            head = cipher.decrypt(bytes);
            return Preamble.decode(Bytes.wrap(head, 0, Preamble.SIZE), limits, handshake);
        }
        head = bytes;
        return Preamble.decode(Bytes.wrap(cipher.peek(bytes)), limits, handshake);
    }

    @Override
    public int pieces(Preamble preamble) {
        if (revision == Revision.V2_0) {
            return 1;
        }
        return (padded(preamble, 0) > INLINE ? 1 : 0) + (preamble.lengths().length > 1 ? 1 : 0);
    }

    @Override
    public int pieceSize(Preamble preamble, int piece) {
        int segments = preamble.lengths().length;
        if (revision == Revision.V2_0) {
            return padded(preamble, 0, segments) + EPILOGUE + StreamCipher.TAG;
        }
        if (piece == 0 && padded(preamble, 0) > INLINE) {
            return padded(preamble, 0) - INLINE + StreamCipher.TAG;
        }
        return padded(preamble, 1, segments) + EPILOGUE + StreamCipher.TAG;
    }

    @Override
    public @Nullable Frame finish(Preamble preamble, byte[][] rest) {
        return revision == Revision.V2_0 ? finish0(preamble, rest[0]) : finish1(preamble, rest);
    }

    private @Nullable Frame finish0(Preamble preamble, byte[] rest) {
        byte[] all = Arrays.copyOf(head, head.length + rest.length);
        System.arraycopy(rest, 0, all, head.length, rest.length);
        byte[] plain = cipher.decrypt(all);
        List<Bytes> segments = new ArrayList<>();
        int at = cut(preamble, 0, plain, Preamble.SIZE, segments);
        return revision.complete(plain[at] & 0xff) ? new Frame(preamble.tag(), segments) : null;
    }

    private @Nullable Frame finish1(Preamble preamble, byte[][] rest) {
        List<Bytes> segments = new ArrayList<>();
        int piece = 0;
        int first = preamble.lengths()[0];
        if (padded(preamble, 0) > INLINE) {
            byte[] tail = cipher.decrypt(rest[piece++]);
            Bytes whole = Bytes.concat(Bytes.wrap(head, Preamble.SIZE, INLINE), Bytes.wrap(tail));
            segments.add(whole.slice(0, first));
        } else {
            segments.add(Bytes.wrap(head, Preamble.SIZE, first));
        }
        boolean complete = true;
        if (piece < rest.length) {
            byte[] plain = cipher.decrypt(rest[piece]);
            int at = cut(preamble, 1, plain, 0, segments);
            complete = revision.complete(plain[at] & 0xff);
        }
        return complete ? new Frame(preamble.tag(), segments) : null;
    }

    private static int cut(Preamble preamble, int from, byte[] plain, int start, List<Bytes> segments) {
        int at = start;
        for (int i = from; i < preamble.lengths().length; i++) {
            segments.add(Bytes.wrap(plain, at, preamble.lengths()[i]));
            at += padded(preamble, i);
        }
        return at;
    }

    @Override
    public List<Bytes> encode(Frame frame) {
        Preamble preamble = Preamble.of(frame);
        int used = preamble.lengths().length;
        WireWriter plain = new WireWriter(Preamble.SIZE + padded(preamble, 0, used) + EPILOGUE);
        preamble.encode(plain);
        if (revision == Revision.V2_0) {
            for (int i = 0; i < used; i++) {
                pad(plain, frame.segments().get(i), padded(preamble, i));
            }
            epilogue(plain);
            return List.of(cipher.encrypt(plain.toBytes()));
        }
        List<Bytes> out = new ArrayList<>(3);
        Bytes first = frame.segments().getFirst();
        int inline = Math.min(first.length(), INLINE);
        pad(plain, first.slice(0, inline), INLINE);
        out.add(cipher.encrypt(plain.toBytes()));
        if (first.length() > INLINE) {
            WireWriter tail = new WireWriter(padded(preamble, 0));
            pad(tail, first.slice(INLINE), padded(preamble, 0) - INLINE);
            out.add(cipher.encrypt(tail.toBytes()));
        }
        if (used > 1) {
            WireWriter others = new WireWriter(padded(preamble, 1, used) + EPILOGUE);
            for (int i = 1; i < used; i++) {
                pad(others, frame.segments().get(i), padded(preamble, i));
            }
            epilogue(others);
            out.add(cipher.encrypt(others.toBytes()));
        }
        return out;
    }

    private void epilogue(WireWriter out) {
        out.u8(revision.completeMark()).zeros(EPILOGUE - 1);
    }

    private static void pad(WireWriter out, Bytes segment, int size) {
        out.raw(segment).zeros(size - segment.length());
    }

    private static int padded(Preamble preamble, int segment) {
        return (preamble.lengths()[segment] + BLOCK - 1) & -BLOCK;
    }

    private static int padded(Preamble preamble, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += padded(preamble, i);
        }
        if (sum > Integer.MAX_VALUE / 2) {
            throw new DecodeException("frame of " + sum + " bytes");
        }
        return (int) sum;
    }
}
