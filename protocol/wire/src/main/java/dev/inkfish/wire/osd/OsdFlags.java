package dev.inkfish.wire.osd;

/// Flags of requests and replies (`CEPH_OSD_FLAG_*`).
public final class OsdFlags {
    public static final int ACK = 0x1;
    public static final int ONNVRAM = 0x2;
    public static final int ONDISK = 0x4;
    public static final int RETRY = 0x8;
    public static final int READ = 0x10;
    public static final int WRITE = 0x20;
    public static final int ORDERSNAP = 0x40;
    public static final int PEERSTAT_OLD = 0x80;
    public static final int BALANCE_READS = 0x100;
    public static final int PARALLELEXEC = 0x200;
    public static final int PGOP = 0x400;
    public static final int EXEC = 0x800;
    public static final int EXEC_PUBLIC = 0x1000;
    public static final int LOCALIZE_READS = 0x2000;
    public static final int RWORDERED = 0x4000;
    public static final int IGNORE_CACHE = 0x8000;
    public static final int SKIPRWLOCKS = 0x10000;
    public static final int IGNORE_OVERLAY = 0x20000;
    public static final int FLUSH = 0x40000;
    public static final int MAP_SNAP_CLONE = 0x80000;
    public static final int ENFORCE_SNAPC = 0x100000;
    public static final int REDIRECTED = 0x200000;
    public static final int KNOWN_REDIR = 0x400000;
    public static final int FULL_TRY = 0x800000;
    public static final int FULL_FORCE = 0x1000000;
    public static final int IGNORE_REDIRECT = 0x2000000;
    public static final int RETURNVEC = 0x4000000;
    public static final int SUPPORTS_POOL_EIO = 0x8000000;

    private OsdFlags() {}
}
