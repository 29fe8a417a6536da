package dev.inkfish.mon.health;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.stats.PgMapText;
import dev.inkfish.command.stats.Units;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.mgr.MgrMapService;
import dev.inkfish.mon.mgr.MgrStatService;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.MgrMap;
import dev.inkfish.wire.mon.MonMap;
import dev.inkfish.wire.mon.ProgressEvent;
import dev.inkfish.wire.mon.ServiceMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/// `ceph -s` (`Monitor::get_cluster_status`).
public final class StatusCommands {
    private static final Set<String> DAEMONS = Set.of("osd", "client", "mon", "mds", "mgr");
    /// One monitor holds no elections; Ceph counts the first one as 3.
    private static final String EMPTY_LINE = " \n";

    private final MonCore mon;
    private final MonMapService monMap;
    private final Supplier<OsdMap> osdMap;
    private final MgrMapService mgrs;
    private final MgrStatService stats;
    private final HealthService health;

    public StatusCommands(
            MonCore mon,
            MonMapService monMap,
            Supplier<OsdMap> osdMap,
            MgrMapService mgrs,
            MgrStatService stats,
            HealthService health) {
        this.mon = mon;
        this.monMap = monMap;
        this.osdMap = osdMap;
        this.mgrs = mgrs;
        this.stats = stats;
        this.health = health;
    }

    public void register(CommandTable table) {
        table.add("status", "show cluster status", "mon", "r", this::status);
    }

    private CommandResult status(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(text());
        }
        dump(f);
        return CommandResult.line(f);
    }

    private long quorumAge() {
        return Math.max(0, mon.now().toMillis() - mon.quorum().since().toMillis()) / 1000;
    }

    private void dump(Formatter f) {
        MonMap monitors = monMap.map();
        f.openObject("status");
        f.dump("fsid", mon.fsid().toString());
        health.dump(f, false);
        f.dump("election_epoch", mon.quorum().epoch());
        f.openArray("quorum");
        mon.quorum().members().forEach(name -> f.dump("rank", monitors.rankOf(name)));
        f.close().openArray("quorum_names");
        mon.quorum().members().forEach(name -> f.dump("id", name));
        f.close().dump("quorum_age", quorumAge());
        f.openObject("monmap");
        f.dump("epoch", monitors.epoch());
        f.dump("min_mon_release_name", "pacific");
        f.dump("num_mons", monitors.ranks().size());
        f.close().openObject("osdmap");
        OsdMapText.summary(osdMap.get(), f);
        f.close().openObject("pgmap");
        PgMapText.summary(stats.digest(), f);
        f.close().openObject("fsmap");
        f.dump("epoch", 1).openArray("by_rank").close().dump("up:standby", 0);
        f.close().openObject("mgrmap");
        MgrMap managers = mgrs.map();
        f.dump("available", managers.available());
        f.dump("num_standbys", managers.standbys().size());
        f.openArray("modules");
        managers.modules().forEach(module -> f.dump("module", module));
        f.close().openObject("services");
        managers.services().forEach(f::dump);
        f.close().close().openObject("servicemap");
        stats.dump(f);
        f.close().openObject("progress_events");
        stats.progress().forEach((id, event) -> f.openObject(id)
                .dump("message", event.message())
                .dump("progress", (double) event.progress())
                .dump("add_to_ceph_s", event.inStatus())
                .close());
        f.close().close();
    }

    private String text() {
        StringBuilder out = new StringBuilder();
        out.append("  cluster:\n    id:     ").append(mon.fsid()).append("\n    health: ");
        out.append(health.text("\n            ", "\n            ", false)).append(EMPTY_LINE);
        services(out);
        tasks(out);
        out.append(EMPTY_LINE).append("  data:\n").append(PgMapText.summary(stats.digest())).append(EMPTY_LINE);
        NavigableMap<String, ProgressEvent> shown = new TreeMap<>(stats.progress());
        shown.values().removeIf(event -> !event.inStatus());
        if (!shown.isEmpty()) {
            out.append("  progress:\n");
            shown.values().forEach(event -> out.append("    ").append(event.message()).append('\n'));
            out.append(EMPTY_LINE);
        }
        return out.toString();
    }

    private void services(StringBuilder out) {
        Utime now = mon.now();
        MonMap monitors = monMap.map();
        ServiceMap map = stats.services();
        int width = 3;
        for (String service : map.services().keySet()) {
            width = Math.max(width, service.length());
        }
        String gap = " ".repeat(width - 3);
        out.append("  services:\n    mon: ").append(gap).append(monitors.ranks().size()).append(" daemons, quorum ");
        List<String> members = mon.quorum().members();
        out.append(String.join(",", members)).append(" (age ").append(Units.span(mon.quorum().since(), now)).append(')');
        List<String> absent = monitors.ranks().stream().filter(name -> !members.contains(name)).toList();
        if (!absent.isEmpty()) {
            out.append(", out of quorum: ").append(String.join(", ", absent));
        }
        out.append('\n');
        if (mgrs.everActive()) {
            out.append("    mgr: ").append(gap).append(managers(mgrs.map(), now)).append('\n');
        }
        out.append("    osd: ").append(gap).append(OsdMapText.summary(osdMap.get(), now, " ".repeat(width + 6)));
        for (Map.Entry<String, ServiceMap.Service> service : map.services().entrySet()) {
            if (!DAEMONS.contains(service.getKey())) {
                out.append("    ").append(service.getKey()).append(": ");
                out.repeat(" ", width - service.getKey().length()).append(service.getValue().text()).append('\n');
            }
        }
    }

    /// `x(active, since 5m), standbys: y`
    static String managers(MgrMap map, Utime now) {
        StringBuilder out = new StringBuilder();
        if (map.activeGid() != 0) {
            out.append(map.activeName()).append(map.available() ? "(active" : "(active, starting");
            if (!map.activeChange().isZero()) {
                out.append(", since ").append(Units.span(map.activeChange(), now));
            }
            out.append(')');
        } else {
            out.append("no daemons active");
            if (!map.activeChange().isZero()) {
                out.append(" (since ").append(Units.span(map.activeChange(), now)).append(')');
            }
        }
        if (!map.standbys().isEmpty()) {
            out.append(", standbys: ");
            out.append(String.join(", ", map.standbys().values().stream().map(MgrMap.Standby::name).toList()));
        }
        return out.toString();
    }

    private void tasks(StringBuilder out) {
        NavigableMap<String, NavigableMap<String, String>> byTask = new TreeMap<>();
        stats.services().services().forEach((service, of) -> of.daemons().forEach((id, daemon) ->
                daemon.taskStatus().forEach((task, state) -> byTask
                        .computeIfAbsent(task, t -> new TreeMap<>())
                        .put(service + "." + id, state))));
        if (byTask.isEmpty()) {
            return;
        }
        out.append(EMPTY_LINE).append("  task status:\n");
        byTask.forEach((task, states) -> {
            out.append("    ").append(task).append(":\n");
            states.forEach((daemon, state) ->
                    out.append("        ").append(daemon).append(": ").append(state).append('\n'));
        });
    }
}
