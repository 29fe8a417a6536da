package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// An OSD reports another one dead, or alive after all (`MSG_OSD_FAILURE`).
/// 
/// @param epoch the map on which the reporter stands
/// @param failedFor seconds since it was last heard of
public record MOSDFailure(
        UUID fsid, int target, EntityAddrVec targetAddrs, int epoch, int flags, int failedFor)
        implements Message {
    public static final int TYPE = 72;
    private static final int VERSION = 4;
    private static final int COMPAT = 4;
    /// It failed; without the bit: it is alive.
    public static final int FAILED = 1;
    /// It is known to be gone, there is no need to wait.
    public static final int IMMEDIATE = 2;

    static MOSDFailure decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        if (header.version() < VERSION) {
            throw new DecodeException("osd_failure of version " + header.version());
        }
        PaxosFields.decode(in);
        return new MOSDFailure(in.uuid(), in.u32(), EntityAddrVec.decode(in), in.u32(), in.u8(), in.u32());
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
        out.u32(epoch).u8(flags).u32(failedFor);
    }
}
