package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.Values;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;

/// `osd pool` create, rm, rename, ls, quotas and snapshots.
final class PoolCommands {
    private final OsdMaps maps;
    private final Conf conf;
    private final OsdCommands.PoolUse use;
    private final PoolEdits pools;
    private final PoolCreation creation;

    PoolCommands(OsdMaps maps, Conf conf, OsdCommands.PoolUse use) {
        this.maps = maps;
        this.conf = conf;
        this.use = use;
        this.pools = new PoolEdits(maps);
        this.creation = new PoolCreation(maps, conf);
    }

    void register(OsdSignatures on) {
        on.on("osd pool create", this::create).on("osd pool rm", this::remove).on("osd pool delete", this::remove);
        on.on("osd pool rename", this::rename).on("osd pool ls", this::ls);
        on.on("osd pool mksnap", this::makeSnap).on("osd pool rmsnap", this::removeSnap);
        on.on("osd pool get-quota", this::getQuota).on("osd pool set-quota", this::setQuota);
    }

    private CommandResult create(CommandContext call) {
        String name = call.string("pool");
        String typeName = call.string("pool_type", conf.string("osd_pool_default_type"));
        int type = switch (typeName) {
            case "replicated" -> PgPool.TYPE_REPLICATED;
            case "erasure" -> PgPool.TYPE_ERASURE;
            default -> throw new CephException(Errno.EINVAL, "unknown pool type '" + typeName + "'");
        };
        PgPool existing = maps.map().poolByName(name);
        if (existing != null) {
            if (!existing.typeName().equals(typeName)) {
                throw new CephException(Errno.EINVAL, "pool '" + name + "' cannot change to type " + typeName);
            }
            return CommandResult.status("pool '" + name + "' already exists");
        }
        PoolCreation.Wish wish = new PoolCreation.Wish(name);
        wish.type = type;
        wish.pgNum = call.integer("pg_num", 0);
        wish.pgpNum = call.integer("pgp_num", wish.pgNum);
        wish.pgNumMin = call.integer("pg_num_min", 0);
        wish.pgNumMax = call.integer("pg_num_max", 0);
        wish.size = call.integer("size", 0);
        wish.autoscaleMode = call.string("autoscale_mode");
        wish.bulk = call.flag("bulk");
        wish.targetSizeBytes = call.integer("target_size_bytes", 0);
        wish.targetSizeRatio = call.decimal("target_size_ratio", 0);
        wish.expectedObjects = call.integer("expected_num_objects", 0);
        wish.rule = call.string("rule");
        if (type == PgPool.TYPE_ERASURE) {
            wish.erasureProfile = call.string("erasure_code_profile", "default");
        } else if (!call.string("erasure_code_profile").isEmpty()) {
            // by position, a replicated pool's rule stands where an erasure-coded one's profile does
            if (!wish.rule.isEmpty()) {
                wish.expectedObjects = number(wish.rule);
            }
            wish.rule = call.string("erasure_code_profile");
        }
        if (wish.expectedObjects < 0) {
            throw new CephException(Errno.EINVAL, "'expected_num_objects' must be non-negative");
        }
        creation.create(wish, call.now());
        return CommandResult.afterCommit("pool '" + name + "' created");
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new CephException(Errno.EINVAL, "error parsing integer value '" + text
                    + "': Expected option value to be integer, got '" + text + "'");
        }
    }

    private CommandResult remove(CommandContext call) {
        String name = call.string("pool");
        long id = maps.map().poolId(name);
        if (id < 0) {
            return CommandResult.status("pool '" + name + "' does not exist");
        }
        boolean sure = call.flag("yes_i_really_really_mean_it");
        boolean faking = call.flag("yes_i_really_really_mean_it_not_faking");
        if (!name.equals(call.string("pool2")) || !sure && !faking) {
            throw new CephException(Errno.EPERM,
                    "WARNING: this will *PERMANENTLY DESTROY* all data stored in pool " + name
                            + ".  If you are *ABSOLUTELY CERTAIN* that is what you want, pass the pool name *twice*, "
                            + "followed by --yes-i-really-really-mean-it.");
        }
        maps.removePool(id);
        return CommandResult.afterCommit("pool '" + name + "' removed");
    }

    private CommandResult rename(CommandContext call) {
        String from = call.string("srcpool");
        String to = call.string("destpool");
        long id = maps.map().poolId(from);
        boolean taken = maps.map().poolId(to) >= 0 || maps.pending().newPoolNames.containsValue(to);
        if (id < 0 && taken) {
            return CommandResult.status("pool '" + from + "' does not exist; pool '" + to
                    + "' does -- assuming successful rename");
        }
        pools.id(from);
        if (taken) {
            throw new CephException(Errno.EEXIST, "pool '" + to + "' already exists");
        }
        maps.pending().newPoolNames.put(id, to);
        return CommandResult.afterCommit("pool '" + from + "' renamed to '" + to + "'");
    }

    private CommandResult ls(CommandContext call) {
        OsdMap m = maps.map();
        boolean detail = call.string("detail").equals("detail");
        Formatter f = call.formatter();
        if (f == null) {
            if (detail) {
                return CommandResult.data(OsdMapText.pools(m) + "\n");
            }
            StringBuilder t = new StringBuilder();
            m.pools().keySet().forEach(id -> t.append(m.poolName(id)).append('\n'));
            return CommandResult.data(t.toString());
        }
        f.openArray("pools");
        m.pools().forEach((id, pool) -> {
            if (detail) {
                f.openObject("pool").dump("pool_id", id).dump("pool_name", m.poolName(id));
                PoolText.dump(f, pool);
                f.close();
            } else {
                f.dump("pool_name", m.poolName(id));
            }
        });
        f.close();
        return CommandResult.data(f);
    }

    private CommandResult makeSnap(CommandContext call) {
        String pool = call.string("pool");
        String name = call.string("snap");
        long id = pools.id(pool);
        PgPool p = pools.pool(id);
        if (p.isUnmanagedSnapsMode()) {
            throw new CephException(Errno.EINVAL, "pool " + pool + " is in unmanaged snaps mode");
        }
        if (p.snapNamed(name) != null) {
            return CommandResult.status("pool " + pool + " snap " + name + " already exists");
        }
        if (p.isTier()) {
            throw new CephException(Errno.EINVAL, "pool " + pool + " is a cache tier");
        }
        maps.createPoolSnap(id, name);
        return CommandResult.afterCommit("created pool " + pool + " snap " + name);
    }

    private CommandResult removeSnap(CommandContext call) {
        String pool = call.string("pool");
        String name = call.string("snap");
        long id = pools.id(pool);
        PgPool p = pools.pool(id);
        if (p.isUnmanagedSnapsMode()) {
            throw new CephException(Errno.EINVAL, "pool " + pool + " is in unmanaged snaps mode");
        }
        if (p.snapNamed(name) == null) {
            return CommandResult.status("pool " + pool + " snap " + name + " does not exist");
        }
        maps.removePoolSnap(id, name);
        return CommandResult.afterCommit("removed pool " + pool + " snap " + name);
    }

    private CommandResult getQuota(CommandContext call) {
        String name = call.string("pool");
        long id = maps.map().poolId(name);
        if (id < 0) {
            throw new CephException(Errno.ENOENT, "unrecognized pool '" + name + "'");
        }
        PgPool p = pools.committed(id);
        OsdCommands.PoolUse.Use now = use.of(id);
        Formatter f = call.formatter();
        if (f == null) {
            String objects = p.quotaMaxObjects() == 0
                    ? "N/A"
                    : Sizes.si(p.quotaMaxObjects()) + " objects  (current num objects: " + now.objects() + " objects)";
            String bytes = p.quotaMaxBytes() == 0
                    ? "N/A"
                    : Sizes.bytes(p.quotaMaxBytes()) + "  (current num bytes: " + now.bytes() + " bytes)";
            return CommandResult.data(
                    "quotas for pool '" + name + "':\n  max objects: " + objects + "\n  max bytes  : " + bytes + "\n");
        }
        f.openObject("pool_quotas").dump("pool_name", name).dumpUnsigned("pool_id", id);
        f.dumpUnsigned("quota_max_objects", p.quotaMaxObjects()).dump("current_num_objects", now.objects());
        f.dumpUnsigned("quota_max_bytes", p.quotaMaxBytes()).dump("current_num_bytes", now.bytes()).close();
        return CommandResult.ended(f);
    }

    private CommandResult setQuota(CommandContext call) {
        String name = call.string("pool");
        long id = pools.id(name);
        String field = call.string("field");
        String text = call.string("val");
        if (!field.equals("max_objects") && !field.equals("max_bytes")) {
            throw new CephException(Errno.EINVAL, "unrecognized field '" + field + "'; should be 'max_bytes' or 'max_objects'");
        }
        boolean objects = field.equals("max_objects");
        long value;
        try {
            if (!text.matches(objects ? "[0-9]+[KMGTPE]?" : "[0-9]+([BKMGTPE]|[KMGTPE][iB])?")) {
                throw new IllegalArgumentException(text);
            }
            value = objects ? Sizes.parseSi(text) : Values.size(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CephException(Errno.EINVAL,
                    "error parsing value '" + text + "': " + (objects ? notSi(text) : notIec(text)));
        }
        pools.change(id, d -> {
            if (objects) {
                d.quotaMaxObjects = value;
            } else {
                d.quotaMaxBytes = value;
            }
        });
        return CommandResult.afterCommit("set-quota " + field + " = " + value + " for pool " + name);
    }

    /// What is wrong with a number that may end in one letter, in Ceph's words.
    private static String notSi(String text) {
        if (text.isEmpty()) {
            return "strict_sistrtoll: value not specified";
        }
        if (text.startsWith("-")) {
            return "strict_sistrtoll: value should not be negative";
        }
        String rest = text.replaceFirst("^[0-9]*", "");
        if (rest.length() <= 1 || text.chars().noneMatch(Character::isDigit)) {
            return "strict_si_cast: unit prefix not recognized";
        }
        String number = "KMGTPE".indexOf(text.charAt(text.length() - 1)) < 0
                ? text
                : text.substring(0, text.length() - 1);
        return "Expected option value to be integer, got '" + number + "'";
    }

    /// Of a size, which may end in up to two letters.
    private static String notIec(String text) {
        if (text.isEmpty()) {
            return "strict_iecstrtoll: value not specified";
        }
        if (text.startsWith("-")) {
            return "strict_iecstrtoll: value should not be negative";
        }
        boolean two = text.replaceFirst("^[0-9]*", "").length() <= 2;
        return "strict_iecstrtoll: " + (two ? "unit prefix not recognized" : "illegal prefix (length > 2)");
    }
}
