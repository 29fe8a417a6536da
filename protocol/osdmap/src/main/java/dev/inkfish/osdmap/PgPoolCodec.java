package dev.inkfish.osdmap;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.TreeSet;

/// The encodings of a pool: versions 2 and 4 without envelope, 14 for peers before Giant, 21 to 30 after.
final class PgPoolCodec {
    private static final int ENVELOPE = 5;
    private static final int STRETCH = 30;
    /// Flags that peers before Mimic do not know.
    private static final long NEW_FLAGS =
            PgPool.FLAG_SELFMANAGED_SNAPS | PgPool.FLAG_POOL_SNAPS | PgPool.FLAG_CREATING;

    private PgPoolCodec() {}

    /// 22 jewel: fast_read … 24: options; 25 luminous: resend epochs by release; 26: applications; 27 mimic:
    /// creation time; 28 nautilus: targets; 29: merge; 30 pacific, stretch pools only.
    private static int version(PgPool pool, long features) {
        if (!Features.has(features, Features.NEW_OSDOP_ENCODING)) {
            return 21;
        }
        if (!Features.has(features, Features.SERVER_LUMINOUS)) {
            return 24;
        }
        if (!Features.has(features, Features.SERVER_MIMIC)) {
            return 26;
        }
        if (!Features.has(features, Features.SERVER_NAUTILUS)) {
            return 27;
        }
        return pool.isStretchPool() ? STRETCH : 29;
    }

    static void encode(PgPool p, WireWriter out, long features) {
        if (!Features.has(features, Features.PGPOOL3)) {
            encodeHead(p, out.u8(2));
            out.u32(p.snaps().size()).u32(p.removedSnaps().intervals().size()).u64(p.auid());
            p.snaps().forEach((id, snap) -> {
                out.u64(id);
                snap.encode(out, features);
            });
            p.removedSnaps().intervals().forEach((start, length) -> out.u64(start).u64(length));
        } else if (!Features.has(features, Features.OSDENC)) {
            encodeHead(p, out.u8(4));
            encodeSnaps(p, out, features);
            out.u64(p.flags()).u32(0);
        } else if (!Features.has(features, Features.OSD_POOLRESEND)) {
            out.versioned(14, ENVELOPE, () -> encodeTo14(p, out, features, p.flags()));
        } else {
            int v = version(p, features);
            out.versioned(v, ENVELOPE, () -> {
                encodeTo14(p, out, features, v >= 27 ? p.flags() : p.flags() & ~NEW_FLAGS);
                encodeFrom15(p, out, features, v);
            });
        }
    }

    private static void encodeHead(PgPool p, WireWriter out) {
        out.u8(p.type()).u8(p.size()).u8(p.crushRule()).u8(p.objectHash());
        // two counts of "localized" groups, unused since 0.48
        out.u32(p.pgNum()).u32(p.pgpNum()).u32(0).u32(0);
        out.u32(p.lastChange()).u64(p.snapSeq()).u32(p.snapEpoch());
    }

    private static void encodeSnaps(PgPool p, WireWriter out, long features) {
        out.map(p.snaps(), WireWriter::u64, (w, snap) -> snap.encode(w, features));
        p.removedSnaps().encode(out);
        out.u64(p.auid());
    }

    private static void encodeTo14(PgPool p, WireWriter out, long features, long flags) {
        encodeHead(p, out);
        encodeSnaps(p, out, features);
        out.u64(flags).u32(0);
        out.u8(p.minSize()).u64(p.quotaMaxBytes()).u64(p.quotaMaxObjects());
        out.list(p.tiers(), WireWriter::u64);
        out.u64(p.tierOf()).u8(p.cacheMode()).u64(p.readTier()).u64(p.writeTier());
        out.map(p.properties(), WireWriter::string, WireWriter::string);
        out.raw(p.hitSetParams()).u32(p.hitSetPeriod()).u32(p.hitSetCount());
        out.u32(p.stripeWidth()).u64(p.targetMaxBytes()).u64(p.targetMaxObjects());
        out.u32(p.cacheTargetDirtyRatioMicro()).u32(p.cacheTargetFullRatioMicro());
        out.u32(p.cacheMinFlushAge()).u32(p.cacheMinEvictAge());
        out.string(p.erasureCodeProfile());
    }

