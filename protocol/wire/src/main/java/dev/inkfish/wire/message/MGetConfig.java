package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Asks for the options that hold for somebody, before it has a session of its own (`MSG_GET_CONFIG`).
public record MGetConfig(EntityAuthName name, String host, String deviceClass) implements Message {
    public static final int TYPE = 63;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MGetConfig decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MGetConfig(EntityAuthName.decode(in), in.string(), in.string());
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
        name.encode(out);
        out.string(host).string(deviceClass);
    }
}
