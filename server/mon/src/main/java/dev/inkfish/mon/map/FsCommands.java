package dev.inkfish.mon.map;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.wire.Errno;
import java.util.Map;
import java.util.TreeMap;

/// What a cluster says that has no file system and no MDS (`MDSMonitor`, `FSCommands`): there is no other here. The map of
/// file systems stays as it is in a new cluster, in its first epoch.
public final class FsCommands {
    private static final int EPOCH = 1;
    private static final Map<Integer, String> FEATURES = new TreeMap<>(Map.of(
            1, "base v0.20", 2, "client writeable ranges", 3, "default file layouts on dirs", 4, "dir inode in separate object",
            5, "mds uses versioned encoding", 6, "dirfrag is stored in omap", 8, "no anchor table", 9, "file layout v2",
            10, "snaprealm v2"));

    private FsCommands() {}

    public static void register(CommandTable table) {
        table.add("fs ls", "list filesystems", "fs", "r", call -> {
            Formatter f = call.formatter();
            return f == null
                    ? CommandResult.data("No filesystems enabled\n")
                    : CommandResult.line(f.openArray("filesystems").close());
        });
        table.add("fs get name=fs_name,type=CephString", "get info about one filesystem", "fs", "r", call ->
                CommandResult.error(Errno.ENOENT, "filesystem '" + call.string("fs_name") + "' not found"));
        table.add("fs dump name=epoch,type=CephInt,range=0,req=false", "dump all CephFS status, optionally from epoch", "mds",
                "r", FsCommands::dump);
        table.add("mds stat", "show MDS status", "mds", "r", FsCommands::stat);
        table.add("mds versions", "check running versions of MDSs", "mds", "r", call ->
                CommandResult.line(call.formatter("json-pretty").openObject("ceph_version").close()));
        table.add("mds count-metadata name=property,type=CephString", "count MDSs by metadata field property", "mds", "r", call ->
                CommandResult.line(call.formatter("json-pretty").openObject(call.string("property")).close()));
        table.add("mds metadata name=who,type=CephString,req=false", "fetch metadata for mds <role>", "mds", "r",
                FsCommands::metadata);
    }

    private static CommandResult dump(CommandContext call) {
        if (call.integer("epoch", EPOCH) != EPOCH) {
            return CommandResult.error(Errno.ENOENT, "");
        }
        Formatter f = call.formatter();
        String status = "dumped fsmap epoch " + EPOCH;
        if (f != null) {
            f.openObject("fsmap");
            fsMap(f);
            return CommandResult.ok(status, CommandResult.line(f.close()).data());
        }
        StringBuilder features = new StringBuilder();
        FEATURES.forEach((number, name) -> features.append(features.isEmpty() ? "" : ",").append(number).append('=').append(name));
        return CommandResult.ok(status, "e" + EPOCH + """

                enable_multiple, ever_enabled_multiple: 1,1
                default compat: compat={},rocompat={},incompat={%s}
                legacy client fscid: -1
                \s
                No filesystems configured
                """.formatted(features));
    }

    private static CommandResult stat(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data("");
        }
        f.openObject("mds_stat").openObject("fsmap");
        fsMap(f);
        f.close().dump("mdsmap_first_committed", EPOCH).dump("mdsmap_last_committed", EPOCH);
        return CommandResult.line(f.close());
    }

    private static CommandResult metadata(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        if (call.has("who")) {
            return new CommandResult.Done(Errno.EINVAL.code(),
                    "MDS named '" + call.string("who") + "' does not exist, or is not up",
                    f.openObject("mds_metadata").close().bytes());
        }
        return CommandResult.data(f.openArray("mds_metadata").close());
    }

    private static void fsMap(Formatter f) {
        f.dump("epoch", EPOCH).dump("default_fscid", -1).openObject("compat");
        f.openObject("compat").close().openObject("ro_compat").close().openObject("incompat");
        FEATURES.forEach((number, name) -> f.dump("feature_" + number, name));
        f.close().close().openObject("feature_flags").dump("enable_multiple", true).dump("ever_enabled_multiple", true).close();
        f.openArray("standbys").close().openArray("filesystems").close();
    }
}
