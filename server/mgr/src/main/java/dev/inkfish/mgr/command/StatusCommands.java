package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.mgr.core.ByteText;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.osd.OsdStat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `osd status` (module `status`; `fs status` is not there).
final class StatusCommands implements MgrModuleCommands {
    private static final List<String> COLUMNS = List.of(
            ">ID", "HOST", ">USED", ">AVAIL", ">WR OPS", ">WR DATA", ">RD OPS", ">RD DATA", "STATE");
    private static final int WIDTH = 5;
    /// In alphabetical order, as Ceph shows them.
    private static final Map<String, Integer> STATES = new TreeMap<>(Map.ofEntries(
            Map.entry("exists", OsdMap.EXISTS), Map.entry("up", OsdMap.UP), Map.entry("autoout", OsdMap.AUTOOUT),
            Map.entry("new", OsdMap.NEW), Map.entry("full", OsdMap.STATE_FULL), Map.entry("nearfull", OsdMap.STATE_NEARFULL),
            Map.entry("backfillfull", OsdMap.STATE_BACKFILLFULL), Map.entry("destroyed", OsdMap.DESTROYED),
            Map.entry("noup", OsdMap.STATE_NOUP), Map.entry("nodown", OsdMap.STATE_NODOWN),
            Map.entry("noin", OsdMap.STATE_NOIN), Map.entry("noout", OsdMap.STATE_NOOUT), Map.entry("stop", OsdMap.STOP)));

    private final Supplier<MgrCore> core;

    StatusCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "status";
    }

    @Override
    public void register(CommandTable table) {
        table.add("osd status name=bucket,type=CephString,req=false", "Show the status of OSDs within a bucket, or all", "mgr",
                "r", Command.FLAG_MGR, this::status);
        table.add("fs status name=fs,type=CephString,req=false", "Show the status of a CephFS filesystem", "mgr", "r",
                Command.FLAG_MGR, StatusCommands::noFileSystem);
    }

    private static CommandResult noFileSystem(CommandContext call) {
        if (call.has("fs")) {
            // as Ceph has it: the code is no error
            return CommandResult.status("Invalid filesystem: " + call.string("fs"));
        }
        return CommandResult.data(call.format().startsWith("json") ? "{}" : "");
    }

    private CommandResult status(CommandContext call) {
        NavigableSet<Integer> shown = call.has("bucket") ? children(call.string("bucket")) : null;
        if (shown != null && shown.isEmpty()) {
            // as Ceph has it: the code is no error, the text is the output
            return new CommandResult.Done(
                    -Errno.ENOENT.code(), "", Bytes.utf8("Bucket '" + call.string("bucket") + "' not found"));
        }
        new DaemonFacts(core.get().effects()).osds(facts -> call.reply(CommandResult.data(table(shown, facts))));
        return CommandResult.later();
    }

    /// What is directly in the buckets that a pattern of the shell names.
    private NavigableSet<Integer> children(String pattern) {
        Pattern names = glob(pattern);
        NavigableSet<Integer> found = new TreeSet<>();
        for (CrushBucket bucket : core.get().pgMap().osdMap().crush().buckets()) {
            if (bucket != null && names.matcher(
                    core.get().pgMap().osdMap().crush().itemNames().getOrDefault(bucket.id(), "")).matches()) {
                for (int i = 0; i < bucket.size(); i++) {
                    found.add(bucket.item(i));
                }
            }
        }
        return found;
    }

    private static Pattern glob(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            regex.append(switch (c) {
                case '*' -> ".*";
                case '?' -> ".";
                default -> Pattern.quote(String.valueOf(c));
            });
        }
        return Pattern.compile(regex.toString());
    }

    private String table(@Nullable NavigableSet<Integer> shown, NavigableMap<String, Map<?, ?>> facts) {
        OsdMap map = core.get().pgMap().osdMap();
        List<List<String>> rows = new ArrayList<>();
        for (int osd : map.osds()) {
            if (shown != null && !shown.contains(osd)) {
                continue;
            }
            OsdStat stat = core.get().pgMap().osds().getOrDefault(osd, OsdStat.ZERO);
            MgrSession session = session("osd." + osd);
            Object host = facts.getOrDefault("osd." + osd, Map.of()).get("hostname");
            rows.add(List.of(
                    Integer.toString(osd),
                    host == null ? "" : host.toString(),
                    ByteText.of(WIDTH, stat.statfs().total() - stat.statfs().available()),
                    ByteText.of(WIDTH, stat.statfs().available()),
                    ByteText.count(WIDTH, rate(session, "osd.op_w") + rate(session, "osd.op_rw")),
                    ByteText.of(WIDTH, rate(session, "osd.op_in_bytes")),
                    ByteText.count(WIDTH, rate(session, "osd.op_r")),
                    ByteText.of(WIDTH, rate(session, "osd.op_out_bytes")),
                    states(map.state(osd))));
        }
        return ModuleText.table(COLUMNS, rows);
    }

    private static double rate(@Nullable MgrSession session, String counter) {
        return session == null ? 0 : session.rate(counter);
    }

    private @Nullable MgrSession session(String daemon) {
        return core.get().sessions().stream().filter(each -> each.daemon().equals(daemon)).findFirst().orElse(null);
    }

    private static String states(int bits) {
        List<String> names = new ArrayList<>();
        STATES.forEach((name, bit) -> {
            if ((bits & bit) != 0) {
                names.add(name);
            }
        });
        return String.join(",", names);
    }
}
