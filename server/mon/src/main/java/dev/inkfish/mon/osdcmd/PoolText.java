package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.GeneralFormat;
import dev.inkfish.command.Stamp;
import dev.inkfish.osdmap.ObjectHash;
import dev.inkfish.osdmap.PgMergeMeta;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolOptions;
import dev.inkfish.osdmap.PoolSnap;
import java.util.Locale;
import java.util.TreeMap;

/// A pool as Ceph prints it (`operator<<(pg_pool_t)`, `pg_pool_t::dump`).
final class PoolText {
    private PoolText() {}

    /// The line of `osd dump` and `osd pool ls detail`, without the name in front.
    static String line(PgPool p) {
        StringBuilder t = new StringBuilder(p.typeName());
        if (p.isErasure()) {
            t.append(" profile ").append(p.erasureCodeProfile());
        }
        t.append(" size ").append(p.size()).append(" min_size ").append(p.minSize());
        t.append(" crush_rule ").append(p.crushRule()).append(" object_hash ").append(ObjectHash.name(p.objectHash()));
        t.append(" pg_num ").append(p.pgNum()).append(" pgp_num ").append(p.pgpNum());
        unless(t, " pg_num_target ", p.pgNumTarget(), p.pgNum());
        unless(t, " pgp_num_target ", p.pgpNumTarget(), p.pgpNum());
        unless(t, " pg_num_pending ", p.pgNumPending(), p.pgNum());
        if (p.autoscaleMode() != 0xff) {
            t.append(" autoscale_mode ").append(p.autoscaleModeName());
        }
        t.append(" last_change ").append(p.lastChange());
        if ((p.lastForceOpResend() | p.lastForceOpResendPrenautilus() | p.lastForceOpResendPreluminous()) != 0) {
            t.append(" lfor ").append(p.lastForceOpResend()).append('/').append(p.lastForceOpResendPrenautilus());
            t.append('/').append(p.lastForceOpResendPreluminous());
        }
        unless(t, " owner ", p.auid(), 0);
        if (p.flags() != 0) {
            t.append(" flags ").append(p.flagsText());
        }
        unless(t, " max_bytes ", p.quotaMaxBytes(), 0);
        unless(t, " max_objects ", p.quotaMaxObjects(), 0);
        tiering(t, p);
        t.append(" stripe_width ").append(p.stripeWidth());
        unless(t, " expected_num_objects ", p.expectedNumObjects(), 0);
        if (p.fastRead()) {
            t.append(" fast_read ").append(1);
        }
        options(p).forEach((name, value) -> t.append(' ').append(name).append(' ').append(text(value)));
        if (!p.applicationMetadata().isEmpty()) {
            t.append(" application ").append(String.join(",", p.applicationMetadata().keySet()));
        }
        return t.toString();
    }

    private static void tiering(StringBuilder t, PgPool p) {
        if (!p.tiers().isEmpty()) {
            t.append(" tiers ").append(String.join(",", p.tiers().stream().map(String::valueOf).toList()));
        }
        unless(t, " tier_of ", p.tierOf(), -1);
        unless(t, " read_tier ", p.readTier(), -1);
        unless(t, " write_tier ", p.writeTier(), -1);
        if (p.cacheMode() != 0) {
            t.append(" cache_mode ").append(p.cacheModeName());
        }
        unless(t, " target_bytes ", p.targetMaxBytes(), 0);
        unless(t, " target_objects ", p.targetMaxObjects(), 0);
    }

    private static void unless(StringBuilder t, String name, long value, long otherwise) {
        if (value != otherwise) {
            t.append(name).append(value);
        }
    }

    /// By name, in the order of names.
    static TreeMap<String, PoolOptions.Value> options(PgPool p) {
        TreeMap<String, PoolOptions.Value> named = new TreeMap<>();
        PoolOptions.Key[] keys = PoolOptions.Key.values();
        p.opts().values().forEach((key, value) -> {
            if (key >= 0 && key < keys.length) {
                named.put(keys[key].text(), value);
            }
        });
        return named;
    }

    static String text(PoolOptions.Value value) {
        return switch (value) {
            case PoolOptions.Text(String text) -> text;
            case PoolOptions.Int(long number) -> Long.toString(number);
            case PoolOptions.Real(double number) -> GeneralFormat.format(number, 6);
        };
    }

    static void dump(Formatter f, String name, PoolOptions.Value value) {
        switch (value) {
            case PoolOptions.Text(String text) -> f.dump(name, text);
            case PoolOptions.Int(long number) -> f.dump(name, number);
            case PoolOptions.Real(double number) -> f.dump(name, number);
        }
    }

