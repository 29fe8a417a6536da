package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// Entries up to this number are in the cluster log (`MSG_LOGACK`).
public record MLogAck(UUID fsid, long last, String channel) implements Message {
    public static final int TYPE = 53;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MLogAck decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MLogAck(in.uuid(), in.u64(), in.remaining() > 0 ? in.string() : "");
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return VERSION;
    }

    @Override
    public int compatVersion(long features) {
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.uuid(fsid).u64(last).string(channel);
    }
}
