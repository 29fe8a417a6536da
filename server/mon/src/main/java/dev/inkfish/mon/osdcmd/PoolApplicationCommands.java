package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// `osd pool application`: which programs a pool is for, and what they note about it.
final class PoolApplicationCommands {
    private static final int MAX_APPLICATIONS = 4;
    private static final int MAX_KEYS = 64;
    private static final int MAX_LENGTH = 128;

    private final OsdMaps maps;
    private final PoolEdits pools;

    PoolApplicationCommands(OsdMaps maps) {
        this.maps = maps;
        this.pools = new PoolEdits(maps);
    }

    void register(OsdSignatures on) {
        on.on("osd pool application enable", this::enable).on("osd pool application disable", this::disable);
        on.on("osd pool application set", this::set).on("osd pool application rm", this::remove);
        on.on("osd pool application get", this::get);
    }

    private static CephException invalid(String message) {
        return new CephException(Errno.EINVAL, message);
    }

    private CommandResult enable(CommandContext call) {
        String name = call.string("pool");
        long id = pools.id(name);
        PgPool p = pools.pool(id);
        String app = call.string("app");
        if (app.isEmpty()) {
            throw invalid("application name must be provided");
        }
        if (p.isTier()) {
            throw invalid("application must be enabled on base tier");
        }
        boolean there = p.applicationMetadata().containsKey(app);
        if (!there && !p.applicationMetadata().isEmpty() && !call.flag("yes_i_really_mean_it")) {
            throw new CephException(Errno.EPERM, "Are you SURE? Pool '" + name
                    + "' already has an enabled application; pass --yes-i-really-mean-it to proceed anyway");
        }
        if (!there && p.applicationMetadata().size() >= MAX_APPLICATIONS) {
            throw invalid("too many enabled applications on pool '" + name + "'; max " + MAX_APPLICATIONS);
        }
        if (app.length() > MAX_LENGTH) {
            throw invalid("application name '" + app + "' too long; max length " + MAX_LENGTH);
        }
        if (!there) {
            pools.change(id, d -> d.applicationMetadata.put(app, new TreeMap<>()));
        }
        return CommandResult.afterCommit("enabled application '" + app + "' on pool '" + name + "'");
    }

    private CommandResult disable(CommandContext call) {
        String name = call.string("pool");
        String app = call.string("app");
        long id = pools.id(name);
        if (!call.flag("yes_i_really_mean_it")) {
            throw new CephException(Errno.EPERM,
                    "Are you SURE? Disabling an application within a pool might result in loss of application "
                            + "functionality; pass --yes-i-really-mean-it to proceed anyway");
        }
        if (!pools.pool(id).applicationMetadata().containsKey(app)) {
            return CommandResult.status(notEnabled(app, name));
        }
        pools.change(id, d -> d.applicationMetadata.remove(app));
        return CommandResult.afterCommit("disable application '" + app + "' on pool '" + name + "'");
    }

    private static String notEnabled(String app, String pool) {
        return "application '" + app + "' is not enabled on pool '" + pool + "'";
    }

    private NavigableMap<String, String> keysOf(long id, String app, String pool) {
        NavigableMap<String, String> keys = pools.pool(id).applicationMetadata().get(app);
        if (keys == null) {
            throw new CephException(Errno.ENOENT, notEnabled(app, pool));
        }
        return keys;
    }

    private CommandResult set(CommandContext call) {
        String name = call.string("pool");
        String app = call.string("app");
        String key = call.string("key");
        String value = call.string("value");
        long id = pools.id(name);
        if (key.equals("all") || value.equals("all")) {
            throw invalid((key.equals("all") ? "key" : "value") + " cannot be 'all'");
        }
        NavigableMap<String, String> keys = keysOf(id, app, name);
        if (key.isEmpty()) {
            throw invalid("key must be provided");
        }
        if (!keys.containsKey(key) && keys.size() >= MAX_KEYS) {
            throw invalid("too many keys set for application '" + app + "' on pool '" + name + "'; max " + MAX_KEYS);
        }
        if (key.length() > MAX_LENGTH || value.length() > MAX_LENGTH) {
            throw invalid((key.length() > MAX_LENGTH ? "key '" + app : "value '" + value) + "' too long; max length "
                    + MAX_LENGTH);
        }
        NavigableMap<String, String> changed = new TreeMap<>(keys);
        changed.put(key, value);
        pools.change(id, d -> d.applicationMetadata.put(app, changed));
        return CommandResult.afterCommit(
                "set application '" + app + "' key '" + key + "' to '" + value + "' on pool '" + name + "'");
    }

    private CommandResult remove(CommandContext call) {
        String name = call.string("pool");
        String app = call.string("app");
        String key = call.string("key");
        long id = pools.id(name);
        NavigableMap<String, String> keys = keysOf(id, app, name);
        if (!keys.containsKey(key)) {
            return CommandResult.status("application '" + app + "' on pool '" + name + "' does not have key '" + key + "'");
        }
        NavigableMap<String, String> changed = new TreeMap<>(keys);
        changed.remove(key);
        pools.change(id, d -> d.applicationMetadata.put(app, changed));
        return CommandResult.afterCommit("removed application '" + app + "' key '" + key + "' on pool '" + name + "'");
    }

    private CommandResult get(CommandContext call) {
        OsdMap m = maps.map();
        String name = call.string("pool");
        String app = call.string("app");
        String key = call.string("key");
        Formatter f = call.formatter("json-pretty");
        if (name.isEmpty()) {
            f.openObject("pools");
            m.pools().forEach((id, pool) -> dump(f, String.valueOf(m.poolName(id)), pool.applicationMetadata()));
            f.close();
            return CommandResult.data(f);
        }
        PgPool p = pools.committed(pools.id(name));
        if (app.isEmpty()) {
            dump(f, name, p.applicationMetadata());
            return CommandResult.data(f);
        }
        NavigableMap<String, String> keys = p.applicationMetadata().get(app);
        if (keys == null) {
            throw new CephException(Errno.ENOENT, "pool '" + name + "' has no application '" + app + "'");
        }
        if (key.isEmpty()) {
            f.openObject(app);
            keys.forEach(f::dump);
            f.close();
            return CommandResult.data(f);
        }
        String value = keys.get(key);
        if (value == null) {
            throw new CephException(Errno.ENOENT, "application '" + app + "' on pool '" + name + "' does not have key '"
                    + key + "'");
        }
        return CommandResult.data(value + "\n");
    }

    private static void dump(Formatter f, String pool, Map<String, NavigableMap<String, String>> applications) {
        f.openObject(pool);
        applications.forEach((app, keys) -> {
            f.openObject(app);
            keys.forEach(f::dump);
            f.close();
        });
        f.close();
    }
}
