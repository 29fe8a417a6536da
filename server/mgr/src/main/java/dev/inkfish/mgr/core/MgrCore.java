package dev.inkfish.mgr.core;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.cephx.caps.MgrCap;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.stats.PgMapText;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.LocalCommands;
import dev.inkfish.conf.ReportedConfig;
import dev.inkfish.conf.RuntimeConfig;
import dev.inkfish.mgr.command.CommandRunner;
import dev.inkfish.mgr.command.MgrModuleCommands;
import dev.inkfish.mgr.health.ManagerHealth;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MLog;
import dev.inkfish.wire.message.MCommand;
import dev.inkfish.wire.message.MCommandReply;
import dev.inkfish.wire.message.MMgrBeacon;
import dev.inkfish.wire.message.MMgrClose;
import dev.inkfish.wire.message.MMgrCommand;
import dev.inkfish.wire.message.MMgrCommandReply;
import dev.inkfish.wire.message.MMgrConfigure;
import dev.inkfish.wire.message.MMgrMap;
import dev.inkfish.wire.message.MMgrOpen;
import dev.inkfish.wire.message.MMgrReport;
import dev.inkfish.wire.message.MMgrUpdate;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonMgrReport;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.message.MOSDForceRecovery;
import dev.inkfish.wire.message.MOSDScrub2;
import dev.inkfish.wire.message.MPGStats;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.CommandDescription;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.LogEntry;
import dev.inkfish.wire.mon.MgrMap;
import dev.inkfish.wire.mon.MgrModule;
import dev.inkfish.wire.mon.OsdPerfQuery;
import dev.inkfish.wire.mon.PgMapDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The manager without its surroundings (`MgrStandby`, `Mgr`, `DaemonServer`). It tells the monitors that
/// it lives; chosen by them, it takes the reports of OSDs, serves commands, and reports sums.
public final class MgrCore {
    /// Older clients leave the cluster's id out of commands that are not for the daemon itself.
    private static final UUID NO_FSID = new UUID(0, 0);

    /// `mgr_tick_period`: beacons, and the interval of rates.
    private static final long BEACON_NANOS = 2_000_000_000L;
    /// The longest time between reports, `mgr_stats_period`.
    private static final long REPORT_NANOS = 5_000_000_000L;
    /// `mgr_stats_period` and `mgr_stats_threshold`, for those who report to us.
    private static final int STATS_PERIOD = 5;
    private static final int STATS_THRESHOLD = 5;

    private static final MgrSession MONITOR = new MgrSession(
            0, EntityName.mon(0), new EntityAuthName(EntityType.MON, ""), EntityAddr.NONE, MgrCap.ALL);

    private final String name;
    private final UUID fsid;
    private final Conf conf;
    private final MgrEffects effects;
    private final NavigableMap<String, String> metadata;
    private final PgMap pgMap = new PgMap();
    private final ServiceRegistry services = new ServiceRegistry();
    private final ProgressLog progress = new ProgressLog();
    private final PerfCollector perf = new PerfCollector();
    private final NavigableMap<String, String> endpoints = new TreeMap<>();
    private final NavigableMap<String, String> problems = new TreeMap<>();
    private final ManagerHealth health;
    private final ModuleStore store;
    private final CommandRunner commands;
    private final PgNumSteps pgNumSteps;
    private final Autoscaler autoscaler;
    private final List<MgrModuleCommands> modules;
    private final NavigableMap<Long, MgrSession> sessions = new TreeMap<>();
    private MgrMap mgrMap = MgrMap.EMPTY;
    private EntityAddrVec addrs = EntityAddrVec.EMPTY;
    private long gid;
    /// `ceph tell mgr.<name> …`: what concerns the daemon itself.
    private final CommandRunner tell;
    private boolean chosen;
    private boolean hasOsdMap;
    private boolean dirty;
    private Utime lastBeacon = Utime.ZERO;
    private Utime lastReport = Utime.ZERO;
    private Utime lastSample = Utime.ZERO;
    private Utime lastLine = Utime.ZERO;
    private long logged;