    private static void encodeFrom15(PgPool p, WireWriter out, long features, int v) {
        out.u32(p.lastForceOpResendPreluminous()).u32(p.minReadRecencyForPromote()).u64(p.expectedNumObjects());
        out.u32(p.cacheTargetDirtyHighRatioMicro()).u32(p.minWriteRecencyForPromote()).bool(p.useGmtHitset());
        if (v >= 24) {
            out.bool(p.fastRead()).u32(p.hitSetGradeDecayRate()).u32(p.hitSetSearchLastN());
            p.opts().encode(out, features);
        }
        if (v >= 26) {
            out.u32(p.lastForceOpResendPrenautilus());
            out.map(p.applicationMetadata(), WireWriter::string, (w, m) -> w.map(m, WireWriter::string, WireWriter::string));
        }
        if (v >= 27) {
            p.createTime().encode(out);
        }
        if (v >= 29) {
            out.u32(p.pgNumTarget()).u32(p.pgpNumTarget()).u32(p.pgNumPending()).u32(0).u32(0);
            out.u32(p.lastForceOpResend()).u8(p.autoscaleMode());
            p.lastPgMergeMeta().encode(out);
        }
        if (v >= STRETCH) {
            out.u32(p.peeringCrushBucketCount()).u32(p.peeringCrushBucketTarget());
            out.u32(p.peeringCrushBucketBarrier()).u32(p.peeringCrushMandatoryMember());
        }
    }

    static PgPool decode(WireReader in) {
        int version = in.u8();
        if (version < 2) {
            throw new DecodeException("pg_pool_t version " + version);
        }
        if (version < ENVELOPE) {
            return decodeBody(in, version);
        }
        int compat = in.u8();
        if (compat > STRETCH) {
            throw new DecodeException("pg_pool_t needs version " + compat);
        }
        return decodeBody(in.bytes().reader(), version);
    }

    private static PgPool decodeBody(WireReader in, int v) {
        PgPool.Draft p = new PgPool.Draft();
        p.type = in.u8();
        p.size = in.u8();
        p.crushRule = in.u8();
        p.objectHash = in.u8();
        p.pgNum = in.u32();
        p.pgpNum = in.u32();
        in.skip(8);
        p.lastChange = in.u32();
        p.snapSeq = in.u64();
        p.snapEpoch = in.u32();
        decodeSnaps(in, v, p);
        if (v >= 4) {
            p.flags = in.u64();
            in.skip(4);
        }
        if (p.snapSeq > 0 && (p.flags & (PgPool.FLAG_SELFMANAGED_SNAPS | PgPool.FLAG_POOL_SNAPS)) == 0) {
            p.setFlag(p.removedSnaps.isEmpty() ? PgPool.FLAG_POOL_SNAPS : PgPool.FLAG_SELFMANAGED_SNAPS);
        }
        p.minSize = v >= 7 ? in.u8() : p.size - p.size / 2;
        if (v >= 8) {
            p.quotaMaxBytes = in.u64();
            p.quotaMaxObjects = in.u64();
        }
        if (v >= 9) {
            decodeTiering(in, v, p);
        }
        decodeFrom15(in, v, p);
        return p.pool();
    }

