package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What the active manager wants to know of the monitors besides maps, as JSON (`MSG_MGR_DIGEST`).
public record MMgrDigest(Bytes monStatus, Bytes health) implements Message {
    public static final int TYPE = 0x705;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MMgrDigest decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMgrDigest(in.bytes(), in.bytes());
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
    public int priority() {
        return 196;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.bytes(monStatus).bytes(health);
    }
}