    /// @param metadata what `ceph mgr metadata` shows of it
    public MgrCore(
            String name,
            UUID fsid,
            Conf conf,
            NavigableMap<String, String> metadata,
            List<MgrModuleCommands> modules,
            CommandTable table,
            MgrEffects effects) {
        this.name = name;
        this.fsid = fsid;
        this.conf = conf;
        this.effects = effects;
        this.metadata = metadata;
        this.modules = List.copyOf(modules);
        this.pgNumSteps = new PgNumSteps(conf);
        this.autoscaler = new Autoscaler(conf);
        this.health = new ManagerHealth(conf);
        this.store = new ModuleStore(conf, effects);
        this.commands = new CommandRunner(table, this::isLoaded);
        CommandTable told = new CommandTable();
        told.add("version", "get ceph version", "mgr", "r", MgrCore::version);
        new RuntimeConfig(conf, "mgr").register(told);
        LocalCommands.register(told, conf);
        new DaemonCommands(this).register(told);
        LocalCommands.registerUnnamed(told, conf);
        this.tell = new CommandRunner(told, module -> true);
        modules.forEach(commands::register);
    }

    private static CommandResult version(CommandContext call) {
        Formatter f = call.formatter("json-pretty").openObject("version");
        f.dump("version", "16.2.15").dump("release", "pacific").dump("release_type", "stable");
        return CommandResult.data(f.close());
    }

    /// `ceph tell mgr.<name> …` and the admin socket's.
    public CommandTable tells() {
        return tell.table();
    }

    public Autoscaler autoscaler() {
        return autoscaler;
    }

    public PgMap pgMap() {
        return pgMap;
    }

    /// Asks OSDs to count operations apart, besides what they count already.
    public void addPerfQuery(OsdPerfQuery query, Collection<OsdPerfQuery.Limit> limits) {
        perf.add(query, limits);
        configureOsds();
    }

    public void removePerfQuery(OsdPerfQuery query) {
        perf.remove(query);
        configureOsds();
    }

    private void configureOsds() {
        for (MgrSession session : sessions.values()) {
            if (session.peer().type() == EntityType.OSD) {
                effects.send(session, new MMgrConfigure(STATS_PERIOD, STATS_THRESHOLD, perf.queries()), 0);
            }
        }
    }

    long mapEpoch() {
        return mgrMap.epoch();
    }

    /// From how many milliseconds on an OSD's pings are slow.
    long slowPingMillis() {
        return health.slowPingMillis();
    }

    public PerfCollector perf() {
        return perf;
    }

    public ServiceRegistry services() {
        return services;
    }

    public ProgressLog progress() {
        return progress;
    }

    public ModuleStore store() {
        return store;
    }

    public UUID fsid() {
        return fsid;
    }

    public MgrEffects effects() {
        return effects;
    }

    public Collection<MgrSession> sessions() {
        return sessions.values();
    }

    /// The options of a daemon that reports here, or of this manager; null for others.
    public @Nullable ReportedConfig configOf(String daemon) {
        if (daemon.equals("mgr." + name)) {
            return ReportedConfig.of(conf);
        }
        return sessions.values().stream()
                .filter(session -> session.daemon().equals(daemon) && session.peer().type() != EntityType.CLIENT)
                .map(MgrSession::config).findFirst().orElse(null);
    }

    /// Whether the monitors chose this manager and it serves.
    public boolean isActive() {
        return chosen && hasOsdMap;
    }

    // ---- the monitors

    /// A session with a monitor is up.
    public void session(long globalId, EntityAddrVec ownAddrs, Utime now) {
        gid = globalId;
        addrs = ownAddrs;
        beacon(now);
    }

    public void fromMonitor(Message message, long tid, Utime now) {
        switch (message) {
            case MMgrMap map -> mgrMap(map.map(), now);
            case MOSDMap maps -> osdMaps(maps, now);
            // passed on for a client that sent it to the monitors, who looked at its capabilities
            case MMgrCommand command -> commands.run(MONITOR, command.cmd(), command.data(), now, allowed -> {}, (code, status, data) ->
                    effects.toMonitor(new MMgrCommandReply(code, status, data), tid));
            default -> {}
        }
    }

    private void mgrMap(MgrMap map, Utime now) {
        boolean wasActive = isActive();
        mgrMap = map;
        chosen = gid != 0 && map.activeGid() == gid;
        if (isActive() != wasActive) {
            effects.log(isActive() ? "active" : "standing by");
            beacon(now);
            if (!isActive()) {
                modules.forEach(MgrModuleCommands::rest);
            }
        }
    }

