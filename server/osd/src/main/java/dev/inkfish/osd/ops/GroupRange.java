package dev.inkfish.osd.ops;

import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;

/// The part of a pool, in the order of hashes, that a group holds (`pg_t::get_hobj_start`, `get_hobj_end`).
public final class GroupRange {
    private GroupRange() {}

    /// The first place an object of the group can have.
    public static HObject start(PgId pgid) {
        return ListOps.start(pgid);
    }

    /// The first place behind the group.
    public static HObject end(PgId pgid, int pgNum) {
        return ListOps.end(pgid, pgNum);
    }
}
