package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.UUID;

/// Tells an OSD to compare the copies of groups it is primary of (`MSG_OSD_SCRUB2`).
///
/// @param epoch of the sender's map
/// @param repair whatever differs is mended
/// @param deep contents are compared too
public record MOSDScrub2(UUID fsid, int epoch, List<SpgId> pgs, boolean repair, boolean deep) implements Message {
    public static final int TYPE = 121;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MOSDScrub2 decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MOSDScrub2(in.uuid(), in.u32(), in.list(SpgId::decode), in.bool(), in.bool());
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
        out.uuid(fsid).u32(epoch).list(pgs, (w, pg) -> pg.encode(w)).bool(repair).bool(deep);
    }
}
