package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.GeneralFormat;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolOptions;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `osd pool get`.
final class PoolGetCommand {
    private static final List<String> FLAGS = List.of(
            "hashpspool", "nodelete", "nopgchange", "nosizechange", "write_fadvise_dontneed", "noscrub", "nodeep-scrub");
    private static final List<String> TIER_ONLY = List.of(
            "hit_set_type", "hit_set_period", "hit_set_count", "hit_set_fpp", "target_max_objects", "target_max_bytes",
            "cache_target_full_ratio", "cache_target_dirty_ratio", "cache_target_dirty_high_ratio",
            "cache_min_flush_age", "cache_min_evict_age", "hit_set_grade_decay_rate", "hit_set_search_last_n",
            "min_read_recency_for_promote", "min_write_recency_for_promote");
    private static final List<String> ERASURE_ONLY = List.of("erasure_code_profile", "allow_ec_overwrites");

    private final OsdMaps maps;

    PoolGetCommand(OsdMaps maps) {
        this.maps = maps;
    }

    void register(OsdSignatures on) {
        on.on("osd pool get", this::get);
    }

    private CommandResult get(CommandContext call) {
        String name = call.string("pool");
        long id = maps.map().poolId(name);
        PgPool p = maps.map().pool(id);
        if (p == null) {
            throw new CephException(Errno.ENOENT, "unrecognized pool '" + name + "'");
        }
        String wanted = call.string("var");
        Map<String, Object> values = values(p);
        if (!wanted.equals("all")) {
            if (TIER_ONLY.contains(wanted) && !p.isTier()) {
                throw new CephException(Errno.EACCES,
                        "pool '" + name + "' is not a tier pool: variable not applicable");
            }
            if (ERASURE_ONLY.contains(wanted) && !p.isErasure()) {
                throw new CephException(Errno.EACCES,
                        "pool '" + name + "' is not a erasure pool: variable not applicable");
            }
            if (!values.containsKey(wanted)) {
                if (PoolOptions.Key.named(wanted) != null) {
                    throw new CephException(Errno.ENOENT, "option '" + wanted + "' is not set on pool '" + name + "'");
                }
                throw new CephException(Errno.EINVAL, "pool '" + name + "': invalid variable: '" + wanted + "'");
            }
            values.keySet().retainAll(List.of(wanted));
        }
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder t = new StringBuilder();
            values.forEach((key, value) -> t.append(key).append(": ").append(text(key, value)).append('\n'));
            return CommandResult.data(t.toString());
        }
        f.openObject("pool").dump("pool", name).dump("pool_id", id);
        values.forEach((key, value) -> dump(f, key, value));
        f.close();
        return CommandResult.data(f);
    }

    /// All that applies to the pool, in Ceph's order.
    private Map<String, Object> values(PgPool p) {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("size", (long) p.size());
        v.put("min_size", (long) p.minSize());
        v.put("pg_num", (long) p.pgNum());
        v.put("pgp_num", (long) p.pgpNum());
        @Nullable String rule = maps.map().crush().ruleNames().get(p.crushRule());
        v.put("crush_rule", rule == null ? Integer.toString(p.crushRule()) : rule);
        FLAGS.forEach(flag -> v.put(flag, p.hasFlag(PgPool.flagNamed(flag))));
        if (p.isTier()) {
            v.put("hit_set_type", PoolText.hitSetType(p));
            v.put("hit_set_period", (long) p.hitSetPeriod());
            v.put("hit_set_count", (long) p.hitSetCount());
        }
        v.put("use_gmt_hitset", p.useGmtHitset());
        if (p.isErasure()) {
            v.put("erasure_code_profile", p.erasureCodeProfile());
            v.put("allow_ec_overwrites", p.hasFlag(PgPool.FLAG_EC_OVERWRITES));
        }
        if (p.isTier()) {
            v.put("target_max_objects", p.targetMaxObjects());
            v.put("target_max_bytes", p.targetMaxBytes());
            v.put("cache_target_dirty_ratio", p.cacheTargetDirtyRatioMicro() / 1e6);
            v.put("cache_target_dirty_high_ratio", p.cacheTargetDirtyHighRatioMicro() / 1e6);
            v.put("cache_target_full_ratio", p.cacheTargetFullRatioMicro() / 1e6);
            v.put("cache_min_flush_age", (long) p.cacheMinFlushAge());
            v.put("cache_min_evict_age", (long) p.cacheMinEvictAge());
            v.put("min_read_recency_for_promote", (long) p.minReadRecencyForPromote());
            v.put("min_write_recency_for_promote", (long) p.minWriteRecencyForPromote());
            v.put("hit_set_grade_decay_rate", (long) p.hitSetGradeDecayRate());
            v.put("hit_set_search_last_n", (long) p.hitSetSearchLastN());
        }
        v.put("fast_read", p.fastRead() ? 1L : 0L);
        PoolOptions.Value bias = p.opts().get(PoolOptions.Key.PG_AUTOSCALE_BIAS);
        p.opts().values().forEach((key, value) -> {
            if (key < PoolOptions.Key.PG_NUM_MIN.ordinal()) {
                v.put(optionName(key), option(key, value));
            }
        });
        v.put("pg_autoscale_mode", p.autoscaleModeName());
        p.opts().values().forEach((key, value) -> v.putIfAbsent(optionName(key), option(key, value)));
        if (bias != null) {
            v.put("pg_autoscale_bias", bias);
        }
        v.put("bulk", p.hasFlag(PgPool.FLAG_BULK));
        return v;
    }

    /// Checksums are numbers in the map.
    private static Object option(int key, PoolOptions.Value value) {
        return key == PoolOptions.Key.CSUM_TYPE.ordinal() && value instanceof PoolOptions.Int(long number)
                && number > 0 && number < PoolSetCommand.CHECKSUMS.size() ? PoolSetCommand.CHECKSUMS.get((int) number) : value;
    }

    private static String optionName(int key) {
        PoolOptions.Key[] keys = PoolOptions.Key.values();
        return key >= 0 && key < keys.length ? keys[key].text() : "option" + key;
    }

    private static String text(String key, Object value) {
        return switch (value) {
            case PoolOptions.Value option -> PoolText.text(option);
            case Boolean set when key.equals("use_gmt_hitset") -> set ? "1" : "0";
            case Double number -> GeneralFormat.format(number, 6);
            default -> String.valueOf(value);
        };
    }

    private static void dump(Formatter f, String key, Object value) {
        switch (value) {
            case PoolOptions.Value option -> PoolText.dump(f, key, option);
            case Boolean set -> f.dump(key, (boolean) set);
            case Long number -> f.dump(key, (long) number);
            case Double number -> f.dump(key + "_micro", Math.round(number * 1e6)).dump(key, (double) number);
            default -> f.dump(key, String.valueOf(value));
        }
    }
}
