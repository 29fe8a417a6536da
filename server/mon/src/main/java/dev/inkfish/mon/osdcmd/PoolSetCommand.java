package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.Values;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolOptions;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;

/// `osd pool set`.
final class PoolSetCommand {
    private static final List<String> TIER_ONLY = List.of(
            "hit_set_type", "hit_set_period", "hit_set_count", "hit_set_fpp", "target_max_objects", "target_max_bytes",
            "cache_target_full_ratio", "cache_target_dirty_ratio", "cache_target_dirty_high_ratio", "use_gmt_hitset",
            "cache_min_flush_age", "cache_min_evict_age", "hit_set_grade_decay_rate", "hit_set_search_last_n",
            "min_read_recency_for_promote", "min_write_recency_for_promote");
    private static final List<String> FLAGS = List.of(
            "nodelete", "nopgchange", "nosizechange", "write_fadvise_dontneed", "noscrub", "nodeep-scrub", "bulk");
    private static final List<String> WITH_UNITS = List.of(
            "target_size_bytes", "compression_max_blob_size", "compression_min_blob_size", "csum_max_block",
            "csum_min_block");
    private static final Map<String, List<String>> WORDS = Map.of(
            "compression_mode", List.of("none", "passive", "aggressive", "force"),
            "compression_algorithm", List.of("none", "snappy", "zlib", "zstd", "lz4"),
            "fingerprint_algorithm", List.of("none", "sha1", "sha256", "sha512"));
    /// By their number in the option.
    static final List<String> CHECKSUMS =
            List.of("", "none", "xxhash32", "xxhash64", "crc32c", "crc32c_16", "crc32c_8");
    private static final int MAX_SIZE = 10;
    private static final int MAX_PRIORITY = 10;

    private final OsdMaps maps;
    private final Conf conf;
    private final PoolEdits pools;

    PoolSetCommand(OsdMaps maps, Conf conf) {
        this.maps = maps;
        this.conf = conf;
        this.pools = new PoolEdits(maps);
    }

    void register(OsdSignatures on) {
        on.on("osd pool set", this::set);
    }

    private static CephException invalid(String message) {
        return new CephException(Errno.EINVAL, message);
    }

    private CommandResult set(CommandContext call) {
        String name = call.string("pool");
        String variable = call.string("var");
        String value = call.string("val");
        long id = pools.id(name);
        PgPool pool = pools.pool(id);
        if (TIER_ONLY.contains(variable)) {
            // cache tiers cannot be made, so no pool is one
            throw new CephException(Errno.EACCES, Errno.describe(Errno.EACCES.code()));
        }
        PgPool.Draft draft = pool.edit();
        apply(call, id, pool, draft, variable, value);
        draft.lastChange = maps.pending().epoch;
        maps.pending().newPools.put(id, draft.pool());
        String status = value.equals("unset")
                ? "unset pool " + id + " " + variable
                : "set pool " + id + " " + variable + " to " + value;
        return CommandResult.afterCommit(status);
    }

    private void apply(
            CommandContext call, long id, PgPool pool, PgPool.Draft draft, String variable, String value) {
        if (FLAGS.contains(variable)) {
            flag(draft, variable, value);
            return;
        }
        switch (variable) {
            case "size" -> size(id, pool, draft, number(value), call);
            case "min_size" -> minSize(pool, draft, number(value));
            case "pg_num" -> pgNum(id, pool, draft, number(value));
            case "pg_num_actual" -> pgNumActual(pool, draft, number(value));
            case "pgp_num" -> pgpNum(pool, draft, number(value), false);
            case "pgp_num_actual" -> pgpNum(pool, draft, number(value), true);
            case "pg_autoscale_mode" -> {
                int mode = PoolCreation.autoscaleMode(value);
                if (mode < 0) {
                    throw invalid("specified invalid mode " + value);
                }
                draft.autoscaleMode = mode;
            }
            case "crush_rule" -> crushRule(pool, draft, value);
            case "hashpspool" -> {
                if (!call.flag("yes_i_really_mean_it")) {
                    throw new CephException(Errno.EPERM,
                            "are you SURE?  this will remap all placement groups in this pool, this triggers large data "
                                    + "movement, pass --yes-i-really-mean-it if you really do.");
                }
                flag(draft, variable, value);
            }
            case "allow_ec_overwrites" -> throw invalid("ec overwrites can only be enabled for an erasure coded pool");
            case "fast_read" -> throw invalid("fast read is not supported in replication pool");
            default -> {
                PoolOptions.Key key = PoolOptions.Key.named(variable);
                if (key == null) {
                    throw invalid("unrecognized variable '" + variable + "'");
                }
                option(pool, draft, key, value);
            }
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw invalid("error parsing integer value '" + text + "': Expected option value to be integer, got '" + text
                    + "'");
        }
    }

