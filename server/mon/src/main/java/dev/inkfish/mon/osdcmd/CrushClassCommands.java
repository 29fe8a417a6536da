package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.crush.CrushEditor;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Commands that change classes of devices: `osd crush class …`, `osd crush set-device-class`, …
final class CrushClassCommands {
    private final OsdMaps maps;

    CrushClassCommands(OsdMaps maps) {
        this.maps = maps;
    }

    void register(OsdSignatures on) {
        on.on("osd crush set-device-class", this::setClass).on("osd crush rm-device-class", this::removeClass);
        on.on("osd crush class create", this::create).on("osd crush class rm", this::remove);
        on.on("osd crush class rename", this::rename);
    }

    private CrushEditor editor() {
        return CrushEditor.of(maps.pendingCrush());
    }

    private CommandResult done(CrushEditor editor, String status) {
        maps.pendingCrush(editor.build());
        return CommandResult.afterCommit(status);
    }

    private CommandResult create(CommandContext call) {
        String name = call.string("class");
        CrushEditor editor = editor();
        if (editor.hasClass(name)) {
            return CommandResult.status("class '" + name + "' already exists");
        }
        int id = editor.classId(name);
        return done(editor, "created class " + name + " with id " + id + " to crush map");
    }

    private CommandResult remove(CommandContext call) {
        String name = call.string("class");
        CrushEditor editor = editor();
        if (!editor.hasClass(name)) {
            return CommandResult.status("");
        }
        List<String> rules = editor.rulesWithClass(name);
        if (!rules.isEmpty()) {
            throw new CephException(Errno.EBUSY, "class '" + name + "' still referenced by crush_rule(s): "
                    + String.join(",", rules.stream().map(rule -> "'" + rule + "'").toList()));
        }
        Map<String, Map<String, String>> profiles = new TreeMap<>(maps.map().erasureProfiles());
        List<String> users = profiles.entrySet().stream()
                .filter(e -> name.equals(e.getValue().get("crush-device-class"))).map(Map.Entry::getKey).toList();
        if (!users.isEmpty()) {
            throw new CephException(Errno.EBUSY, "class '" + name + "' is still referenced by erasure-code-profile(s): "
                    + String.join(",", users));
        }
        int id = editor.classId(name);
        editor.removeClass(name);
        return done(editor, "removed class " + name + " with id " + id + " from crush map");
    }

    private CommandResult rename(CommandContext call) {
        String from = call.string("srcname");
        String to = call.string("dstname");
        CrushEditor editor = editor();
        if (!editor.hasClass(from) && editor.hasClass(to)) {
            return CommandResult.status("already renamed to '" + to + "'");
        }
        try {
            editor.renameClass(from, to);
        } catch (CephException e) {
            throw new CephException(
                    e.code(), "fail to rename '" + from + "' to '" + to + "' : " + Errno.describe(e.code()));
        }
        return done(editor, "rename class '" + from + "' to '" + to + "'");
    }

    private List<Integer> osds(CommandContext call) {
        List<Integer> osds = new ArrayList<>();
        for (String word : call.strings("ids")) {
            if (List.of("all", "any", "*").contains(word)) {
                return maps.map().osds();
            }
            int osd = OsdReadCommands.osdId(word);
            if (osd < 0) {
                throw new CephException(Errno.EINVAL, "unable to parse osd id:'" + word + "'");
            }
            osds.add(osd);
        }
        return osds;
    }

    private CommandResult setClass(CommandContext call) {
        String name = call.string("class");
        CrushEditor editor = editor();
        List<Integer> changed = new ArrayList<>();
        StringBuilder status = new StringBuilder();
        for (int osd : osds(call)) {
            if (!maps.map().exists(osd)) {
                throw new CephException(Errno.ENOENT, "osd." + osd + " does not exist. ");
            }
            String before = editor.deviceClass(osd);
            if (name.equals(before)) {
                status.append("osd.").append(osd).append(" already set to class ").append(name);
                status.append(". set-device-class item id ").append(osd).append(" name 'osd.").append(osd);
                status.append("' device_class '").append(name).append("': no change. ");
                continue;
            }
            if (before != null) {
                throw new CephException(Errno.EBUSY, "osd." + osd + " has already bound to class '" + before
                        + "', can not reset class to '" + name + "'; use 'ceph osd crush rm-device-class <id>' to remove old "
                        + "class first");
            }
            editor.setDeviceClass(osd, name);
            changed.add(osd);
        }
        status.append("set osd(s) ").append(numbers(changed)).append(" to class '").append(name).append("'");
        return changed.isEmpty() ? CommandResult.status(status.toString()) : done(editor, status.toString());
    }

    private static String numbers(List<Integer> osds) {
        return String.join(",", osds.stream().map(String::valueOf).toList());
    }

    private CommandResult removeClass(CommandContext call) {
        CrushEditor editor = editor();
        List<Integer> changed = new ArrayList<>();
        StringBuilder status = new StringBuilder();
        for (int osd : osds(call)) {
            if (!maps.map().exists(osd)) {
                throw new CephException(Errno.ENOENT, "osd." + osd + " does not exist");
            }
            if (editor.deviceClass(osd) == null) {
                status.append("osd.").append(osd).append(" belongs to no class, ");
                continue;
            }
            editor.removeDeviceClass(osd);
            changed.add(osd);
        }
        status.append("done removing class of osd(s): ").append(numbers(changed));
        return changed.isEmpty() ? CommandResult.status(status.toString()) : done(editor, status.toString());
    }
}
