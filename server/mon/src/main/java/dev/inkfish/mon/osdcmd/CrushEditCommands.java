package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.GeneralFormat;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushEditor;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.CrushRule;
import dev.inkfish.crush.CrushTunables;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `osd crush` commands that change the CRUSH map, and `osd setcrushmap`.
final class CrushEditCommands {
    private static final int WHOLE = 0x10000;

    private final OsdMaps maps;

    CrushEditCommands(OsdMaps maps) {
        this.maps = maps;
    }

    void register(OsdSignatures on) {
        on.on("osd setcrushmap", this::setMap).on("osd crush add-bucket", this::addBucket);
        on.on("osd crush rename-bucket", this::renameBucket).on("osd crush set", this::set).on("osd crush add", this::set);
        on.on("osd crush create-or-move", this::createOrMove).on("osd crush move", this::move);
        on.on("osd crush rm", this::remove).on("osd crush remove", this::remove).on("osd crush unlink", this::remove);
        on.on("osd crush reweight-all", this::reweightAll).on("osd crush reweight", this::reweight);
        on.on("osd crush reweight-subtree", this::reweightSubtree).on("osd crush tunables", this::tunables);
        on.on("osd crush set-tunable", this::setTunable).on("osd crush link", this::link);
        on.on("osd crush swap-bucket", this::swapBuckets);
        on.on("osd crush set-all-straw-buckets-to-straw2", this::convertStraw);
        on.on("osd crush rule create-simple", this::createSimple);
        on.on("osd crush rule create-replicated", this::createReplicated);
        on.on("osd crush rule create-erasure", this::createErasure);
        on.on("osd crush rule rm", this::removeRule).on("osd crush rule rename", this::renameRule);
    }

    private CrushEditor editor() {
        return CrushEditor.of(maps.pendingCrush());
    }

    private CommandResult done(CrushEditor editor, String status) {
        maps.pendingCrush(editor.build());
        return CommandResult.afterCommit(status);
    }

