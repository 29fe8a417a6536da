package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.UUID;

/// Tells an OSD which groups that it is primary of to recover or to backfill before all others, or not any more
/// (`MSG_OSD_FORCE_RECOVERY`).
///
/// @param options [#RECOVERY] or [#BACKFILL], and [#CANCEL]
public record MOSDForceRecovery(UUID fsid, List<SpgId> pgs, int options) implements Message {
    public static final int TYPE = 151;
    public static final int RECOVERY = 1;
    public static final int BACKFILL = 2;
    public static final int CANCEL = 4;

    /// Before 2 groups came without their shard.
    private static final int VERSION = 2;
    private static final int COMPAT = 2;

    static MOSDForceRecovery decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MOSDForceRecovery(in.uuid(), in.list(SpgId::decode), in.u8() & 0xff);
    }

    public boolean has(int option) {
        return (options & option) != 0;
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
        out.uuid(fsid).list(pgs, (w, pg) -> pg.encode(w)).u8(options);
    }
}