    private static void flag(PgPool.Draft draft, String name, String value) {
        switch (value) {
            case "true", "1" -> draft.setFlag(PgPool.flagNamed(name));
            case "false", "0" -> draft.clearFlag(PgPool.flagNamed(name));
            default -> throw invalid("expecting value 'true', 'false', '0', or '1'");
        }
    }

    private void size(long id, PgPool pool, PgPool.Draft draft, long size, CommandContext call) {
        if (pool.hasFlag(PgPool.FLAG_NOSIZECHANGE)) {
            throw new CephException(Errno.EPERM,
                    "pool size change is disabled; you must unset nosizechange flag for the pool first");
        }
        if (pool.isErasure()) {
            throw new CephException(Errno.EOPNOTSUPP, "can not change the size of an erasure-coded pool");
        }
        if (size < 1 || size > MAX_SIZE) {
            throw invalid("pool size must be between 1 and 10");
        }
        if (size == 1) {
            if (!conf.flag("mon_allow_pool_size_one")) {
                throw new CephException(Errno.EPERM, "configuring pool size as 1 is disabled by default.");
            }
            if (!call.flag("yes_i_really_mean_it")) {
                throw new CephException(Errno.EPERM, "WARNING: setting pool size 1 could lead to data loss without "
                        + "recovery. If you are *ABSOLUTELY CERTAIN* that is what you want, pass the flag "
                        + "--yes-i-really-mean-it.");
            }
        }
        PoolCreation.checkRuleFits(maps.pendingCrush(), pool.crushRule(), pool.type(), (int) size);
        PoolCreation.checkPgNum(maps.map(), conf, id, pool.pgNum(), (int) size);
        draft.size = (int) size;
        draft.minSize = (int) Math.min(defaultMinSize((int) size), size);
    }

    private long defaultMinSize(int size) {
        long configured = conf.integer("osd_pool_default_min_size");
        return configured > 0 ? configured : size - size / 2;
    }

    private static void minSize(PgPool pool, PgPool.Draft draft, long size) {
        if (pool.hasFlag(PgPool.FLAG_NOSIZECHANGE)) {
            throw new CephException(Errno.EPERM,
                    "pool min size change is disabled; you must unset nosizechange flag for the pool first");
        }
        if (size < 1 || size > pool.size()) {
            throw invalid("pool min_size must be between 1 and size, which is set to " + pool.size());
        }
        draft.minSize = (int) size;
    }

    private static void checkPgChange(PgPool pool, String what) {
        if (pool.hasFlag(PgPool.FLAG_NOPGCHANGE)) {
            throw new CephException(Errno.EPERM, "pool " + what
                    + " change is disabled; you must unset nopgchange flag for the pool first");
        }
    }

    private void checkMaximum(long count) {
        long most = conf.integer("mon_max_pool_pg_num");
        if (count <= 0 || count > most) {
            throw new CephException(Errno.ERANGE, "'pg_num' must be greater than 0 and less than or equal to " + most
                    + " (you may adjust 'mon max pool pg num' for higher values)");
        }
    }

    private void pgNum(long id, PgPool pool, PgPool.Draft draft, long count) {
        checkPgChange(pool, "pg_num");
        if (count == pool.pgNumTarget()) {
            return;
        }
        checkMaximum(count);
        if (count > pool.pgNumTarget()) {
            PoolCreation.checkPgNum(maps.map(), conf, id, count, pool.size());
        }
        long least = pool.opts().get(PoolOptions.Key.PG_NUM_MIN, 0);
        if (least != 0 && count < least) {
            throw invalid("specified pg_num " + count + " < pg_num_min " + least);
        }
        long most = pool.opts().get(PoolOptions.Key.PG_NUM_MAX, 0);
        if (most != 0 && count > most) {
            throw invalid("specified pg_num " + count + " > pg_num_max " + most);
        }
        // the manager brings the numbers to their targets
        if (pool.pgNumTarget() == pool.pgpNumTarget()) {
            draft.pgpNumTarget = (int) count;
        }
        draft.pgNumTarget = (int) count;
    }

