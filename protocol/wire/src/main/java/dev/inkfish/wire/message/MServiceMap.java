package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.ServiceMap;

/// The service map, to the manager (`MSG_SERVICE_MAP`).
public record MServiceMap(ServiceMap map) implements Message {
    public static final int TYPE = 0x707;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MServiceMap decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MServiceMap(ServiceMap.decode(in));
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
        map.encode(out, features);
    }
}
