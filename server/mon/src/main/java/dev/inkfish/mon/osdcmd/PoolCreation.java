package dev.inkfish.mon.osdcmd;

import dev.inkfish.conf.Conf;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.CrushRule;
import dev.inkfish.osdmap.ObjectHash;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolOptions;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import java.util.Map;

/// Makes pools (`OSDMonitor::prepare_new_pool`): for the command, for `pool_op` messages, and whoever else
/// needs one.
public final class PoolCreation {
    private static final long MICRO = 1_000_000;
    private static final int MIN_OSDS = 3;
    private static final int MAX_SIZE = 10;

    private final OsdMaps maps;
    private final Conf conf;

    public PoolCreation(OsdMaps maps, Conf conf) {
        this.maps = maps;
        this.conf = conf;
    }

    /// What is wanted; zeros and empty texts stand for the configured defaults.
    public static final class Wish {
        public String name = "";
        public int type = PgPool.TYPE_REPLICATED;
        public long pgNum;
        public long pgpNum;
        public long pgNumMin;
        public long pgNumMax;
        public long size;
        public String rule = "";
        /// A rule's number, for callers that know no name; -1 for none.
        public int ruleNumber = -1;
        public String erasureProfile = "";
        public long expectedObjects;
        public String autoscaleMode = "";
        public boolean bulk;
        public long targetSizeBytes;
        public double targetSizeRatio;

        public Wish() {}

        public Wish(String name) {
            this.name = name;
        }
    }

    /// Puts the pool into the next epoch and gives its id.
    ///
    /// @throws CephException with Ceph's words
    public long create(Wish wish, Utime now) {
        if (wish.name.isEmpty()) {
            throw new CephException(Errno.EINVAL, "pool name must not be empty");
        }
        long pgNum = wish.pgNum != 0 ? wish.pgNum : conf.integer("osd_pool_default_pg_num");
        long pgpNum = wish.pgpNum != 0 ? wish.pgpNum : conf.integer("osd_pool_default_pgp_num");
        pgpNum = pgpNum == 0 ? pgNum : pgpNum;
        checkNumbers(pgNum, pgpNum, wish);
        if (wish.type == PgPool.TYPE_ERASURE) {
            throw new CephException(Errno.EOPNOTSUPP, "erasure-coded pools are not supported yet");
        }
        int rule = ruleOf(wish);
        int size = (int) (wish.size != 0 ? wish.size : conf.integer("osd_pool_default_size"));
        if (size < 1 || size > MAX_SIZE) {
            throw new CephException(Errno.EINVAL, "pool size must be between 1 and 10");
        }
        if (size == 1 && !conf.flag("mon_allow_pool_size_one")) {
            throw new CephException(
                    Errno.EPERM, "configuring pool size as 1 is disabled by default.");
        }
        checkPgNum(maps.map(), conf, -1, pgNum, size);
        checkRuleFits(maps.pendingCrush(), rule, wish.type, size);
        OsdMapIncremental pending = maps.pending();
        for (Map.Entry<Long, String> each : pending.newPoolNames.entrySet()) {
            if (each.getValue().equals(wish.name)) {
                return each.getKey();
            }
        }
        if (pending.newPoolMax == OsdMapIncremental.UNCHANGED) {
            pending.newPoolMax = Math.max(0, maps.map().poolMax());
        }
        long id = ++pending.newPoolMax;
        pending.newPools.put(id, draft(wish, (int) pgNum, (int) pgpNum, size, rule, now, pending.epoch).pool());
        pending.newPoolNames.put(id, wish.name);
        return id;
    }

    private void checkNumbers(long pgNum, long pgpNum, Wish wish) {
        long most = conf.integer("mon_max_pool_pg_num");
        if (pgNum <= 0 || pgNum > most) {
            throw new CephException(Errno.ERANGE, "'pg_num' must be greater than 0 and less than or equal to " + most
                    + " (you may adjust 'mon max pool pg num' for higher values)");
        }
        if (pgpNum > pgNum) {
            throw new CephException(Errno.ERANGE, "'pgp_num' must be greater than 0 and lower or equal than 'pg_num'"
                    + ", which in this case is " + pgNum);
        }
        if (wish.pgNumMin > pgNum) {
            throw new CephException(Errno.EINVAL, "pg_num " + pgNum + " < pg_num_min " + wish.pgNumMin);
        }
        if (wish.pgNumMax != 0 && wish.pgNumMax < pgNum) {
            throw new CephException(Errno.EINVAL, "pg_num " + pgNum + " > pg_num_max " + wish.pgNumMax);
        }
    }

    private int ruleOf(Wish wish) {
        CrushMap crush = maps.pendingCrush();
        if (!wish.rule.isEmpty()) {
            return ruleNamed(crush, wish.rule);
        }
        int number = wish.ruleNumber >= 0 ? wish.ruleNumber : (int) conf.integer("osd_pool_default_crush_rule");
        if (number >= 0) {
            if (crush.rule(number) == null) {
                throw new CephException(Errno.ENOENT, "crush rule " + number + " does not exist");
            }
            return number;
        }
        for (int i = 0; i < crush.rules().size(); i++) {
            CrushRule rule = crush.rule(i);
            if (rule != null && rule.type() == wish.type) {
                return i;
            }
        }
        throw new CephException(Errno.ENOENT, "No suitable CRUSH rule exists, check 'osd pool default crush *' options");
    }

