package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A primary has made a new group (`MSG_OSD_PG_CREATED`).
public record MOSDPGCreated(PgId pg) implements Message {
    public static final int TYPE = 116;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MOSDPGCreated decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MOSDPGCreated(PgId.decode(in));
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
        pg.encode(out);
    }
}