    private void pgNumActual(PgPool pool, PgPool.Draft draft, long count) {
        if (count == pool.pgNum()) {
            return;
        }
        checkMaximum(count);
        if (pool.hasFlag(PgPool.FLAG_CREATING)) {
            throw new CephException(Errno.EBUSY, "cannot adjust pg_num while initial PGs are being created");
        }
        int epoch = maps.pending().epoch;
        if (count > pool.pgNum()) {
            if (pool.pgNum() != pool.pgNumPending()) {
                draft.lastForceOpResendPrenautilus = epoch;
            }
            draft.pgNum((int) count);
        } else {
            if (count < pool.pgpNum()) {
                throw invalid("specified pg_num " + count + " < pgp_num " + pool.pgpNum());
            }
            if (count < pool.pgNum() - 1) {
                throw invalid("specified pg_num " + count + " < pg_num (" + pool.pgNum()
                        + ") - 1; only single pg decrease is currently supported");
            }
            draft.pgNumPending = (int) count; // its primaries say when both groups are ready
            draft.lastForceOpResendPrenautilus = epoch;
        }
        draft.lastForceOpResendPreluminous = epoch;
    }

    private static void pgpNum(PgPool pool, PgPool.Draft draft, long count, boolean actual) {
        checkPgChange(pool, "pgp_num");
        int most = actual ? pool.pgNum() : pool.pgNumTarget();
        if (count <= 0) {
            throw invalid("specified pgp_num must > 0, but you set to " + count);
        }
        if (count > most) {
            throw invalid("specified pgp_num " + count + " > pg_num " + most);
        }
        if (actual && count > pool.pgNumPending()) {
            throw invalid("specified pgp_num " + count + " > pg_num_pending " + pool.pgNumPending());
        }
        if (actual) {
            draft.pgpNum = (int) count;
        } else {
            draft.pgpNumTarget = (int) count; // the manager follows
        }
    }

    private void crushRule(PgPool pool, PgPool.Draft draft, String name) {
        for (Map.Entry<Integer, String> each : maps.pendingCrush().ruleNames().entrySet()) {
            if (each.getValue().equals(name)) {
                PoolCreation.checkRuleFits(maps.pendingCrush(), each.getKey(), pool.type(), pool.size());
                draft.crushRule = each.getKey();
                return;
            }
        }
        throw new CephException(Errno.ENOENT, "crush rule " + name + " does not exist");
    }

    private static void option(PgPool pool, PgPool.Draft draft, PoolOptions.Key key, String value) {
        String name = key.text();
        if (value.equals("unset")) {
            draft.opts = draft.opts.without(key);
            return;
        }
        List<String> words = WORDS.get(name);
        if (words != null && !words.contains(value)) {
            throw invalid("unrecognized " + (name.equals("compression_mode") ? "compression mode" : name) + " '" + value
                    + "'");
        }
        switch (key.kind()) {
            case TEXT -> draft.opts = draft.opts.with(key, new PoolOptions.Text(value));
            case INT -> {
                long number = integer(name, value);
                checkInteger(pool, name, number);
                draft.opts = number == 0 ? draft.opts.without(key) : draft.opts.with(key, new PoolOptions.Int(number));
            }
            case REAL -> {
                double number = real(name, value);
                draft.opts = number == 0 ? draft.opts.without(key) : draft.opts.with(key, new PoolOptions.Real(number));
            }
        }
    }

    private static long integer(String name, String value) {
        if (name.equals("csum_type")) {
            int type = CHECKSUMS.indexOf(value);
            if (type <= 0) {
                throw invalid("unrecognized csum_type '" + value + "'");
            }
            return type;
        }
        if (!WITH_UNITS.contains(name)) {
            return number(value);
        }
        try {
            return Values.size(value);
        } catch (IllegalArgumentException e) {
            throw invalid("error parsing int value '" + value + "': " + e.getMessage());
        }
    }

    private static void checkInteger(PgPool pool, String name, long number) {
        if (name.equals("pg_num_min") && number > pool.pgNumTarget()) {
            throw invalid("specified pg_num_min " + number + " > pg_num " + pool.pgNumTarget());
        }
        if (name.equals("pg_num_max") && number != 0 && number < pool.pgNumTarget()) {
            throw invalid("specified pg_num_max " + number + " < pg_num " + pool.pgNumTarget());
        }
        if (name.equals("recovery_priority") && Math.abs(number) > MAX_PRIORITY) {
            throw invalid("pool recovery_priority must be between -10 and 10");
        }
    }

    private static double real(String name, String value) {
        double number;
        try {
            number = Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw invalid("error parsing floating point value '" + value + "': Expected option value to be float, got '"
                    + value + "'");
        }
        if (name.equals("compression_required_ratio") && (number < 0 || number > 1)) {
            throw invalid("compression_required_ratio is out of range (0-1): '" + value + "'");
        }
        if (name.equals("target_size_ratio") && number < 0) {
            throw invalid("target_size_ratio cannot be negative");
        }
        if (name.equals("pg_autoscale_bias") && (number < 0 || number > 1000)) {
            throw invalid("pg_autoscale_bias must be between 0 and 1000");
        }
        return number;
    }
}
