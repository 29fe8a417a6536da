package dev.inkfish.wire.osd;

import java.util.HashMap;
import java.util.Map;

/// What an operation on an object, or on a group, does (`CEPH_OSD_OP_*`, `src/include/rados.h`).
public enum OpCode {
    READ(0x1201, "read", Form.EXTENT),
    STAT(0x1202, "stat", Form.NONE),
    MAPEXT(0x1203, "mapext", Form.EXTENT),
    MASKTRUNC(0x1204, "masktrunc", Form.EXTENT),
    SPARSE_READ(0x1205, "sparse-read", Form.EXTENT),
    NOTIFY(0x1206, "notify", Form.NOTIFY),
    NOTIFY_ACK(0x1207, "notify-ack", Form.NONE),
    ASSERT_VER(0x1208, "assert-version", Form.ASSERT_VERSION),
    LIST_WATCHERS(0x1209, "list-watchers", Form.NONE),
    LIST_SNAPS(0x120a, "list-snaps", Form.NONE),
    SYNC_READ(0x120b, "sync_read", Form.EXTENT),
    TMAPGET(0x120c, "tmapget", Form.NONE),
    OMAPGETKEYS(0x1211, "omap-get-keys", Form.NONE),
    OMAPGETVALS(0x1212, "omap-get-vals", Form.NONE),
    OMAPGETHEADER(0x1213, "omap-get-header", Form.NONE),
    OMAPGETVALSBYKEYS(0x1214, "omap-get-vals-by-keys", Form.NONE),
    OMAP_CMP(0x1219, "omap-cmp", Form.NONE),
    ISDIRTY(0x121d, "isdirty", Form.NONE),
    COPY_GET(0x121e, "copy-get", Form.COPY_GET),
    CHECKSUM(0x121f, "checksum", Form.CHECKSUM),
    CMPEXT(0x1220, "cmpext", Form.EXTENT),
    WRITE(0x2201, "write", Form.EXTENT),
    WRITEFULL(0x2202, "writefull", Form.EXTENT),
    TRUNCATE(0x2203, "truncate", Form.EXTENT),
    ZERO(0x2204, "zero", Form.EXTENT),
    DELETE(0x2205, "delete", Form.NONE),
    APPEND(0x2206, "append", Form.EXTENT),
    STARTSYNC(0x2207, "startsync", Form.NONE),
    SETTRUNC(0x2208, "settrunc", Form.NONE),
    TRIMTRUNC(0x2209, "trimtrunc", Form.EXTENT),
    TMAPPUT(0x220b, "tmapput", Form.NONE),
    CREATE(0x220d, "create", Form.NONE),
    ROLLBACK(0x220e, "rollback", Form.SNAP),
    WATCH(0x220f, "watch", Form.WATCH),
    OMAPSETVALS(0x2215, "omap-set-vals", Form.NONE),
    OMAPSETHEADER(0x2216, "omap-set-header", Form.NONE),
    OMAPCLEAR(0x2217, "omap-clear", Form.NONE),
    OMAPRMKEYS(0x2218, "omap-rm-keys", Form.NONE),
    COPY_FROM(0x221a, "copy-from", Form.COPY_FROM),
    UNDIRTY(0x221c, "undirty", Form.NONE),
    SETALLOCHINT(0x2223, "set-alloc-hint", Form.ALLOC_HINT),
    CACHE_PIN(0x2224, "cache-pin", Form.NONE),
    CACHE_UNPIN(0x2225, "cache-unpin", Form.NONE),
    WRITESAME(0x2226, "write-same", Form.WRITE_SAME),
    SET_REDIRECT(0x2227, "set-redirect", Form.RAW),
    SET_CHUNK(0x2228, "set-chunk", Form.RAW),
    TIER_PROMOTE(0x2229, "tier-promote", Form.NONE),
    UNSET_MANIFEST(0x222a, "unset-manifest", Form.NONE),
    TIER_FLUSH(0x222b, "tier-flush", Form.NONE),
    OMAPRMKEYRANGE(0x222c, "omap-rm-key-range", Form.NONE),
    TIER_EVICT(0x222e, "tier-evict", Form.NONE),
    COPY_FROM2(0x222d, "copy-from2", Form.COPY_FROM),
    TMAPUP(0x320a, "tmapup", Form.NONE),
    TMAP2OMAP(0x3222, "tmap2omap", Form.RAW),
    CACHE_FLUSH(0x821f, "cache-flush", Form.NONE),
    CACHE_EVICT(0x8220, "cache-evict", Form.NONE),
    CACHE_TRY_FLUSH(0x8221, "cache-try-flush", Form.NONE),
    GETXATTR(0x1301, "getxattr", Form.XATTR),
    GETXATTRS(0x1302, "getxattrs", Form.NONE),
    CMPXATTR(0x1303, "cmpxattr", Form.XATTR),
    SETXATTR(0x2301, "setxattr", Form.XATTR),
    SETXATTRS(0x2302, "setxattrs", Form.XATTR),
    RESETXATTRS(0x2303, "resetxattrs", Form.XATTR),
    RMXATTR(0x2304, "rmxattr", Form.XATTR),
    CALL(0x1401, "call", Form.CALL),
    PGLS(0x1501, "pgls", Form.LIST),
    PGLS_FILTER(0x1502, "pgls-filter", Form.LIST),
    PG_HITSET_LS(0x1503, "pg-hitset-ls", Form.NONE),
    PG_HITSET_GET(0x1504, "pg-hitset-get", Form.RAW),
    PGNLS(0x1505, "pgnls", Form.LIST),
    PGNLS_FILTER(0x1506, "pgnls-filter", Form.LIST),
    SCRUBLS(0x1507, "scrubls", Form.NONE),
    /// A code that is none of these; the number is in [OpArgs.Raw].
    UNKNOWN(0, "???", Form.RAW);

    /// Which member of the union of `ceph_osd_op` an operation uses.
    public enum Form { NONE, EXTENT, XATTR, CALL, LIST, SNAP, WATCH, NOTIFY, ASSERT_VERSION, COPY_GET, COPY_FROM,
        ALLOC_HINT, WRITE_SAME, CHECKSUM, RAW }

    private static final int MODE_READ = 0x1000;
    private static final int MODE_WRITE = 0x2000;
    private static final int MODE_CACHE = 0x8000;
    private static final int TYPE = 0x0f00;
    private static final Map<Integer, OpCode> BY_NUMBER = new HashMap<>();

    static {
        for (OpCode code : values()) {
            BY_NUMBER.put(code.number, code);
        }
    }

    private final int number;
    private final String text;
    private final Form form;

    OpCode(int number, String text, Form form) {
        this.number = number;
        this.text = text;
        this.form = form;
    }

    public static OpCode of(int number) {
        return BY_NUMBER.getOrDefault(number, UNKNOWN);
    }

    public int number() {
        return number;
    }

    /// As Ceph's logs name it.
    public String text() {
        return text;
    }

    public Form form() {
        return form;
    }

    /// Reads the object; a class method's mode is its own.
    public boolean reads() {
        return (number & MODE_READ) != 0 && this != CALL;
    }

    public boolean writes() {
        return (number & MODE_WRITE) != 0;
    }

    public boolean isCache() {
        return (number & MODE_CACHE) != 0;
    }

    /// An operation on the group, not on an object.
    public boolean isPgOp() {
        return (number & TYPE) == 0x0500;
    }
}
