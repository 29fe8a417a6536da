package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.crush.CrushEditor;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Commands that make and remove OSD numbers: `osd new`, `osd create`, `osd rm`, `osd purge-new`, `osd lost`, …
final class OsdIdCommands {
    private static final UUID NO_UUID = new UUID(0, 0);

    private final OsdMaps maps;

    OsdIdCommands(OsdMaps maps) {
        this.maps = maps;
    }

    void register(OsdSignatures on) {
        on.on("osd new", this::create).on("osd create", this::create).on("osd rm", this::remove);
        on.on("osd lost", this::lost).on("osd destroy-actual", this::destroy);
        on.on("osd purge-new", this::purge).on("osd purge-actual", this::purge);
    }

    private static UUID uuid(CommandContext call) {
        String text = call.string("uuid");
        if (text.isEmpty()) {
            return NO_UUID;
        }
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new CephException(Errno.EINVAL, "invalid uuid value '" + text + "'");
        }
    }

    private CommandResult create(CommandContext call) {
        boolean isNew = call.prefix().equals("osd new");
        UUID uuid = uuid(call);
        OsdSecrets secrets = isNew ? OsdSecrets.of(call) : OsdSecrets.NONE;
        int wanted = call.has("id") ? OsdReadCommands.osdArgument(call, "id") : -1;
        int existing = uuid.equals(NO_UUID) ? -1 : maps.map().osdByUuid(uuid);
        if (existing < 0 && !uuid.equals(NO_UUID)) {
            for (Map.Entry<Integer, UUID> each : maps.pending().newUuid.entrySet()) {
                if (each.getValue().equals(uuid)) {
                    return answer(call, each.getKey(), true);
                }
            }
        }
        if (existing >= 0) {
            if (wanted >= 0 && wanted != existing) {
                throw new CephException(Errno.EEXIST, "uuid " + uuid + " already in use for different id " + existing);
            }
            if (!secrets.check(existing, uuid, maps.keys())) {
                throw new CephException(Errno.EEXIST, "osd." + existing + " exists but secrets do not match");
            }
            return answer(call, existing, false);
        }
        int id = wanted >= 0 ? checkWanted(wanted, uuid) : freeId();
        secrets.check(id, uuid, maps.keys());
        OsdMapIncremental pending = maps.pending();
        if (id >= maps.map().maxOsd() && id >= pending.newMaxOsd) {
            pending.newMaxOsd = id + 1;
        }
        if (maps.map().isDestroyed(id)) {
            pending.flipState(id, OsdMap.DESTROYED);
            pending.newState.merge(id, OsdMap.NEW & ~maps.map().state(id), (a, b) -> a | b);
        } else {
            // it is there by having a weight; its new state is what comes after that
            pending.newWeight.put(id, OsdMap.IN);
            pending.newState.put(id, OsdMap.NEW);
        }
        if (!uuid.equals(NO_UUID)) {
            pending.newUuid.put(id, uuid);
        }
        secrets.keep(id, uuid, maps.keys());
        String deviceClass = secrets.deviceClass();
        if (deviceClass != null && !maps.map().isDestroyed(id)) {
            CrushEditor editor = CrushEditor.of(maps.pendingCrush());
            editor.setDeviceClass(id, deviceClass);
            maps.pendingCrush(editor.build());
        }
        return answer(call, id, true);
    }

    private int checkWanted(int id, UUID uuid) {
        OsdMap map = maps.map();
        if (map.exists(id) && !map.isDestroyed(id)) {
            throw new CephException(Errno.EINVAL, "id " + id + " already in use and does not match uuid " + uuid);
        }
        return id;
    }

    /// The lowest number that is not in use.
    private int freeId() {
        int id = 0;
        while (maps.map().exists(id) || (maps.pending().newState.getOrDefault(id, 0) & OsdMap.NEW) != 0) {
            id++;
        }
        return id;
    }

    private static CommandResult answer(CommandContext call, int id, boolean changed) {
        Formatter f = call.formatter();
        String text = Integer.toString(id);
        if (f != null) {
            f.openObject("created_osd").dump("osdid", id).close();
            text = f.text();
        } else {
            text += "\n";
        }
        CommandResult.Done answer = CommandResult.ok("", text);
        return changed ? new CommandResult.AfterCommit(answer) : answer;
    }

    private CommandResult remove(CommandContext call) {
        StringBuilder said = new StringBuilder();
        List<String> words = call.strings("ids");
        boolean changed = false;
        boolean busy = false;
        for (String word : words) {
            int osd = OsdReadCommands.osdId(word);
            if (osd < 0) {
                throw new CephException(Errno.EINVAL, "invalid osd id " + word);
            }
            if (!maps.map().exists(osd)) {
                said.append("osd.").append(osd).append(" does not exist. ");
            } else if (maps.map().isUp(osd)) {
                said.append(changed ? ", " : "").append("osd.").append(osd)
                        .append(" is still up; must be down before removal. ");
                busy = true;
            } else {
                forget(osd);
                said.append(changed ? ", osd." : "removed osd.").append(osd);
                changed = true;
            }
        }
        if (busy && !changed) {
            throw new CephException(Errno.EBUSY, said.toString());
        }
        return changed ? CommandResult.afterCommit(said.toString()) : CommandResult.status(said.toString());
    }

    private void forget(int osd) {
        OsdMapIncremental pending = maps.pending();
        pending.newState.put(osd, maps.map().state(osd));
        pending.newUuid.put(osd, NO_UUID);
        maps.pendingMetadata(osd, null);
    }

    private static void confirm(CommandContext call, String warning) {
        if (!call.flag("yes_i_really_mean_it")) {
            throw new CephException(Errno.EPERM, warning);
        }
    }

    private CommandResult lost(CommandContext call) {
        int osd = OsdReadCommands.osdArgument(call, "id");
        confirm(call, "are you SURE?  this might mean real, permanent data loss.  pass --yes-i-really-mean-it if you "
                + "really do.");
        if (!maps.map().exists(osd)) {
            throw new CephException(Errno.ENOENT, "osd." + osd + " does not exist");
        }
        if (!maps.map().isDown(osd)) {
            throw new CephException(Errno.EBUSY, "osd." + osd + " is not down");
        }
        int epoch = maps.map().osdInfo(osd).downAt();
        maps.pending().newLost.put(osd, epoch);
        return CommandResult.afterCommit("marked osd lost in epoch " + epoch);
    }

    private CommandResult destroy(CommandContext call) {
        int osd = OsdReadCommands.osdArgument(call, "id");
        confirm(call, "Are you SURE?  Did you verify with 'ceph osd safe-to-destroy'?  This will mean real, permanent "
                + "data loss, as well as deletion of cephx and lockbox keys. Pass --yes-i-really-mean-it if you really do.");
        if (!maps.map().exists(osd)) {
            return CommandResult.status("osd." + osd + " does not exist");
        }
        if (maps.map().isUp(osd)) {
            throw new CephException(Errno.EBUSY, "osd." + osd + " is not `down`.");
        }
        if (maps.map().isDestroyed(osd)) {
            return CommandResult.status("destroyed osd." + osd);
        }
        maps.pending().flipState(osd, OsdMap.DESTROYED);
        maps.pending().newUuid.put(osd, NO_UUID);
        OsdSecrets.forget(osd, maps.map().uuid(osd), maps.keys());
        return CommandResult.afterCommit("destroyed osd." + osd);
    }

    private CommandResult purge(CommandContext call) {
        int osd = OsdReadCommands.osdArgument(call, "id");
        confirm(call, "Are you SURE?  this will purge all osd data from the monitors, including the OSD id and CRUSH "
                + "position.  Pass --yes-i-really-mean-it to proceed.");
        if (!maps.map().exists(osd)) {
            return CommandResult.status("osd." + osd + " does not exist");
        }
        if (maps.map().isUp(osd)) {
            throw new CephException(Errno.EBUSY, "osd." + osd + " is not `down`.");
        }
        if (call.prefix().equals("osd purge-new") && !maps.map().isNew(osd)) {
            throw new CephException(Errno.EPERM, "osd." + osd + " is not new");
        }
        CrushEditor editor = CrushEditor.of(maps.pendingCrush());
        if (editor.hasItem("osd." + osd)) {
            editor.removeItem(osd);
            maps.pendingCrush(editor.build());
        }
        forget(osd);
        OsdSecrets.forget(osd, maps.map().uuid(osd), maps.keys());
        return CommandResult.afterCommit("purged osd." + osd);
    }
}
