package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A step of authentication at a monitor with msgr1, and of renewing tickets with both (`CEPH_MSG_AUTH`).
///
/// @param protocol `CEPH_AUTH_*`; 0 in the first one, whose payload lists what is supported
public record MAuth(int protocol, Bytes payload, int monMapEpoch) implements Message {
    public static final int TYPE = 17;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MAuth decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MAuth(in.u32(), in.bytes(), in.remaining() > 0 ? in.u32() : 0);
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
        PaxosFields.encode(out, 0);
        out.u32(protocol).bytes(payload).u32(monMapEpoch);
    }
}
