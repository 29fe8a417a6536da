package dev.inkfish.wire;

/// Feature bits of a connection (`src/include/ceph_features.h`). A bit that was retired and used again
/// for a later release only counts together with the bit of that release (the "incarnation").
public final class Features {
    /// Second incarnation: set by every release that reuses retired bits.
    public static final long INCARNATION_2 = 1L << 57;
    public static final long INCARNATION_3 = (1L << 57) | (1L << 28);

    public static final long UID = 1L;
    public static final long SERVER_NAUTILUS = 1L << 2 | INCARNATION_3;
    public static final long FLOCK = 1L << 3;
    public static final long SUBSCRIBE2 = 1L << 4;
    public static final long MONNAMES = 1L << 5;
    public static final long RECONNECT_SEQ = 1L << 6;
    public static final long DIRLAYOUTHASH = 1L << 7;
    public static final long OBJECTLOCATOR = 1L << 8;
    public static final long PGID64 = 1L << 9;
    public static final long INCSUBOSDMAP = 1L << 10;
    public static final long PGPOOL3 = 1L << 11;
    public static final long OSDREPLYMUX = 1L << 12;
    public static final long OSDENC = 1L << 13;
    public static final long SERVER_KRAKEN = 1L << 14 | INCARNATION_2;
    public static final long MONENC = 1L << 15;
    public static final long SERVER_OCTOPUS = 1L << 16 | INCARNATION_3;
    public static final long OS_PERF_STAT_NS = 1L << 17 | INCARNATION_3;
    public static final long CRUSH_TUNABLES = 1L << 18;
    public static final long OSD_PGLOG_HARDLIMIT = 1L << 19 | INCARNATION_2;
    public static final long SERVER_PACIFIC = 1L << 20 | INCARNATION_3;
    public static final long SERVER_LUMINOUS = 1L << 21 | INCARNATION_2;
    public static final long RESEND_ON_SPLIT = 1L << 21 | INCARNATION_2;
    public static final long RADOS_BACKOFF = 1L << 21 | INCARNATION_2;
    public static final long OSDMAP_PG_UPMAP = 1L << 21 | INCARNATION_2;
    public static final long CRUSH_CHOOSE_ARGS = 1L << 21 | INCARNATION_2;
    /// msgr1 messages carry signatures.
    public static final long MSG_AUTH = 1L << 23;
    public static final long MSGR_KEEPALIVE2 = 1L << 42;
    /// Authorizers with a challenge; signatures over the lengths too.
    public static final long CEPHX_V2 = 1L << 61;
    public static final long OSD_CACHEPOOL = 1L << 35;
    public static final long CRUSH_V2 = 1L << 36;
    public static final long EXPORT_PEER = 1L << 37;
    public static final long OSDMAP_ENC = 1L << 39;
    public static final long CRUSH_TUNABLES3 = 1L << 41;
    public static final long CRUSH_V4 = 1L << 48;
    public static final long OSD_POOLRESEND = 1L << 43;
    public static final long NEW_OSDOP_ENCODING = 1L << 56;
    public static final long SERVER_JEWEL = 1L << 57;
    public static final long CRUSH_TUNABLES5 = 1L << 58;
    public static final long NEW_OSDOPREPLY_ENCODING = 1L << 58;
    public static final long MSG_ADDR2 = 1L << 59;
    public static final long SERVER_MIMIC = 1L << 28 | INCARNATION_2;

    /// What a Ceph 16 daemon supports, as it announces it; what we speak.
    public static final long PACIFIC = 0x3f01cfbdfffdffffL;

    private Features() {}

    /// Whether all bits of a feature (its incarnation too) are there.
    public static boolean has(long features, long feature) {
        return (features & feature) == feature;
    }
}
