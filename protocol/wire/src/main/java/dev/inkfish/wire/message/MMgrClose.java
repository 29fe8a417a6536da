package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A daemon or client goes, and wants it acknowledged (`MSG_MGR_CLOSE`).
public record MMgrClose(String daemon, String service) implements Message {
    public static final int TYPE = 0x708;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MMgrClose decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMgrClose(in.string(), in.string());
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
        out.string(daemon).string(service);
    }
}