    static int ruleNamed(CrushMap crush, String name) {
        for (Map.Entry<Integer, String> each : crush.ruleNames().entrySet()) {
            if (each.getValue().equals(name)) {
                return each.getKey();
            }
        }
        throw new CephException(Errno.ENOENT, "specified rule " + name + " doesn't exist");
    }

    static void checkRuleFits(CrushMap crush, int number, int type, int size) {
        CrushRule rule = crush.rule(number);
        if (rule == null) {
            throw new CephException(Errno.EINVAL, "crush rule " + number + " does not exist");
        }
        if (rule.type() != type) {
            throw new CephException(Errno.EINVAL, "crush rule " + number + " type does not match pool");
        }
        if (size < rule.minSize()) {
            throw new CephException(Errno.EINVAL, "pool size is smaller than the crush rule name "
                    + crush.ruleNames().get(number) + " min size " + rule.minSize());
        }
        if (size > rule.maxSize()) {
            throw new CephException(Errno.EINVAL, "pool size is bigger than the crush rule name "
                    + crush.ruleNames().get(number) + " max size " + rule.maxSize());
        }
    }

    /// Refuses what would give the OSDs too many groups.
    ///
    /// @param pool the pool that is changed, or -1 for one that comes on top
    static void checkPgNum(OsdMap map, Conf conf, long pool, long pgNum, int size) {
        long perOsd = conf.integer("mon_max_pg_per_osd");
        long osds = Math.max(map.countIn(), MIN_OSDS);
        long most = perOsd * osds;
        long projected = pool < 0 ? pgNum * size : 0;
        for (Map.Entry<Long, PgPool> each : map.pools().entrySet()) {
            projected += each.getKey() == pool
                    ? pgNum * size
                    : (long) each.getValue().pgNumTarget() * each.getValue().size();
        }
        if (projected > most) {
            throw new CephException(Errno.ERANGE, (pool >= 0 ? "pool id " + pool : "") + " pg_num " + pgNum + " size "
                    + size + " would mean " + projected + " total pgs, which exceeds max " + most
                    + " (mon_max_pg_per_osd " + perOsd + " * num_in_osds " + osds + ")");
        }
    }

    private PgPool.Draft draft(Wish wish, int pgNum, int pgpNum, int size, int rule, Utime now, int epoch) {
        PgPool.Draft p = new PgPool.Draft();
        p.createTime = now;
        p.type = wish.type;
        p.flags = conf.integer("osd_pool_default_flags") | PgPool.FLAG_CREATING;
        flag(p, "osd_pool_default_flag_hashpspool", PgPool.FLAG_HASHPSPOOL);
        flag(p, "osd_pool_default_flag_nodelete", PgPool.FLAG_NODELETE);
        flag(p, "osd_pool_default_flag_nopgchange", PgPool.FLAG_NOPGCHANGE);
        flag(p, "osd_pool_default_flag_nosizechange", PgPool.FLAG_NOSIZECHANGE);
        if (wish.bulk) {
            p.setFlag(PgPool.FLAG_BULK);
        }
        p.useGmtHitset = conf.flag("osd_pool_use_gmt_hitset");
        p.size = size;
        p.minSize = minSize(size);
        p.crushRule = rule;
        p.expectedNumObjects = wish.expectedObjects;
        p.objectHash = ObjectHash.RJENKINS;
        String mode = wish.autoscaleMode.isEmpty() ? conf.string("osd_pool_default_pg_autoscale_mode") : wish.autoscaleMode;
        p.autoscaleMode = Math.max(0, autoscaleMode(mode));
        p.pgNum(pgNum);
        p.pgpNum = pgNum;
        p.pgNumTarget = pgNum;
        p.pgpNumTarget = pgpNum;
        p.lastChange = epoch;
        option(p, PoolOptions.Key.PG_NUM_MIN, wish.pgNumMin);
        option(p, PoolOptions.Key.PG_NUM_MAX, wish.pgNumMax);
        option(p, PoolOptions.Key.TARGET_SIZE_BYTES, wish.targetSizeBytes);
        if (wish.targetSizeRatio > 0) {
            p.opts = p.opts.with(PoolOptions.Key.TARGET_SIZE_RATIO, new PoolOptions.Real(wish.targetSizeRatio));
        }
        p.cacheTargetDirtyRatioMicro = micro("osd_pool_default_cache_target_dirty_ratio");
        p.cacheTargetDirtyHighRatioMicro = micro("osd_pool_default_cache_target_dirty_high_ratio");
        p.cacheTargetFullRatioMicro = micro("osd_pool_default_cache_target_full_ratio");
        p.cacheMinFlushAge = (int) conf.integer("osd_pool_default_cache_min_flush_age");
        p.cacheMinEvictAge = (int) conf.integer("osd_pool_default_cache_min_evict_age");
        return p;
    }

    private int minSize(int size) {
        long configured = conf.integer("osd_pool_default_min_size");
        return (int) (configured > 0 ? Math.min(configured, size) : size - size / 2);
    }

    /// 0 off, 1 warn, 2 on; -1 for anything else.
    static int autoscaleMode(String mode) {
        return switch (mode) {
            case "off" -> 0;
            case "warn" -> 1;
            case "on" -> 2;
            default -> -1;
        };
    }

    private void flag(PgPool.Draft p, String option, long flag) {
        if (conf.flag(option)) {
            p.setFlag(flag);
        }
    }

    private static void option(PgPool.Draft p, PoolOptions.Key key, long value) {
        if (value != 0) {
            p.opts = p.opts.with(key, new PoolOptions.Int(value));
        }
    }

    private int micro(String option) {
        return (int) (conf.decimal(option) * MICRO);
    }
}
