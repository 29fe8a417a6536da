package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One entry of a group's log (`pg_log_entry_t`).
///
/// @param priorVersion the object's version before; zero if it did not exist
/// @param reqid the request that made it; null for entries without one (clones, trims)
/// @param userVersion what the client is told the object's version is
/// @param returnCode what the request answered, kept for resends
/// @param opReturns with `CEPH_OSD_FLAG_RETURNVEC`: what each operation answered
/// @param snaps for clones: the snapshots it serves, encoded as Ceph does
public record PgLogEntry(
        Kind kind,
        HObject object,
        Eversion version,
        Eversion priorVersion,
        long userVersion,
        @Nullable OsdReqId reqid,
        Utime mtime,
        int returnCode,
        List<OpReturn> opReturns,
        Bytes snaps) {
    /// `pg_log_entry_t::MODIFY` and so on.
    public enum Kind {
        MODIFY(1),
        CLONE(2),
        DELETE(3),
        LOST_REVERT(5),
        LOST_DELETE(6),
        LOST_MARK(7),
        PROMOTE(8),
        CLEAN(9),
        ERROR(10);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    /// `pg_log_op_return_item_t`
    @CephType("pg_log_op_return_item_t")
    public record OpReturn(int code, Bytes output) {}
}
