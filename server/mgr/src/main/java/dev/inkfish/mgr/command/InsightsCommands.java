package dev.inkfish.mgr.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.JsonFormatter;
import dev.inkfish.command.stats.StatDump;
import dev.inkfish.mgr.core.HealthHours;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.PgStates;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `insights`: one report of the whole cluster, and what its health checks said of late (`insights/module.py`).
final class InsightsCommands implements MgrModuleCommands {
    private static final int HISTORY_HOURS = 24;
    private static final int KEPT_HOURS = 30;
    private static final long LOOK_NANOS = 10_000_000_000L;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern VERSION = Pattern.compile("ceph version (\\d+)\\.(\\d+)\\.(\\d+)");
    /// What the monitors are asked for.
    private static final List<String> ASKED = List.of("version", "health", "config dump", "osd dump", "df", "osd tree", "fs dump",
            "osd crush dump", "mgr dump", "mon_status", "osd metadata");
    private static final List<String> OSD_STATS = List.of("osd.numpg", "osd.stat_bytes", "osd.stat_bytes_used");

    private final Supplier<MgrCore> core;
    private final CrashCommands crashes;
    private final HealthHours history = new HealthHours();
    private Utime looked = Utime.ZERO;

    InsightsCommands(Supplier<MgrCore> core, CrashCommands crashes) {
        this.core = core;
        this.crashes = crashes;
    }

    @Override
    public String name() {
        return "insights";
    }

    @Override
    public void register(CommandTable table) {
        table.add("insights", "Retrieve insights report", "mgr", "r", Command.FLAG_MGR, this::report);
        table.add("insights prune-health name=hours,type=CephInt,req=false", "Remove health history older than <hours> hours", "mgr",
                "rw", Command.FLAG_MGR, call -> {
                    if (!call.has("hours")) {
                        throw new CephException(Errno.EINVAL, "insights prune-health: of how many hours is missing");
                    }
                    history.prune(call.integer("hours", 0), call.now());
                    return CommandResult.status("");
                });
    }

    // ---- by itself

    @Override
    public void serve(Utime now) {
        if (!core.get().isEnabled(name())) {
            rest();
        } else if (now.toNanos() - looked.toNanos() >= LOOK_NANOS) {
            looked = now;
            history.prune(KEPT_HOURS, now);
            ask("health", health -> history.add(health, now), refused -> {});
        }
    }

    @Override
    public void rest() {
        history.clear();
        looked = Utime.ZERO;
    }

    private void ask(String prefix, Consumer<JsonNode> answer, Consumer<CommandResult.Done> refused) {
        ObjectNode command = JsonNodeFactory.instance.objectNode().put("prefix", prefix).put("format", "json");
        if (prefix.equals("health") || prefix.equals("df")) {
            command.put("detail", "detail");
        }
        core.get().effects().askMonitors(command.toString(), done -> {
            if (done.code() < 0) {
                refused.accept(done);
                return;
            }
            JsonNode node;
            try {
                node = JSON.readTree(done.data().utf8());
            } catch (JsonProcessingException e) {
                refused.accept(CommandResult.error(Errno.EIO, "the monitors' answer to " + prefix + " makes no sense"));
                return;
            }
            answer.accept(node);
        });
    }

    // ---- the report

    private CommandResult report(CommandContext call) {
        Map<String, JsonNode> answers = new TreeMap<>();
        boolean[] failed = {false};
        for (String prefix : ASKED) {
            ask(prefix, answer -> {
                answers.put(prefix, answer);
                if (answers.size() == ASKED.size()) {
                    history.add(answers.get("health"), call.now());
                    call.reply(CommandResult.data(PythonJson.indented(report(answers, call.now()), 2)));
                }
            }, refused -> {
                if (!failed[0]) {
                    failed[0] = true;
                    call.reply(refused);
                }
            });
        }
        return CommandResult.later();
    }

