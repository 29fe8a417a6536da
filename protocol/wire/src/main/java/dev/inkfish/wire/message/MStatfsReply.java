package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// Answers [MStatfs] (`CEPH_MSG_STATFS_REPLY`); sizes in KiB.
public record MStatfsReply(
        UUID fsid, long epoch, long kib, long kibUsed, long kibAvailable, long objects)
        implements Message {
    public static final int TYPE = 14;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MStatfsReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MStatfsReply(in.uuid(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64());
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
        out.uuid(fsid).u64(epoch).u64(kib).u64(kibUsed).u64(kibAvailable).u64(objects);
    }
}
