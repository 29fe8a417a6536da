package dev.inkfish.messenger;

import java.nio.ByteBuffer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// Cuts a byte stream into frames. Each byte is copied once, to where it stays; an array is allocated
/// when its first byte is there.
final class FrameReader {
    private static final byte[] NONE = new byte[0];

    private final Limits limits;
    private FrameFormat format;
    private boolean handshake = true;
    private byte[] target = NONE;
    private int filled;
    private @Nullable Preamble preamble;
    private byte[][] pieces = new byte[0][];
    private int piece;
    private final LongPredicate gate;
    private boolean admitted;

    /// @param gate whether a message of that size may be read now
    FrameReader(Limits limits, FrameFormat format, LongPredicate gate) {
        this.limits = limits;
        this.format = format;
        this.gate = gate;
    }

    /// From the next frame on.
    void format(FrameFormat next) {
        format = next;
    }

    /// The peer is authenticated: messages may come.
    void handshakeDone() {
        handshake = false;
    }

    /// Reads up to the end of one frame.
    ///
    /// @return null where more bytes are needed, or the gate is shut: see [#shut]
    /// @throws dev.inkfish.wire.DecodeException for what is not a frame
    @Nullable Frame read(ByteBuffer in) {
        while (true) {
            if (preamble == null) {
                if (!fill(in, format.preambleSize())) {
                    return null;
                }
                preamble = format.open(target, limits, handshake);
                pieces = new byte[format.pieces(preamble)][];
                piece = 0;
                filled = 0;
                admitted = handshake || preamble.tag() != Tag.MESSAGE;
            }
            if (!admitted) {
                admitted = gate.test(preamble.totalLength());
                if (!admitted) {
                    return null;
                }
            }
            while (piece < pieces.length) {
                if (!fill(in, format.pieceSize(preamble, piece))) {
                    return null;
                }
                pieces[piece++] = target;
                filled = 0;
            }
            Frame frame = format.finish(preamble, pieces);
            preamble = null;
            pieces = new byte[0][];
            target = NONE;
            if (frame != null) {
                return frame;
            }
        }
    }

    /// The next message must wait.
    boolean shut() {
        return preamble != null && !admitted;
    }

    private boolean fill(ByteBuffer in, int size) {
        if (filled == 0) {
            if (size == 0) {
                target = NONE;
                return true;
            }
            if (!in.hasRemaining()) {
                return false;
            }
            target = new byte[size];
        }
        int count = Math.min(size - filled, in.remaining());
        in.get(target, filled, count);
        filled += count;
        return filled == size;
    }
}