    private ObjectNode report(Map<String, JsonNode> answers, Utime now) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.set("version", version(answers.get("version").path("version").asText()));
        ObjectNode crashed = report.putObject("crashes");
        crashed.set("summary", crashes.counts(HISTORY_HOURS, now));
        crashed.put("hours", HISTORY_HOURS);
        ObjectNode health = report.putObject("health");
        health.set("current", answers.get("health"));
        health.set("history", history.report(HISTORY_HOURS, now));
        report.set("config", answers.get("config dump"));
        report.set("osd_dump", osdDump(answers.get("osd dump")));
        report.set("df", answers.get("df"));
        report.set("osd_tree", answers.get("osd tree"));
        report.set("fs_map", answers.get("fs dump"));
        report.set("crush_map", answers.get("osd crush dump"));
        report.set("mon_map", answers.get("mon_status").path("monmap"));
        JsonFormatter services = new JsonFormatter(false);
        core.get().dumpServices(services);
        report.set("service_map", parsed(services));
        report.set("manager_map", answers.get("mgr dump"));
        report.set("mon_status", answers.get("mon_status"));
        report.set("pg_summary", groups(core.get().pgMap()));
        report.set("osd_metadata", metadata(answers.get("osd metadata")));
        report.putArray("errors");
        return report;
    }

    private static ObjectNode version(String text) {
        ObjectNode version = JsonNodeFactory.instance.objectNode().put("full", text);
        Matcher numbers = VERSION.matcher(text);
        if (numbers.lookingAt()) {
            version.put("release", Integer.parseInt(numbers.group(1)));
            version.put("major", Integer.parseInt(numbers.group(2)));
            version.put("minor", Integer.parseInt(numbers.group(3)));
        }
        return version;
    }

    private static JsonNode parsed(JsonFormatter written) {
        try {
            return JSON.readTree(written.text());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// With what each OSD reports.
    private JsonNode osdDump(JsonNode dump) {
        ObjectNode map = dump.deepCopy();
        map.remove("pg_temp");
        Map<Integer, MgrSession> sessions = new TreeMap<>();
        core.get().sessions().forEach(session -> {
            if (session.daemon().startsWith("osd.")) {
                sessions.put((int) session.peer().number(), session);
            }
        });
        for (JsonNode each : map.path("osds")) {
            ObjectNode osd = (ObjectNode) each;
            int id = osd.path("osd").asInt();
            var stat = core.get().pgMap().osds().get(id);
            if (stat != null) {
                JsonFormatter f = new JsonFormatter(false);
                f.openObject().dump("osd", id);
                StatDump.osd(stat, f);
                f.close();
                osd.set("osd_stats", parsed(f));
            }
            ObjectNode stats = osd.putObject("stats");
            MgrSession session = sessions.get(id);
            for (String path : OSD_STATS) {
                MgrSession.Counter counter = session == null ? null : session.counters().get(path);
                stats.put(path.substring("osd.".length()), counter == null ? 0 : counter.value());
            }
        }
        return map;
    }

    private static ObjectNode groups(PgMap map) {
        NavigableMap<Integer, NavigableMap<String, Integer>> byOsd = new TreeMap<>();
        NavigableMap<Long, NavigableMap<String, Integer>> byPool = new TreeMap<>();
        NavigableMap<String, Integer> all = new TreeMap<>();
        map.pgs().forEach((id, pg) -> {
            String state = PgStates.text(pg.state());
            all.merge(state, 1, Integer::sum);
            byPool.computeIfAbsent(id.pool(), p -> new TreeMap<>()).merge(state, 1, Integer::sum);
            pg.acting().forEach(osd -> byOsd.computeIfAbsent(osd, o -> new TreeMap<>()).merge(state, 1, Integer::sum));
        });
        ObjectNode summary = JsonNodeFactory.instance.objectNode();
        ObjectNode osds = summary.putObject("by_osd");
        byOsd.forEach((osd, states) -> states.forEach(osds.putObject(osd.toString())::put));
        ObjectNode pools = summary.putObject("by_pool");
        byPool.forEach((pool, states) -> states.forEach(pools.putObject(pool.toString())::put));
        all.forEach(summary.putObject("all")::put);
        JsonFormatter f = new JsonFormatter(false);
        f.openObject();
        StatDump.pool(map.sum(), f);
        f.close();
        summary.set("pg_stats_sum", parsed(f));
        return summary;
    }

    private static ObjectNode metadata(JsonNode osds) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        for (JsonNode osd : osds) {
            ObjectNode facts = osd.deepCopy();
            facts.remove("id");
            all.set(osd.path("id").asText(), facts);
        }
        return all;
    }
}