    /// `root=default host=a`
    private static TreeMap<String, String> location(CommandContext call) {
        TreeMap<String, String> location = new TreeMap<>();
        for (String word : call.strings("args")) {
            for (String pair : word.split("[ ,]+")) {
                int equals = pair.indexOf('=');
                if (equals <= 0 || equals == pair.length() - 1) {
                    throw new CephException(Errno.EINVAL, "invalid location '" + word + "'");
                }
                location.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return location;
    }

    private static String text(Map<String, String> location) {
        return "{" + String.join(",", location.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList()) + "}";
    }

    /// Weights are 16.16 numbers with a sign (`CrushWrapper::validate_weightf`).
    private static double checked(double weight) {
        if (weight * WHOLE > Integer.MAX_VALUE) {
            throw new CephException(Errno.EOVERFLOW, Errno.describe(Errno.EOVERFLOW.code()));
        }
        return weight;
    }

    private static String weight(double weight) {
        return GeneralFormat.format(weight, 6);
    }

    private CommandResult setMap(CommandContext call) {
        long prior = call.integer("prior_version", -1);
        int version = maps.map().crushVersion();
        if (prior >= 0) {
            CrushMap given = decode(call);
            if (prior == version - 1 && given.equals(maps.map().crush())) {
                return CommandResult.status(Integer.toString(version));
            }
            if (prior != version) {
                throw new CephException(Errno.EPERM, "prior_version " + prior + " != crush version " + version);
            }
        }
        CrushMap crush = decode(call);
        if (crush.maxDevices() > maps.map().maxOsd()) {
            throw new CephException(Errno.ERANGE, "crush map has devices up to " + (crush.maxDevices() - 1)
                    + " > osdmap max_osd " + maps.map().maxOsd());
        }
        maps.map().pools().forEach((id, pool) -> {
            if (crush.rule(pool.crushRule()) == null) {
                throw new CephException(Errno.EINVAL, "pool " + id + " uses rule " + pool.crushRule()
                        + ", which the new map lacks");
            }
        });
        maps.pendingCrush(crush);
        return CommandResult.afterCommit(Integer.toString(version + 1));
    }

    private static CrushMap decode(CommandContext call) {
        try {
            return CrushMap.decode(call.input());
        } catch (DecodeException e) {
            throw new CephException(Errno.EINVAL, "Failed to parse crushmap: " + (call.input().isEmpty() ? "End of buffer" : e.getMessage()));
        }
    }

    private CommandResult link(CommandContext call) {
        String name = call.string("name");
        TreeMap<String, String> location = location(call);
        CrushEditor editor = editor();
        int id = item(editor, name);
        String what = " item id " + id + " name '" + name + "' to location " + text(location);
        if (editor.isAt(id, location)) {
            return CommandResult.status("no need to move" + what + " in crush map");
        }
        if (id >= 0) {
            throw new CephException(Errno.EINVAL, "cannot link" + what);
        }
        editor.linkBucket(id, location);
        return done(editor, "linked" + what + " in crush map");
    }

    private CommandResult swapBuckets(CommandContext call) {
        CrushEditor editor = editor();
        int source = bucket(editor, "source", call.string("source"));
        int dest = bucket(editor, "dest", call.string("dest"));
        String anyway = "; pass --yes-i-really-mean-it to proceed anyway";
        boolean forced = call.flag("yes_i_really_mean_it");
        if (editor.isInUse(source) && !forced) {
            throw new CephException(Errno.EPERM, "source item " + call.string("source") + " is not an orphan bucket" + anyway);
        }
        if (editor.algorithm(source) != editor.algorithm(dest) && !forced) {
            throw new CephException(Errno.EPERM, "source bucket alg " + editor.algorithm(source).text()
                    + " != dest bucket alg " + editor.algorithm(dest).text() + anyway);
        }
        editor.swapBuckets(source, dest);
        return done(editor, "swapped bucket of " + call.string("source") + " to " + call.string("dest"));
    }

    private static int bucket(CrushEditor editor, String role, String name) {
        if (!editor.hasItem(name)) {
            throw new CephException(Errno.ENOENT, role + " item " + name + " does not exist");
        }
        int id = editor.itemId(name);
        if (id >= 0) {
            throw new CephException(Errno.EINVAL, "failed to swap bucket contents: (22) Invalid argument");
        }
        return id;
    }

    private CommandResult convertStraw(CommandContext call) {
        CrushEditor editor = editor();
        editor.convertStrawBuckets();
        return done(editor, "");
    }

    private CommandResult addBucket(CommandContext call) {
        String name = call.string("name");
        String typeName = call.string("type");
        CrushEditor editor = editor();
        TreeMap<String, String> location = location(call);
        if (editor.hasItem(name)) {
            return CommandResult.status("bucket '" + name + "' already exists");
        }
        int type = editor.typeId(typeName);
        if (type < 0) {
            throw new CephException(Errno.EINVAL, "type '" + typeName + "' does not exist");
        }
        if (type == 0) {
            throw new CephException(Errno.EINVAL, "type '" + typeName + "' is for devices, not buckets");
        }
        if (!CrushEditor.isValidName(name)) {
            throw new CephException(Errno.EINVAL, "invalid crush name '" + name + "'");
        }
        int id = editor.addBucket(CrushBucket.Algorithm.STRAW2, type, name);
        if (location.isEmpty()) {
            return done(editor, "added bucket " + name + " type " + typeName + " to crush map");
        }
        editor.moveBucket(id, location);
        return done(editor, "added bucket " + name + " type " + typeName + " to location " + text(location));
    }

    private CommandResult renameBucket(CommandContext call) {
        String from = call.string("srcname");
        String to = call.string("dstname");
        CrushEditor editor = editor();
        if (!editor.hasItem(from)) {
            if (editor.hasItem(to)) {
                return CommandResult.status("srcname does not exist and dstname already exists");
            }
            throw new CephException(Errno.ENOENT, "srcname does not exist");
        }
        if (editor.itemId(from) >= 0) {
            throw new CephException(Errno.ENOTDIR, "srcname is not a bucket");
        }
        if (editor.hasItem(to)) {
            throw new CephException(Errno.EEXIST, "dstname = '" + to + "' already exists");
        }
        editor.renameItem(from, to);
        return done(editor, "renamed bucket " + from + " into " + to);
    }

    private int osd(CommandContext call) {
        int osd = OsdReadCommands.osdArgument(call, "id");
        if (!maps.map().exists(osd)) {
            String create = call.prefix().equals("osd crush create-or-move") ? ".  create" : ". Create";
            throw new CephException(
                    Errno.ENOENT, "osd." + osd + " does not exist" + create + " it before updating the crush map");
        }
        return osd;
    }

    private CommandResult set(CommandContext call) {
        int osd = osd(call);
        String action = call.prefix().equals("osd crush set") ? "set" : "add";
        double weight = call.decimal("weight", 0);
        TreeMap<String, String> location = location(call);
        CrushEditor editor = editor();
        if (action.equals("set") && !editor.hasItem("osd." + osd)) {
            throw new CephException(Errno.ENOENT, "unable to set item id " + osd + " name 'osd." + osd + "' weight "
                    + weight(weight) + " at location " + text(location) + ": does not exist");
        }
        String what = " item id " + osd + " name 'osd." + osd + "' weight " + weight(weight) + " at location " + text(location);
        if (editor.isAt(osd, location)) {
            if (editor.itemWeight(osd) == CrushEditor.fixed(weight)) {
                return CommandResult.status("set" + what + ": no change");
            }
            editor.setItemWeight(osd, CrushEditor.fixed(checked(weight)));
            editor.rebuildShadows();
            return done(editor, "set" + what + " to crush map");
        }
        // where it is already, `add` leaves it: it has two places then, as with Ceph
        if (action.equals("set")) {
            editor.unlink(osd);
        }
        editor.insertItem(osd, checked(weight), "osd." + osd, location);
        return done(editor, action + what + " to crush map");
    }

    private CommandResult createOrMove(CommandContext call) {
        int osd = osd(call);
        double weight = call.decimal("weight", 0);
        TreeMap<String, String> location = location(call);
        CrushEditor editor = editor();
        String what = "item name 'osd." + osd + "' weight " + weight(weight) + " at location " + text(location)
                + " to crush map";
        boolean isNew = !editor.hasItem("osd." + osd);
        if (!editor.createOrMoveItem(osd, isNew ? checked(weight) : weight, "osd." + osd, location)) {
            return CommandResult.status("create-or-move updated " + what);
        }
        return done(editor, "create-or-move updating " + what);
    }

    private CommandResult move(CommandContext call) {
        String name = call.string("name");
        TreeMap<String, String> location = location(call);
        CrushEditor editor = editor();
        int id = item(editor, name);
        String what = " item id " + id + " name '" + name + "' to location " + text(location) + " in crush map";
        if (editor.isAt(id, location)) {
            return CommandResult.status("no need to move" + what);
        }
        if (id >= 0) {
            editor.createOrMoveItem(id, 0, name, location);
        } else {
            editor.moveBucket(id, location);
        }
        return done(editor, "moved" + what);
    }

    private static int item(CrushEditor editor, String name) {
        if (!editor.hasItem(name)) {
            throw new CephException(Errno.ENOENT, "item " + name + " does not exist");
        }
        return editor.itemId(name);
    }

    private static int device(CrushEditor editor, String name) {
        if (!editor.hasItem(name)) {
            throw new CephException(Errno.ENOENT, "device '" + name + "' does not appear in the crush map");
        }
        return editor.itemId(name);
    }

    private CommandResult remove(CommandContext call) {
        String name = call.string("name");
        CrushEditor editor = editor();
        if (!editor.hasItem(name)) {
            return CommandResult.status("device '" + name + "' does not appear in the crush map");
        }
        if (call.has("ancestor")) {
            String ancestor = call.string("ancestor");
            if (!editor.hasItem(ancestor)) {
                throw new CephException(Errno.ENOENT, "ancestor item '" + ancestor + "' does not appear in the crush map");
            }
            if (!editor.subtreeContains(editor.itemId(ancestor), editor.itemId(name))) {
                return CommandResult.status("item " + editor.itemId(name) + " does not appear in that position");
            }
        }
        int id = editor.itemId(name);
        CrushBucket bucket = maps.pendingCrush().bucket(id);
        if (bucket != null && bucket.size() > 0 && !call.prefix().equals("osd crush unlink")) {
            throw new CephException(Errno.ENOTEMPTY, Errno.describe(Errno.ENOTEMPTY.code()));
        }
        if (call.has("ancestor")) {
            editor.unlinkUnder(id, editor.itemId(call.string("ancestor")));
            editor.rebuildShadows();
        } else if (call.prefix().equals("osd crush unlink")) {
            editor.unlink(id);
            editor.rebuildShadows();
        } else {
            editor.removeItem(id);
        }
        if (!call.prefix().equals("osd crush unlink") && maps.map().crushNodeFlags().containsKey(id)) {
            maps.pending().newCrushNodeFlags.put(id, 0);
        }
        return done(editor, "removed item id " + id + " name '" + name + "' from crush map");
    }

    private CommandResult reweightAll(CommandContext call) {
        CrushEditor editor = editor();
        editor.rebuildShadows();
        return done(editor, "reweighted crush hierarchy");
    }

    private CommandResult reweight(CommandContext call) {
        String name = call.string("name");
        CrushEditor editor = editor();
        int id = device(editor, name);
        if (id < 0) {
            throw new CephException(Errno.EINVAL, "device '" + name + "' is not a leaf in the crush map");
        }
        double weight = call.decimal("weight", 0);
        editor.setItemWeight(id, CrushEditor.fixed(checked(weight)));
        editor.rebuildShadows();
        return done(editor, "reweighted item id " + id + " name '" + name + "' to " + weight(weight) + " in crush map");
    }

    private CommandResult reweightSubtree(CommandContext call) {
        String name = call.string("name");
        CrushEditor editor = editor();
        int id = device(editor, name);
        if (id >= 0) {
            throw new CephException(Errno.EINVAL, "device '" + name + "' is not a subtree in the crush map");
        }
        double weight = call.decimal("weight", 0);
        editor.reweightSubtree(id, CrushEditor.fixed(checked(weight)));
        editor.rebuildShadows();
        return done(editor, "reweighted subtree id " + id + " name '" + name + "' to " + weight(weight) + " in crush map");
    }

    private CommandResult tunables(CommandContext call) {
        String profile = call.string("profile");
        CrushEditor editor = editor();
        CrushTunables wanted = switch (profile) {
            case "legacy", "argonaut" -> CrushTunables.ARGONAUT;
            case "bobtail" -> CrushTunables.BOBTAIL;
            case "firefly" -> CrushTunables.FIREFLY;
            case "hammer" -> CrushTunables.HAMMER;
            case "jewel" -> CrushTunables.JEWEL;
            case "optimal", "default" -> CrushTunables.DEFAULT;
            default -> throw new CephException(Errno.EINVAL, "unrecognized profile '" + profile + "'");
        };
        boolean keepsStraw = !List.of("legacy", "argonaut", "optimal", "default").contains(profile);
        editor.setTunables(keepsStraw ? wanted.withStrawCalcVersion(editor.tunables().strawCalcVersion()) : wanted);
        return done(editor, "adjusted tunables profile to " + profile);
    }

    private CommandResult setTunable(CommandContext call) {
        String name = call.string("tunable");
        long value = call.integer("value", -1);
        if (!name.equals("straw_calc_version")) {
            throw new CephException(Errno.EINVAL, "unrecognized tunable '" + name + "'");
        }
        if (value != 0 && value != 1) {
            throw new CephException(Errno.EINVAL, "value must be 0 or 1; got " + value);
        }
        CrushEditor editor = editor();
        editor.setTunables(editor.tunables().withStrawCalcVersion((int) value));
        return done(editor, "adjusted tunable " + name + " to " + value);
    }

    private CommandResult create(CommandContext call, String root, String domain, String deviceClass, int type) {
        String name = call.string("name");
        CrushEditor editor = editor();
        if (editor.rules().named(name) != null) {
            return CommandResult.status("rule " + name + " already exists");
        }
        editor.rules().addSimple(name, root, domain, deviceClass, type);
        return done(editor, "");
    }

    private CommandResult createSimple(CommandContext call) {
        int type = call.string("mode", "firstn").equals("indep") ? CrushRule.TYPE_ERASURE : CrushRule.TYPE_REPLICATED;
        return create(call, call.string("root"), call.string("type"), "", type);
    }

    private CommandResult createReplicated(CommandContext call) {
        return create(call, call.string("root"), call.string("type"), call.string("class"), CrushRule.TYPE_REPLICATED);
    }

    private CommandResult createErasure(CommandContext call) {
        String profileName = call.string("profile", "default");
        Map<String, String> profile = maps.map().erasureProfiles().get(profileName);
        if (profile == null) {
            throw new CephException(Errno.ENOENT, "unknown erasure code profile '" + profileName + "'");
        }
        return create(call, profile.getOrDefault("crush-root", "default"),
                profile.getOrDefault("crush-failure-domain", "host"), profile.getOrDefault("crush-device-class", ""),
                CrushRule.TYPE_ERASURE);
    }

    private CommandResult removeRule(CommandContext call) {
        String name = call.string("name");
        CrushEditor editor = editor();
        Integer number = editor.rules().named(name);
        if (number == null) {
            return CommandResult.status("rule " + name + " does not exist");
        }
        for (PgPool pool : maps.map().pools().values()) {
            if (pool.crushRule() == number) {
                throw new CephException(Errno.EBUSY, "crush ruleset " + name + " " + number + " is in use");
            }
        }
        editor.rules().remove(number);
        return done(editor, "");
    }

    private CommandResult renameRule(CommandContext call) {
        String from = call.string("srcname");
        String to = call.string("dstname");
        CrushEditor editor = editor();
        if (from.equals(to)) {
            return CommandResult.status("destination rule name is equal to source rule name");
        }
        if (editor.rules().named(from) == null && editor.rules().named(to) != null) {
            return CommandResult.status("already renamed to '" + to + "'");
        }
        if (editor.rules().named(to) != null) {
            throw new CephException(Errno.EEXIST, "destination rule name '" + to + "' already exists");
        }
        editor.rules().rename(from, to);
        return done(editor, "");
    }
}
