package dev.inkfish.mgr.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandHandler;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.core.CrashReports;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `crash …`: reports of daemons that ended by a bug, kept among the monitors' config keys.
final class CrashCommands implements MgrModuleCommands {
    private static final String KEYS = "mgr/crash/crash/";
    private static final long DAY_SECONDS = 86_400;
    private static final long RETRY_NANOS = 5_000_000_000L;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Supplier<MgrCore> core;
    /// Null before the monitors have told.
    private @Nullable CrashReports reports;
    private Utime asked = Utime.ZERO;
    private Utime pruned = Utime.ZERO;

    CrashCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "crash";
    }

    @Override
    public void register(CommandTable table) {
        add(table, "info name=id,type=CephString", "show crash dump metadata", "r", call -> {
            ObjectNode crash = ready().find(call.string("id"));
            return crash == null ? unknown(call) : CommandResult.data(PythonJson.pretty(crash));
        });
        add(table, "ls", "Show new and archived crash dumps", "r", call -> list(call, ready().all()));
        add(table, "ls-new", "Show new crash dumps", "r",
                call -> list(call, ready().all().stream().filter(CrashReports::isNew).toList()));
        add(table, "post", "Add a crash dump (use -i <jsonfile>)", "rw", this::post);
        add(table, "prune name=keep,type=CephString", "Remove crashes older than <keep> days", "rw", call -> {
            Long days = number(call.string("keep"));
            if (days == null) {
                return said(Errno.EINVAL, "keep argument must be integer");
            }
            return remove(call, ready().before(call.now().toSeconds() - days * DAY_SECONDS));
        });
        add(table, "rm name=id,type=CephString", "Remove a saved crash <id>", "rw", call ->
                remove(call, ready().find(call.string("id")) == null ? List.of() : List.of(call.string("id"))));
        add(table, "stat", "Summarize recorded crashes", "r", call -> CommandResult.data(summary(call.now())));
        add(table, "json_report name=hours,type=CephString", "Crashes in the last <hours> hours", "r", this::jsonReport);
        add(table, "archive name=id,type=CephString", "Acknowledge a crash and silence health warning(s)", "w", call -> {
            ObjectNode crash = ready().find(call.string("id"));
            return crash == null ? unknown(call) : archive(call, List.of(crash));
        });
        add(table, "archive-all", "Acknowledge all new crashes and silence health warning(s)", "w",
                call -> archive(call, ready().all()));
    }

    private static void add(CommandTable table, String rest, String help, String perm, CommandHandler handler) {
        table.add("crash " + rest, help, "mgr", perm, Command.FLAG_MGR, handler);
    }

    private CrashReports ready() {
        CrashReports known = reports;
        if (known == null) {
            throw new CephException(Errno.EAGAIN, "crash module is not ready, try again");
        }
        return known;
    }

    /// Ceph's module gives these errors a positive code, which clients do not take for one.
    private static CommandResult said(Errno errno, String text) {
        return new CommandResult.Done(-errno.code(), text, Bytes.EMPTY);
    }

    private static CommandResult unknown(CommandContext call) {
        return said(Errno.EINVAL, "crash info: " + call.string("id") + " not found");
    }

    private static @Nullable Long number(String text) {
        return text.strip().matches("[-+]?\\d{1,12}") ? Long.valueOf(text.strip()) : null;
    }

    private static CommandResult list(CommandContext call, List<ObjectNode> crashes) {
        if (call.format().startsWith("json")) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            crashes.forEach(all::add);
            return CommandResult.data(PythonJson.pretty(all));
        }
        List<List<String>> rows = new ArrayList<>();
        crashes.forEach(crash -> rows.add(List.of(
                crash.path("crash_id").asText(), crash.path("entity_name").asText("unknown"),
                CrashReports.isNew(crash) ? "*" : "")));
        return CommandResult.data(ModuleText.table(List.of("ID", "ENTITY", "^NEW"), rows));
    }

    private CommandResult post(CommandContext call) {
        CrashReports known = ready();
        JsonNode node;
        if (call.input().utf8().isBlank()) {
            return said(Errno.EINVAL, "malformed crash metadata: Expecting value: line 1 column 1 (char 0)");
        }
        try {
            node = JSON.readTree(call.input().utf8());
        } catch (JsonProcessingException e) {
            return said(Errno.EINVAL, "malformed crash metadata: " + e.getOriginalMessage());
        }
        String why = CrashReports.problem(node);
        if (why != null || !(node instanceof ObjectNode crash)) {
            return said(Errno.EINVAL, "malformed crash metadata: " + why);
        }
        String id = crash.path("crash_id").asText();
        if (known.find(id) != null) {
            return CommandResult.status("");
        }
        CrashReports.sign(crash);
        return store(call, Map.of(id, crash));
    }

    /// Answers when the monitors have all of them.
    ///
    /// @param changes null removes
    private CommandResult store(CommandContext call, Map<String, ? extends @Nullable ObjectNode> changes) {
        if (changes.isEmpty()) {
            return CommandResult.status("");
        }
        int[] left = {changes.size()};
        CommandResult.Done[] outcome = {CommandResult.status("")};
        changes.forEach((id, crash) -> core.get().store().put(
                KEYS + id, crash == null ? null : PythonJson.line(crash), done -> {
                    CrashReports known = reports;
                    if (done.code() < 0) {
                        outcome[0] = new CommandResult.Done(done.code(), done.outs(), Bytes.EMPTY);
                    } else if (known != null) {
                        known.put(id, crash);
                    }
                    if (--left[0] == 0) {
                        call.reply(outcome[0]);
                    }
                }));
        return CommandResult.later();
    }

    private CommandResult remove(CommandContext call, List<String> ids) {
        Map<String, @Nullable ObjectNode> gone = new TreeMap<>();
        ids.forEach(id -> gone.put(id, null));
        return store(call, gone);
    }

    private CommandResult archive(CommandContext call, List<ObjectNode> crashes) {
        Map<String, ObjectNode> changed = new TreeMap<>();
        crashes.stream().filter(CrashReports::isNew).forEach(crash -> changed.put(
                crash.path("crash_id").asText(), crash.deepCopy().put("archived", CrashReports.stamp(call.now()))));
        return store(call, changed);
    }

    private String summary(Utime now) {
        List<String> lines = new ArrayList<>();
        lines.add(ready().all().size() + " crashes recorded");
        for (long days : new long[] {1, 3, 7}) {
            List<String> older = ready().before(now.toSeconds() - days * DAY_SECONDS);
            List<String> block = new ArrayList<>();
            if (!older.isEmpty()) {
                block.add(older.size() + " older than " + days + " days old:");
                block.addAll(older);
            }
            lines.add(String.join("\n", block));
        }
        return String.join("\n", lines);
    }

    private CommandResult jsonReport(CommandContext call) {
        Long hours = number(call.string("hours"));
        if (hours == null) {
            return said(Errno.EINVAL, "<hours> argument must be integer");
        }
        ready();
        return CommandResult.status(PythonJson.line(counts(hours, call.now())));
    }

    /// Crashes of late, by program; none before the monitors have told.
    ObjectNode counts(long hours, Utime now) {
        NavigableMap<String, Integer> counts = new TreeMap<>();
        CrashReports known = reports;
        if (known != null) {
            known.after(now.toSeconds() - hours * 3600)
                    .forEach(crash -> counts.merge(crash.path("process_name").asText("unknown"), 1, Integer::sum));
        }
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        counts.forEach(report::put);
        return report;
    }

    // ---- by itself

    @Override
    public void serve(Utime now) {
        CrashReports known = reports;
        if (known == null) {
            if (now.toNanos() - asked.toNanos() >= RETRY_NANOS) {
                asked = now;
                core.get().store().load(KEYS, found -> {
                    if (found != null) {
                        reports = CrashReports.parse(found);
                    }
                });
            }
            return;
        }
        if (now.toNanos() - pruned.toNanos() >= 60_000_000_000L) {
            pruned = now;
            double keep = core.get().store().seconds(name(), "retain_interval");
            for (String id : known.before(now.toSeconds() - keep)) {
                core.get().store().put(KEYS + id, null, done -> {
                    if (done.code() >= 0) {
                        known.put(id, null);
                    }
                });
            }
        }
    }

    @Override
    public void rest() {
        reports = null;
        asked = Utime.ZERO;
    }

    @Override
    public void check(NavigableMap<String, HealthCheck> checks, Utime now) {
        CrashReports known = reports;
        if (known != null) {
            known.check(now.toSeconds() - core.get().store().seconds(name(), "warn_recent_interval"), checks);
        }
    }
}
