package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// An OSD is about to stop (`MSG_OSD_MARK_ME_DOWN`); the monitor answers with the same when it is down.
public record MOSDMarkMeDown(
        UUID fsid, int target, EntityAddrVec targetAddrs, int epoch, boolean requestAck)
        implements Message {
    public static final int TYPE = 74;
    private static final int VERSION = 3;
    private static final int COMPAT = 3;

    static MOSDMarkMeDown decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        if (header.version() < VERSION) {
            throw new DecodeException("osd_mark_me_down of version " + header.version());
        }
        PaxosFields.decode(in);
        return new MOSDMarkMeDown(in.uuid(), in.u32(), EntityAddrVec.decode(in), in.u32(), in.bool());
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
        out.uuid(fsid).u32(target);
        targetAddrs.encode(out, features);
        out.u32(epoch).bool(requestAck);
    }
}
