package dev.inkfish.cephx.caps;

import dev.inkfish.cephx.caps.MonCap.Grant;
import dev.inkfish.wire.EntityAuthName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The grants that stand behind `profile NAME` at monitors.
final class MonProfiles {
    private static final ArgumentMatch ADDRESS_WITH_NONCE = ArgumentMatch.regex("^[^/]+/[0-9]+$");
    private static final ArgumentMatch RBD_PROFILES = ArgumentMatch.regex(
            "^([ ,]*profile(=|[ ]+)['\"]?rbd[^ ,'\"]*['\"]?([ ]+pool(=|[ ]+)['\"]?[^,'\"]+['\"]?)?)+$");

    private MonProfiles() {}

    /// @param who whose key it is: daemons may keep keys of their own
    static List<Grant> expand(String profile, EntityAuthName who) {
        return switch (profile) {
            case "read-only" -> List.of(Grant.blanket(Access.R));
            case "read-write" -> List.of(Grant.blanket(Access.R | Access.W));
            case "mon" -> daemon(who, Grant.service("mon", Access.RWX), Grant.service("log", Access.RWX));
            case "osd" ->
                daemon(
                        who,
                        Grant.service("osd", Access.RWX),
                        Grant.service("mon", Access.R),
                        Grant.service("pg", Access.R | Access.W),
                        Grant.service("log", Access.W));
            case "mds" ->
                daemon(
                        who,
                        Grant.service("mds", Access.RWX),
                        Grant.service("mon", Access.R),
                        Grant.service("osd", Access.R),
                        Grant.command("osd pool rmsnap"),
                        Grant.command("osd blocklist"),
                        Grant.command("osd blacklist"),
                        Grant.service("log", Access.W));
            case "mgr" -> manager(who);
            case "bootstrap-osd" ->
                reading(true, Grant.command("mon getmap"), Grant.command("osd new"), Grant.command("osd purge-new"));
            case "bootstrap-mds" ->
                reading(
                        true,
                        Grant.command("mon getmap"),
                        newKey("mds.", "allow profile mds", "osd", "allow rwx", "mds", "allow"));
            case "bootstrap-mgr" ->
                reading(true, Grant.command("mon getmap"), newKey("mgr.", "allow profile mgr"));
            case "bootstrap-rgw" ->
                reading(true, Grant.command("mon getmap"), newKey("client.rgw.", "allow rw", "osd", "allow rwx"));
            case "bootstrap-rbd" -> reading(false, newRbdKey("profile rbd"));
            case "bootstrap-rbd-mirror" -> reading(false, newRbdKey("profile rbd-mirror"));
            case "fs-client" -> reading(true, Grant.service("mds", Access.R), Grant.service("pg", Access.R));
            case "simple-rados-client" -> reading(true, Grant.service("pg", Access.R));
            case "simple-rados-client-with-blocklist" -> blocklisting("blocklist");
            case "cephfs-mirror" ->
                reading(
                        true,
                        Grant.service("mds", Access.R),
                        Grant.service("pg", Access.R),
                        stored("get", ArgumentMatch.prefix("cephfs/mirror/peer/")));
            // beyond Ceph's: our daemons post reports by way of the monitors; the manager has its own say
            case "crash" -> reading(false, Grant.command("crash post"));
            case "role-definer" -> reading(false, Grant.service("auth", Access.RWX));
            default -> profile.startsWith("rbd") ? rbd(profile) : List.of();
        };
    }

    private static List<Grant> daemon(EntityAuthName who, Grant... own) {
        List<Grant> grants = new ArrayList<>(List.of(own));
        ArgumentMatch keys = ArgumentMatch.prefix("daemon-private/" + who + "/");
        for (String verb : List.of("get", "put", "set", "exists", "delete")) {
            grants.add(stored(verb, keys));
        }
        return grants;
    }

    private static List<Grant> manager(EntityAuthName who) {
        int rw = Access.R | Access.W;
        return daemon(
                who,
                Grant.service("mgr", Access.RWX),
                Grant.service("log", rw),
                Grant.service("mon", rw),
                Grant.service("mds", rw),
                Grant.service("fs", rw),
                Grant.service("osd", rw),
                Grant.service("auth", Access.R | Access.X),
                Grant.service("config-key", rw),
                Grant.service("config", rw),
                Grant.command("auth get-or-create"),
                Grant.command("auth rm"),
                Grant.command("smart"));
    }

    private static List<Grant> rbd(String profile) {
        List<Grant> grants = new ArrayList<>(blocklisting("blocklist", "blacklist"));
        if (profile.equals("rbd-mirror")) {
            grants.add(stored("get", ArgumentMatch.prefix("rbd/mirror/")));
        } else if (profile.equals("rbd-mirror-peer")) {
            grants.add(stored("get", ArgumentMatch.regex("rbd/mirror/[^/]+")));
            grants.add(stored("set", ArgumentMatch.prefix("rbd/mirror/peer/")));
        }
        return grants;
    }

    /// May fence a client that died with a lock, but no whole host.
    private static List<Grant> blocklisting(String... lists) {
        List<Grant> grants = new ArrayList<>(reading(true, Grant.service("pg", Access.R)));
        for (String list : lists) {
            grants.add(Grant.command(
                    "osd " + list, Map.of(list + "op", ArgumentMatch.equal("add"), "addr", ADDRESS_WITH_NONCE)));
        }
        return grants;
    }

    /// What everybody needs: the map of monitors, and perhaps that of OSDs.
    private static List<Grant> reading(boolean osdMap, Grant... more) {
        List<Grant> grants = new ArrayList<>();
        grants.add(Grant.service("mon", Access.R));
        if (osdMap) {
            grants.add(Grant.service("osd", Access.R));
        }
        grants.addAll(List.of(more));
        return grants;
    }

    private static Grant newKey(String entityPrefix, String monCaps, String... otherCaps) {
        Map<String, ArgumentMatch> arguments = new TreeMap<>();
        arguments.put("entity", ArgumentMatch.prefix(entityPrefix));
        arguments.put("caps_mon", ArgumentMatch.equal(monCaps));
        for (int i = 0; i < otherCaps.length; i += 2) {
            arguments.put("caps_" + otherCaps[i], ArgumentMatch.equal(otherCaps[i + 1]));
        }
        return Grant.command("auth get-or-create", arguments);
    }

    private static Grant newRbdKey(String monCaps) {
        return Grant.command(
                "auth get-or-create",
                Map.of(
                        "entity", ArgumentMatch.prefix("client."),
                        "caps_mon", ArgumentMatch.equal(monCaps),
                        "caps_osd", RBD_PROFILES));
    }

    private static Grant stored(String verb, ArgumentMatch key) {
        return Grant.command("config-key " + verb, Map.of("key", key));
    }
}
