package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import java.util.Map;
import java.util.TreeMap;

/// The table of all messages: to add one, write its record and enter its decoder in the family it belongs to.
public final class MessageType {
    /// Reads a message of one type.
    @FunctionalInterface
    public interface Decoder {
        Message decode(MessageHeader header, WireReader front, Bytes middle, Bytes data);
    }

    private static final Map<Integer, Decoder> DECODERS = new TreeMap<>();

    static {
        SessionMessages.register(DECODERS);
        MonMessages.register(DECODERS);
        OsdMessages.register(DECODERS);
        PeerMessages.register(DECODERS);
        MgrMessages.register(DECODERS);
    }

    private MessageType() {}

    /// @throws dev.inkfish.wire.DecodeException for a malformed front part
    public static Message decode(MessageHeader header, Bytes front, Bytes middle, Bytes data) {
        Decoder decoder = DECODERS.get(header.type());
        return decoder == null
                ? new UnknownMessage(header.type(), header.version(), front, middle, data)
                : decoder.decode(header, front.reader(), middle, data);
    }
}
