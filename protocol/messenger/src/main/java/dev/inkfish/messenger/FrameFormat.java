package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How frames look on the wire: crc or secure mode, each in revision 2.0 and 2.1.
///
/// A frame is its preamble and then *pieces*, whose sizes follow from the preamble. A format holds the
/// keys and nonces of one direction, so an instance either reads or writes.
interface FrameFormat {
    int preambleSize();

    /// @throws dev.inkfish.wire.DecodeException for anything that is not a valid preamble
    Preamble open(byte[] bytes, Limits limits, boolean handshake);

    int pieces(Preamble preamble);

    int pieceSize(Preamble preamble, int piece);

    /// @param rest the pieces; the format may keep them
    /// @return null where the sender gave the frame up
    @Nullable Frame finish(Preamble preamble, byte[][] rest);

    /// The frame as it is sent, in order.
    List<Bytes> encode(Frame frame);
}