    private void osdMaps(MOSDMap message, Utime now) {
        OsdMap map = pgMap.osdMap();
        for (Map.Entry<Integer, Bytes> full : message.maps().entrySet()) {
            if (full.getKey() > map.epoch()) {
                map = OsdMap.decode(full.getValue());
            }
        }
        for (Map.Entry<Integer, Bytes> incremental : message.incrementals().entrySet()) {
            if (incremental.getKey() == map.epoch() + 1) {
                map = map.apply(OsdMapIncremental.decode(incremental.getValue()));
            }
        }
        if (map.epoch() > pgMap.osdMap().epoch()) {
            boolean first = !hasOsdMap;
            hasOsdMap = true;
            pgMap.osdMap(map, now);
            dirty = true;
            if (first && isActive()) {
                beacon(now);
            }
        }
    }

    private void beacon(Utime now) {
        if (gid == 0) {
            return;
        }
        lastBeacon = now;
        boolean available = isActive();
        List<CommandDescription> descriptions = new ArrayList<>();
        // the monitors keep them once we are known to be available
        if (available && !(mgrMap.activeGid() == gid && mgrMap.available())) {
            for (Command command : commands.table().all()) {
                descriptions.add(new CommandDescription(
                        command.signature().text(), command.help(), command.module(), command.perm(), command.flags()));
            }
        }
        List<MgrModule> known = modules.stream()
                .filter(module -> !module.name().isEmpty())
                .map(module -> MgrModule.of(module.name()))
                .toList();
        effects.toMonitor(new MMgrBeacon(
                addrs, gid, available, name, fsid, descriptions, metadata, new TreeMap<>(endpoints), known, Features.PACIFIC,
                List.of()), 0);
    }

    /// Several times a second.
    public void tick(Utime now) {
        if (now.toNanos() - lastBeacon.toNanos() >= BEACON_NANOS) {
            beacon(now);
        }
        if (!isActive()) {
            return;
        }
        if (now.toNanos() - lastSample.toNanos() >= BEACON_NANOS) {
            lastSample = now;
            pgMap.sampleRates(now);
            dirty = true;
            pgNumSteps.next(pgMap).forEach(this::stepPgNum);
        }
        modules.forEach(module -> module.serve(now));
        if (dirty || now.toNanos() - lastReport.toNanos() >= REPORT_NANOS) {
            report(now);
        }
    }

    private void stepPgNum(PgNumSteps.Step step) {
        ObjectNode command = JsonNodeFactory.instance.objectNode();
        switch (step) {
            case PgNumSteps.SetNumber set -> command.put("prefix", "osd pool set").put("pool", set.pool())
                    .put("var", set.variable()).put("val", Integer.toString(set.value()));
            case PgNumSteps.ClearUpmap clear -> command
                    .put("prefix", clear.whole() ? "osd rm-pg-upmap" : "osd rm-pg-upmap-items")
                    .put("pgid", clear.pg().toString());
        }
        effects.toMonitor(new MMonCommand(fsid, List.of(command.toString()), Bytes.EMPTY), 0);
    }

    private void report(Utime now) {
        lastReport = now;
        dirty = false;
        PgMapDigest sums = pgMap.digest();
        Bytes digest = WireWriter.encode(sums, (d, out) -> d.encode(out));
        effects.toMonitor(new MMonMgrReport(
                checks(now), services.takeChanged(now), progress.forMonitors(now), gid, digest), 0);
        if (now.toNanos() - lastLine.toNanos() >= BEACON_NANOS) {
            lastLine = now;
            clusterLog("pgmap v" + pgMap.version() + ": " + PgMapText.oneLine(sums), now);
        }
    }

    private NavigableMap<String, HealthCheck> checks(Utime now) {
        NavigableMap<String, HealthCheck> checks = health.check(pgMap, sessions.values(), now);
        autoscaler.check(pgMap, checks);
        modules.forEach(module -> module.check(checks, now));
        if (!problems.isEmpty()) {
            List<String> detail = new ArrayList<>();
            problems.forEach((module, why) -> detail.add("Module '" + module + "' has failed: " + why));
            String summary = detail.size() == 1 ? detail.getFirst() : detail.size() + " mgr modules have failed";
            checks.put("MGR_MODULE_ERROR", HealthCheck.error(summary, detail.size(), detail));
        }
        return checks;
    }