    /// The members of a pool's object, after its id and name.
    static void dump(Formatter f, PgPool p) {
        f.dump("create_time", Stamp.text(p.createTime()));
        f.dumpUnsigned("flags", p.flags()).dump("flags_names", p.flagsText());
        f.dump("type", p.type()).dump("size", p.size()).dump("min_size", p.minSize()).dump("crush_rule", p.crushRule());
        f.dump("peering_crush_bucket_count", p.peeringCrushBucketCount());
        f.dump("peering_crush_bucket_target", p.peeringCrushBucketTarget());
        f.dump("peering_crush_bucket_barrier", p.peeringCrushBucketBarrier());
        f.dump("peering_crush_bucket_mandatory_member", p.peeringCrushMandatoryMember());
        f.dump("object_hash", p.objectHash()).dump("pg_autoscale_mode", p.autoscaleModeName());
        f.dump("pg_num", p.pgNum()).dump("pg_placement_num", p.pgpNum());
        f.dump("pg_placement_num_target", p.pgpNumTarget()).dump("pg_num_target", p.pgNumTarget());
        f.dump("pg_num_pending", p.pgNumPending());
        PgMergeMeta merge = p.lastPgMergeMeta();
        f.openObject("last_pg_merge_meta").dump("source_pgid", merge.source().toString());
        f.dump("ready_epoch", merge.readyEpoch()).dump("last_epoch_started", merge.lastEpochStarted());
        f.dump("last_epoch_clean", merge.lastEpochClean()).dump("source_version", merge.sourceVersion().toString());
        f.dump("target_version", merge.targetVersion().toString()).close();
        f.dump("last_change", Integer.toString(p.lastChange()));
        f.dump("last_force_op_resend", Integer.toString(p.lastForceOpResend()));
        f.dump("last_force_op_resend_prenautilus", Integer.toString(p.lastForceOpResendPrenautilus()));
        f.dump("last_force_op_resend_preluminous", Integer.toString(p.lastForceOpResendPreluminous()));
        f.dumpUnsigned("auid", p.auid()).dump("snap_mode", p.isPoolSnapsMode() ? "pool" : "selfmanaged");
        f.dumpUnsigned("snap_seq", p.snapSeq()).dump("snap_epoch", p.snapEpoch());
        f.openArray("pool_snaps");
        for (PoolSnap snap : p.snaps().values()) {
            f.openObject("pool_snap_info").dumpUnsigned("snapid", snap.id()).dump("stamp", Stamp.text(snap.stamp()));
            f.dump("name", snap.name()).close();
        }
        f.close();
        f.dump("removed_snaps", p.removedSnaps().toString());
        f.dumpUnsigned("quota_max_bytes", p.quotaMaxBytes()).dumpUnsigned("quota_max_objects", p.quotaMaxObjects());
        dumpTiering(f, p);
        f.openObject("options");
        options(p).forEach((name, value) -> dump(f, name, value));
        f.close();
        f.openObject("application_metadata");
        p.applicationMetadata().forEach((application, metadata) -> {
            f.openObject(application);
            metadata.forEach(f::dump);
            f.close();
        });
        f.close();
    }

    private static void dumpTiering(Formatter f, PgPool p) {
        f.openArray("tiers");
        p.tiers().forEach(tier -> f.dump("pool_id", tier));
        f.close();
        f.dump("tier_of", p.tierOf()).dump("read_tier", p.readTier()).dump("write_tier", p.writeTier());
        f.dump("cache_mode", p.cacheModeName());
        f.dumpUnsigned("target_max_bytes", p.targetMaxBytes()).dumpUnsigned("target_max_objects", p.targetMaxObjects());
        f.dump("cache_target_dirty_ratio_micro", p.cacheTargetDirtyRatioMicro());
        f.dump("cache_target_dirty_high_ratio_micro", p.cacheTargetDirtyHighRatioMicro());
        f.dump("cache_target_full_ratio_micro", p.cacheTargetFullRatioMicro());
        f.dump("cache_min_flush_age", p.cacheMinFlushAge()).dump("cache_min_evict_age", p.cacheMinEvictAge());
        f.dump("erasure_code_profile", p.erasureCodeProfile());
        f.openObject("hit_set_params").dump("type", hitSetType(p)).close();
        f.dump("hit_set_period", p.hitSetPeriod()).dump("hit_set_count", p.hitSetCount());
        f.dump("use_gmt_hitset", p.useGmtHitset());
        f.dump("min_read_recency_for_promote", p.minReadRecencyForPromote());
        f.dump("min_write_recency_for_promote", p.minWriteRecencyForPromote());
        f.dump("hit_set_grade_decay_rate", p.hitSetGradeDecayRate());
        f.dump("hit_set_search_last_n", p.hitSetSearchLastN());
        f.openArray("grade_table");
        long grade = 1_000_000;
        for (int i = 0; i < p.hitSetCount(); i++) {
            grade = (long) (grade * (1 - p.hitSetGradeDecayRate() / 100.0));
            f.dumpUnsigned("value", grade);
        }
        f.close();
        f.dump("stripe_width", p.stripeWidth()).dumpUnsigned("expected_num_objects", p.expectedNumObjects());
        f.dump("fast_read", p.fastRead());
    }

    static String hitSetType(PgPool p) {
        int type = p.hitSetParams().length() > 6 ? p.hitSetParams().get(6) : 0;
        String[] names = {"none", "explicit_hash", "explicit_object", "bloom"};
        return type >= 0 && type < names.length ? names[type] : String.format(Locale.ROOT, "%d", type);
    }
}
