package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// Answers [MPoolOp] (`CEPH_MSG_POOLOP_REPLY`).
/// 
/// @param epoch of the map that shows the change
/// @param output the id of a new snapshot; empty for anything else
public record MPoolOpReply(UUID fsid, int code, int epoch, Bytes output) implements Message {
    public static final int TYPE = 48;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MPoolOpReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MPoolOpReply(in.uuid(), in.u32(), in.u32(), in.bool() ? in.bytes() : Bytes.EMPTY);
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
        out.uuid(fsid).u32(code).u32(epoch).bool(!output.isEmpty());
        if (!output.isEmpty()) {
            out.bytes(output);
        }
    }
}
