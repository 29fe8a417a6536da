package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.conf.Conf;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `osd erasure-code-profile`.
final class ErasureProfileCommands {
    private final OsdMaps maps;
    private final Conf conf;

    ErasureProfileCommands(OsdMaps maps, Conf conf) {
        this.maps = maps;
        this.conf = conf;
    }

    void register(OsdSignatures on) {
        on.on("osd erasure-code-profile ls", this::ls).on("osd erasure-code-profile get", this::get);
        on.on("osd erasure-code-profile set", this::set).on("osd erasure-code-profile rm", this::remove);
    }

    private CommandResult ls(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder t = new StringBuilder();
            maps.map().erasureProfiles().keySet().forEach(name -> t.append(name).append('\n'));
            return CommandResult.data(t.toString());
        }
        f.openArray("erasure-code-profiles");
        maps.map().erasureProfiles().keySet().forEach(name -> f.dump("profile", name));
        f.close();
        return CommandResult.ended(f);
    }

    private CommandResult get(CommandContext call) {
        String name = call.string("name");
        NavigableMap<String, String> profile = maps.map().erasureProfiles().get(name);
        if (profile == null) {
            throw new CephException(Errno.ENOENT, "unknown erasure code profile '" + name + "'");
        }
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder t = new StringBuilder();
            profile.forEach((key, value) -> t.append(key).append('=').append(value).append('\n'));
            return CommandResult.data(t.toString());
        }
        f.openObject("profile");
        profile.forEach(f::dump);
        f.close();
        return CommandResult.ended(f);
    }

    private @Nullable NavigableMap<String, String> known(String name) {
        OsdMapIncremental pending = maps.pending();
        NavigableMap<String, String> fresh = pending.newErasureCodeProfiles.get(name);
        return fresh != null || pending.oldErasureCodeProfiles.contains(name)
                ? fresh
                : maps.map().erasureProfiles().get(name);
    }

    private CommandResult set(CommandContext call) {
        String name = call.string("name");
        boolean force = call.flag("force");
        TreeMap<String, String> profile = new TreeMap<>();
        addWords(profile, conf.string("osd_pool_default_erasure_code_profile").split("\\s+"));
        TreeMap<String, String> own = new TreeMap<>();
        for (String pair : call.strings("profile")) {
            if (pair.equals("--force")) {
                force = true;
            } else {
                addWords(own, new String[] {pair});
            }
        }
        if (own.containsKey("plugin") && !own.get("plugin").equals(profile.get("plugin"))) {
            // another plugin shares none of the default's parameters
            profile.clear();
        }
        profile.putAll(own);
        normalize(profile);
        NavigableMap<String, String> existing = known(name);
        if (existing != null) {
            existing = new TreeMap<>(existing);
            normalize(existing);
            if (existing.equals(profile)) {
                return CommandResult.status("");
            }
            if (!force) {
                throw new CephException(Errno.EPERM, "will not override erasure code profile " + name
                        + " because the existing profile " + text(existing) + " is different from the proposed profile "
                        + text(profile));
            }
        }
        maps.pending().newErasureCodeProfiles.put(name, profile);
        return CommandResult.afterCommit("");
    }

    /// Writes out what the plugin takes for granted.
    private static void normalize(Map<String, String> profile) {
        profile.putIfAbsent("crush-root", "default");
        profile.putIfAbsent("crush-failure-domain", "host");
        profile.putIfAbsent("crush-device-class", "");
        if (profile.getOrDefault("plugin", "").equals("jerasure")) {
            profile.putIfAbsent("jerasure-per-chunk-alignment", "false");
            profile.putIfAbsent("w", "8");
            profile.putIfAbsent("technique", "reed_sol_van");
        }
    }

    private static void addWords(Map<String, String> profile, String[] words) {
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals >= 0) {
                profile.put(word.substring(0, equals), word.substring(equals + 1));
            } else if (!word.isEmpty()) {
                profile.put(word, "");
            }
        }
    }

    private static String text(Map<String, String> profile) {
        return "{" + String.join(",", profile.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList()) + "}";
    }

    private CommandResult remove(CommandContext call) {
        String name = call.string("name");
        maps.map().pools().forEach((id, pool) -> {
            if (pool.isErasure() && pool.erasureCodeProfile().equals(name)) {
                throw new CephException(Errno.EBUSY, maps.map().poolName(id) + " pool(s) are using the erasure code profile '"
                        + name + "'");
            }
        });
        if (known(name) == null) {
            return CommandResult.status("erasure-code-profile " + name + " does not exist");
        }
        maps.pending().newErasureCodeProfiles.remove(name);
        if (maps.map().erasureProfiles().containsKey(name)) {
            maps.pending().oldErasureCodeProfiles.add(name);
        }
        return CommandResult.afterCommit("");
    }
}