    private boolean isLoaded(String module) {
        return isEnabled(module) || mgrMap.alwaysOn().values().stream().anyMatch(names -> names.contains(module));
    }

    /// Whether an operator enabled a module.
    public boolean isEnabled(String module) {
        return mgrMap.modules().contains(module);
    }

    /// What a module serves, for `ceph mgr services`; null for nothing.
    public void endpoint(String module, @Nullable String uri) {
        if (uri == null) {
            endpoints.remove(module);
        } else {
            endpoints.put(module, uri);
        }
    }

    /// Why a module does not work; null where it does.
    public void problem(String module, @Nullable String why) {
        if (why == null) {
            problems.remove(module);
        } else {
            problems.put(module, why);
        }
    }

    /// What a client wants of us goes into the audit log; the monitors note what they pass on themselves.
    private Consumer<Boolean> audit(MgrSession session, List<String> words, Utime now) {
        String what = "from='" + session.peer() + " -' entity='" + session.authName() + "' cmd=[" + String.join(",", words) + "]:";
        return allowed -> log("audit", allowed ? LogEntry.DEBUG : LogEntry.INFO, what + (allowed ? " dispatch" : "  access denied"), now);
    }

    /// A line for those who watch the cluster's log at level debug.
    private void clusterLog(String line, Utime now) {
        log("cluster", LogEntry.DEBUG, line, now);
    }

    private void log(String channel, int level, String line, Utime now) {
        LogEntry entry = new LogEntry(new EntityAuthName(EntityType.MGR, name), new EntityName(EntityType.MGR, gid), addrs,
                now, ++logged, level, line, channel);
        effects.toMonitor(new MLog(0, fsid, List.of(entry)), 0);
    }

    public void dumpServices(Formatter f) {
        services.dump(f);
    }

    /// Asks an OSD to recover or to backfill groups that it is primary of before all others, or not any more.
    ///
    /// @param options of [MOSDForceRecovery]
    public void forceRecovery(int osd, List<PgId> groups, int options) {
        effects.toOsd(osd, new MOSDForceRecovery(fsid, groups.stream().map(SpgId::of).toList(), options));
    }

    /// Asks an OSD to compare the copies of groups it is primary of.
    public void scrub(int osd, List<PgId> groups, boolean repair, boolean deep) {
        effects.toOsd(osd, new MOSDScrub2(
                fsid, pgMap.osdMap().epoch(), groups.stream().map(SpgId::of).toList(), repair, deep));
    }

    // ---- peers

    public void opened(MgrSession session) {
        sessions.put(session.id(), session);
    }

    public void closed(MgrSession session) {
        sessions.remove(session.id());
        if (services.remove(session.id())) {
            dirty = true;
        }
    }

    public void message(MgrSession session, Message message, long tid, Utime now) {
        switch (message) {
            case MMgrOpen open -> {
                session.opened(open);
                if (open.serviceDaemon()) {
                    services.add(session, open, pgMap.osdMap().epoch(), now);
                    dirty = true;
                }
                effects.send(session, new MMgrConfigure(STATS_PERIOD, STATS_THRESHOLD, perf.queries()), 0);
            }
            case MMgrUpdate update -> dirty |= services.update(session.id(), update);
            case MMgrReport report -> {
                session.report(report, now);
                perf.report(report.perfReports());
                dirty |= services.report(session.id(), report, now);
            }
            // the peer waits for its own message to come back
            case MMgrClose close -> {
                services.remove(session.id());
                effects.send(session, close, tid);
            }
            case MPGStats stats when session.peer().type() == EntityType.OSD -> {
                pgMap.report((int) session.peer().number(), stats, now);
                dirty = true;
            }
            case MMgrCommand command -> commands.run(session, command.cmd(), command.data(), now, audit(session, command.cmd(), now), (code, status, data) ->
                    effects.send(session, new MMgrCommandReply(code, status, data), tid));
            case MCommand command -> (command.fsid().equals(NO_FSID) ? commands : tell).run(session, command.cmd(), command.data(), now, audit(session, command.cmd(), now), (code, status, data) ->
                    effects.send(session, new MCommandReply(code, status, data), tid));
            default -> {}
        }
    }
}
