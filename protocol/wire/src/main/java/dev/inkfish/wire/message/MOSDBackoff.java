package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Asks a client to hold back requests for a range of objects, or to go on (`CEPH_MSG_OSD_BACKOFF`).
///
/// @param op [#BLOCK], [#ACK_BLOCK] or [#UNBLOCK]
/// @param id unique within the session
/// @param begin the range's first object
/// @param end behind the range; equal to `begin` for that object alone
public record MOSDBackoff(SpgId pgid, int mapEpoch, int op, long id, HObject begin, HObject end) implements Message {
    public static final int TYPE = 61;
    public static final int BLOCK = 1;
    public static final int ACK_BLOCK = 2;
    public static final int UNBLOCK = 3;

    static MOSDBackoff decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MOSDBackoff(
                SpgId.decode(in), in.u32(), in.u8(), in.u64(), HObject.decode(in), HObject.decode(in));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return 1;
    }

    @Override
    public int compatVersion(long features) {
        return 1;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        pgid.encode(out);
        out.u32(mapEpoch).u8(op).u64(id);
        begin.encode(out);
        end.encode(out);
    }
}
