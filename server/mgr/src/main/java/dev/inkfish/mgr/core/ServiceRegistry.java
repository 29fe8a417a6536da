package dev.inkfish.mgr.core;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMgrOpen;
import dev.inkfish.wire.message.MMgrReport;
import dev.inkfish.wire.message.MMgrUpdate;
import dev.inkfish.wire.mon.ServiceMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Daemons that registered as services, as long as their sessions last.
public final class ServiceRegistry {
    private record Entry(String service, String name, ServiceMap.Daemon daemon, State state) {
        Entry with(ServiceMap.Daemon other) {
            return new Entry(service, name, other, state);
        }

        Entry with(State other) {
            return new Entry(service, name, daemon, other);
        }
    }

    /// What a daemon said last of how it is.
    ///
    /// @param since when it said so first
    /// @param heard when it last reported
    public record State(Utime since, Utime heard, Map<String, String> status) {}

    private final NavigableMap<Long, Entry> entries = new TreeMap<>();
    private boolean changed = true;
    private int epoch;
    private Utime modified = Utime.ZERO;

    void add(MgrSession session, MMgrOpen open, int osdEpoch, Utime now) {
        ServiceMap.Daemon daemon = new ServiceMap.Daemon(
                Math.max(0, session.peer().number()),
                session.address().isBlank() ? EntityAddr.NONE : session.address(),
                osdEpoch,
                now,
                open.metadata(),
                new TreeMap<>());
        entries.put(session.id(), new Entry(open.service(), open.daemon(), daemon, new State(now, now, open.status())));
        changed = true;
    }

    boolean update(long session, MMgrUpdate update) {
        Entry old = entries.get(session);
        if (old == null || update.metadata().isEmpty()) {
            return false;
        }
        ServiceMap.Daemon d = old.daemon;
        entries.put(session, old.with(new ServiceMap.Daemon(
                d.gid(), d.addr(), d.startEpoch(), d.startStamp(), new TreeMap<>(update.metadata()), d.taskStatus())));
        changed = true;
        return true;
    }

    boolean report(long session, MMgrReport report, Utime now) {
        Entry old = entries.get(session);
        if (old == null) {
            return false;
        }
        Map<String, String> status = report.status();
        Entry heard = old.with(status == null ? new State(old.state.since, now, old.state.status) : new State(now, now, status));
        entries.put(session, heard);
        Map<String, String> tasks = report.taskStatus();
        if (tasks == null || tasks.equals(old.daemon.taskStatus())) {
            return false;
        }
        ServiceMap.Daemon d = old.daemon;
        entries.put(session, heard.with(new ServiceMap.Daemon(
                d.gid(), d.addr(), d.startEpoch(), d.startStamp(), d.metadata(), new TreeMap<>(tasks))));
        changed = true;
        return true;
    }

    /// By service, then by daemon.
    public NavigableMap<String, NavigableMap<String, State>> states() {
        NavigableMap<String, NavigableMap<String, State>> all = new TreeMap<>();
        entries.values().forEach(entry ->
                all.computeIfAbsent(entry.service, service -> new TreeMap<>()).put(entry.name, entry.state));
        return all;
    }

    boolean remove(long session) {
        boolean removed = entries.remove(session) != null;
        changed |= removed;
        return removed;
    }

    /// `service dump`
    void dump(Formatter f) {
        f.openObject("service_map").dump("epoch", epoch).dump("modified", Stamp.text(modified)).openObject("services");
        services().forEach((name, service) -> {
            f.openObject(name).openObject("daemons").dump("summary", service.summary());
            service.daemons().forEach((id, daemon) -> dump(f, id, daemon));
            f.close().close();
        });
        f.close().close();
    }

    private static void dump(Formatter f, String id, ServiceMap.Daemon daemon) {
        f.openObject(id).dump("start_epoch", daemon.startEpoch()).dump("start_stamp", Stamp.text(daemon.startStamp()));
        f.dump("gid", daemon.gid()).dump("addr", daemon.addr().bare()).openObject("metadata");
        daemon.metadata().forEach(f::dump);
        f.close().openObject("task_status");
        daemon.taskStatus().forEach(f::dump);
        f.close().close();
    }

    private NavigableMap<String, ServiceMap.Service> services() {
        NavigableMap<String, ServiceMap.Service> services = new TreeMap<>();
        entries.values().forEach(entry -> services
                .computeIfAbsent(entry.service, s -> new ServiceMap.Service(new TreeMap<>(), ""))
                .daemons()
                .put(entry.name, entry.daemon));
        return services;
    }

    /// The encoded map if it changed since the last call; otherwise empty.
    Bytes takeChanged(Utime now) {
        if (!changed) {
            return Bytes.EMPTY;
        }
        changed = false;
        epoch++;
        modified = now;
        ServiceMap map = new ServiceMap(epoch, now, services());
        return WireWriter.encode(map, (m, out) -> m.encode(out, Features.PACIFIC));
    }
}