    private static void decodeSnaps(WireReader in, int v, PgPool.Draft p) {
        if (v >= 3) {
            p.snaps = in.map(WireReader::u64, PoolSnap::decode);
            p.removedSnaps = IntervalSet.decode(in);
            p.auid = in.u64();
            return;
        }
        int snaps = in.count(1);
        int removed = in.count(16);
        p.auid = in.u64();
        for (int i = 0; i < snaps; i++) {
            long id = in.u64();
            in.u8();
            p.snaps.put(id, new PoolSnap(in.u64(), Utime.decode(in), in.string()));
        }
        for (int i = 0; i < removed; i++) {
            p.removedSnaps = p.removedSnaps.plus(in.u64(), in.u64());
        }
    }

    private static void decodeTiering(WireReader in, int v, PgPool.Draft p) {
        p.tiers = new TreeSet<>(in.list(WireReader::u64));
        p.tierOf = in.u64();
        p.cacheMode = in.u8();
        p.readTier = in.u64();
        p.writeTier = in.u64();
        if (v >= 10) {
            p.properties = in.map(WireReader::string, WireReader::string);
        }
        if (v >= 11) {
            p.hitSetParams = hitSet(in);
            p.hitSetPeriod = in.u32();
            p.hitSetCount = in.u32();
        }
        if (v >= 12) {
            p.stripeWidth = in.u32();
        }
        if (v >= 13) {
            p.targetMaxBytes = in.u64();
            p.targetMaxObjects = in.u64();
            p.cacheTargetDirtyRatioMicro = in.u32();
            p.cacheTargetFullRatioMicro = in.u32();
            p.cacheMinFlushAge = in.u32();
            p.cacheMinEvictAge = in.u32();
        }
        if (v >= 14) {
            p.erasureCodeProfile = in.string();
        }
    }

    private static Bytes hitSet(WireReader in) {
        WireWriter whole = new WireWriter(16).u8(in.u8()).u8(in.u8());
        return whole.bytes(in.bytes()).toBytes();
    }

    private static void decodeFrom15(WireReader in, int v, PgPool.Draft p) {
        p.lastForceOpResendPreluminous = v >= 15 ? in.u32() : 0;
        p.minReadRecencyForPromote = v >= 16 ? in.u32() : 1;
        p.expectedNumObjects = v >= 17 ? in.u64() : 0;
        p.cacheTargetDirtyHighRatioMicro = v >= 19 ? in.u32() : p.cacheTargetDirtyRatioMicro;
        p.minWriteRecencyForPromote = v >= 20 ? in.u32() : 1;
        p.useGmtHitset = v >= 21 && in.bool();
        p.fastRead = v >= 22 && in.bool();
        p.hitSetGradeDecayRate = v >= 23 ? in.u32() : 0;
        p.hitSetSearchLastN = v >= 23 ? in.u32() : 1;
        p.opts = v >= 24 ? PoolOptions.decode(in) : PoolOptions.NONE;
        p.lastForceOpResendPrenautilus = v >= 25 ? in.u32() : p.lastForceOpResendPreluminous;
        if (v >= 26) {
            p.applicationMetadata = in.map(WireReader::string, r -> r.map(WireReader::string, WireReader::string));
        }
        if (v >= 27) {
            p.createTime = Utime.decode(in);
        }
        p.pgNumTarget = v >= 28 ? in.u32() : p.pgNum;
        p.pgpNumTarget = v >= 28 ? in.u32() : p.pgpNum;
        p.pgNumPending = v >= 28 ? in.u32() : p.pgNum;
        if (v >= 28) {
            in.skip(8);
        }
        p.lastForceOpResend = v >= 28 ? in.u32() : p.lastForceOpResendPrenautilus;
        p.autoscaleMode = v >= 28 ? in.u8() : 1;
        p.lastPgMergeMeta = v >= 29 ? PgMergeMeta.decode(in) : PgMergeMeta.NONE;
        if (v >= STRETCH) {
            p.peeringCrushBucketCount = in.u32();
            p.peeringCrushBucketTarget = in.u32();
            p.peeringCrushBucketBarrier = in.u32();
            p.peeringCrushMandatoryMember = in.u32();
        }
    }
}
