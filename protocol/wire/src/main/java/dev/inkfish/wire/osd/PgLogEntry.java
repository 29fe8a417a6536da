package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
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
@CephType("pg_log_entry_t")
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
    /// What Ceph puts where there is no request: a client without a number.
    private static final OsdReqId NO_REQUEST = new OsdReqId(new EntityName(EntityType.CLIENT, 0), 0, 0);

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

        static Kind of(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new DecodeException("log entry of kind " + number);
        }
    }

    /// `pg_log_op_return_item_t`
    @CephType("pg_log_op_return_item_t")
    public record OpReturn(int code, Bytes output) {
        public static OpReturn decode(WireReader in) {
            int code = in.u32();
            return new OpReturn(code, in.bytes());
        }

        public void encode(WireWriter out) {
            out.u32(code).bytes(output);
        }
    }

    /// The entry says that the object is gone.
    public boolean isDelete() {
        return kind == Kind.DELETE || kind == Kind.LOST_DELETE;
    }

    /// The entry only remembers that a request failed; it changes no object.
    public boolean isError() {
        return kind == Kind.ERROR;
    }

    // version 14; fields of erasure coding's rollback (ObjectModDesc), of cache pools (extra request ids) and of
    // partial recovery (clean regions) are written as "none" and skipped when read
    public static PgLogEntry decode(WireReader in) {
        return in.versioned(14, (body, version) -> {
            if (version < 8) {
                throw new DecodeException("log entry of version " + version);
            }
            Kind kind = Kind.of(body.u32());
            HObject object = HObject.decode(body);
            Eversion at = Eversion.decode(body);
            Eversion prior = Eversion.decode(body);
            OsdReqId reqid = OsdReqId.decode(body);
            Utime mtime = Utime.decode(body);
            if (kind == Kind.LOST_REVERT) {
                prior = Eversion.decode(body);
            }
            Bytes snaps = body.bytes();
            long userVersion = body.u64();
            if (version >= 9) {
                body.versioned(2, (desc, v) -> desc.rest());
            }
            int extra = version >= 10 ? skipExtraRequests(body) : 0;
            int code = 0;
            if (version >= 11 && kind == Kind.ERROR) {
                code = body.u32();
            }
            if (version >= 12 && extra > 0) {
                body.skip(8 * body.count(8));
            }
            if (version >= 13) {
                body.versioned(1, (regions, v) -> regions.rest());
            }
            List<OpReturn> returns = List.of();
            if (version >= 14) {
                if (kind != Kind.ERROR) {
                    code = body.u32();
                }
                returns = body.list(OpReturn::decode);
            }
            OsdReqId request = reqid.equals(NO_REQUEST) ? null : reqid;
            return new PgLogEntry(kind, object, at, prior, userVersion, request, mtime, code, returns, snaps);
        });
    }

    private static int skipExtraRequests(WireReader in) {
        int count = in.count(1);
        for (int i = 0; i < count; i++) {
            OsdReqId.decode(in);
            in.u64();
        }
        return count;
    }

    public void encode(WireWriter out) {
        out.versioned(14, 4, () -> {
            out.u32(kind.number());
            object.encode(out);
            version.encode(out);
            priorVersion.encode(out);
            (reqid == null ? NO_REQUEST : reqid).encode(out);
            mtime.encode(out);
            if (kind == Kind.LOST_REVERT) {
                priorVersion.encode(out);
            }
            out.bytes(snaps).u64(userVersion);
            // ObjectModDesc: cannot be rolled back locally
            out.versioned(1, 1, () -> out.bool(false).bool(false).u32(0));
            out.u32(0);
            if (kind == Kind.ERROR) {
                out.u32(returnCode);
            }
            // ObjectCleanRegions: no range of the object is known to be unchanged
            out.versioned(1, 1, () -> out.u32(0).bool(false).bool(true));
            if (kind != Kind.ERROR) {
                out.u32(returnCode);
            }
            out.list(opReturns, (w, r) -> r.encode(w));
        });
    }
}
