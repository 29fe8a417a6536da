package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// Subscriptions hold for so many seconds (`CEPH_MSG_MON_SUBSCRIBE_ACK`); only old peers get it.
public record MMonSubscribeAck(int interval, UUID fsid) implements Message {
    public static final int TYPE = 16;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MMonSubscribeAck decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMonSubscribeAck(in.u32(), in.uuid());
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
        out.u32(interval).uuid(fsid);
    }
}
