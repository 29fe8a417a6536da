package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// An OSD that is down says that it is also dead: no read lease of it counts (`MSG_OSD_MARK_ME_DEAD`).
public record MOSDMarkMeDead(UUID fsid, int target, int epoch) implements Message {
    public static final int TYPE = 123;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MOSDMarkMeDead decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MOSDMarkMeDead(in.uuid(), in.u32(), in.u32());
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
        PaxosFields.encode(out, epoch);
        out.uuid(fsid).u32(target).u32(epoch);
    }
}
