package dev.inkfish.mon.mgr;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandSignature;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.NewCluster;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMgrBeacon;
import dev.inkfish.wire.message.MMgrCommandReply;
import dev.inkfish.wire.message.MMgrMap;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.CommandDescription;
import dev.inkfish.wire.mon.MgrMap;
import dev.inkfish.wire.mon.MgrModule;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which manager is active (`MgrMonitor`): the first that shows up; when its beacons cease, one that stands by.
public final class MgrMapService extends MonService {
    private static final String NAMESPACE = "mgr";
    private static final String MAP = "map";
    private static final String COMMANDS = "commands";
    private static final String EVER_ACTIVE = "ever_had_active_mgr";
    private static final String METADATA = "metadata/";
    /// The number of Pacific, under which modules are listed that are always on.
    private static final int RELEASE = 16;
    /// `always_on_modules` of Pacific; all others an operator enables.
    private static final List<String> ALWAYS_ON = List.of("balancer", "crash", "devicehealth", "orchestrator",
            "pg_autoscaler", "progress", "rbd_support", "status", "telemetry", "volumes");

    /// Those of `mgr_initial_modules` that are there.
    private static final List<String> INITIAL = List.of("iostat", "restful");

    private final CommandProxy proxy = new CommandProxy(this::toActive);
    /// The session of each manager, by global id.
    private final NavigableMap<Long, MonSession> managers = new TreeMap<>();
    private MgrMap map = MgrMap.EMPTY;
    private boolean everActive;
    private List<Command> commands = List.of();
    private final NavigableMap<String, NavigableMap<String, String>> metadata = new TreeMap<>();
    /// When each manager was last heard of, by global id. Not kept: a new monitor waits afresh.
    private final NavigableMap<Long, Utime> lastBeacons = new TreeMap<>();
    private @Nullable MgrMap pending;
    private @Nullable List<CommandDescription> pendingCommands;
    private final NavigableMap<String, @Nullable NavigableMap<String, String>> pendingMetadata = new TreeMap<>();

    public MgrMapService(MonCore mon) {
        super(mon);
        mon.topic("mgrmap", this::check);
        mon.managerCommands(() -> commands, proxy);
    }

    @Override
    public String name() {
        return NAMESPACE;
    }

    /// The committed map.
    public MgrMap map() {
        return map;
    }

    /// Whether there was ever an active manager: before, nobody misses one.
    public boolean everActive() {
        return everActive;
    }

    /// What each manager told of its machine, by name.
    public NavigableMap<String, NavigableMap<String, String>> metadata() {
        return metadata;
    }

    /// What the active manager serves.
    public List<Command> managerCommands() {
        return commands;
    }

    @Override
    public void createInitial(MonTransaction transaction, NewCluster cluster) {
        transaction.put(NAMESPACE, MAP, encoded(edit(MgrMap.EMPTY).modules(new TreeSet<>(INITIAL)).epoch(1).map()));
    }

    @Override
    public void refresh(StoreView store) {
        pending = null;
        pendingCommands = null;
        pendingMetadata.clear();
        int before = map.epoch();
        Bytes stored = store.get(NAMESPACE, MAP);
        map = stored == null ? MgrMap.EMPTY : MgrMap.decode(stored.reader());
        everActive = store.number(NAMESPACE, EVER_ACTIVE) != 0;
        Bytes described = store.get(NAMESPACE, COMMANDS);
        List<CommandDescription> descriptions =
                described == null ? List.of() : described.reader().list(CommandDescription::decode);
        commands = descriptions.stream().map(MgrMapService::command).toList();
        metadata.clear();
        store.scan(NAMESPACE, METADATA).forEach((key, value) -> metadata.put(
                key.substring(METADATA.length()), value.reader().map(WireReader::string, WireReader::string)));
        if (map.epoch() != before) {
            mon.checkSubscriptions("mgrmap");
        }
    }

    @Override
    public void leaderChanged() {
        lastBeacons.clear();
        managers.clear();
        proxy.forget();
    }

    private static Command command(CommandDescription d) {
        return new Command(
                CommandSignature.parse(d.signature()), d.help(), d.module(), d.permissions(),
                (int) d.flags() | Command.FLAG_MGR,
                call -> {
                    throw new IllegalStateException(call.prefix() + " is the manager's");
                });
    }

    @Override
    public boolean hasPending() {
        return pending != null || pendingCommands != null || !pendingMetadata.isEmpty();
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        MgrMap next = pending;
        if (next != null) {
            transaction.put(NAMESPACE, MAP, encoded(next));
            if (next.activeGid() != 0 && !everActive) {
                transaction.putNumber(NAMESPACE, EVER_ACTIVE, 1);
            }
        }
        List<CommandDescription> described = pendingCommands;
        if (described != null) {
            WireWriter out = new WireWriter();
            out.list(described, (w, d) -> d.encode(w));
            transaction.put(NAMESPACE, COMMANDS, out.toBytes());
        }
        pendingMetadata.forEach((name, facts) -> {
            if (facts == null) {
                transaction.erase(NAMESPACE, METADATA + name);
            } else {
                WireWriter out = new WireWriter();
                out.map(facts, WireWriter::string, WireWriter::string);
                transaction.put(NAMESPACE, METADATA + name, out.toBytes());
            }
        });
    }

    private static Bytes encoded(MgrMap of) {
        return WireWriter.encode(of, (m, out) -> m.encode(out, Features.PACIFIC));
    }

    private void check(Subscription subscription) {
        if (subscription.next() <= map.epoch()) {
            mon.send(subscription.session(), new MMgrMap(map));
            subscription.sent(map.epoch());
        }
    }

    @Override
    public long newestVersion() {
        return map.epoch();
    }

    @Override
    public long oldestVersion() {
        return map.epoch();
    }

    // ---- managers come and go

    @Override
    public boolean handle(MonSession session, Message message, long tid, Utime now) {
        if (message instanceof MMgrCommandReply reply && managers.containsValue(session)) {
            proxy.answered(tid, reply);
            return true;
        }
        if (!(message instanceof MMgrBeacon beacon)) {
            return false;
        }
        if (session.caps().canExecute(session, "mgr") && beacon.fsid().equals(mon.fsid()) && beacon.gid() != 0) {
            managers.put(beacon.gid(), session);
            mon.whenWriteable(() -> beacon(beacon));
        }
        return true;
    }

    @Override
    public void sessionClosed(MonSession session) {
        if (managers.values().remove(session)) {
            proxy.lost();
        }
    }

    /// @return whether there is a session to send it on
    private boolean toActive(Message message, long tid) {
        MonSession session = managers.get(map.activeGid());
        if (session != null) {
            mon.send(session, message, tid);
        }
        return session != null;
    }

    private void beacon(MMgrBeacon beacon) {
        Utime now = mon.now();
        lastBeacons.put(beacon.gid(), now);
        MgrMap current = pending();
        if (current.activeGid() != beacon.gid() && current.activeName().equals(beacon.name())) {
            // a new instance of the active one: the old one is dead
            current = withoutActive(current, now);
        }
        current = withoutStandby(current, beacon.name(), beacon.gid());
        if (current.activeGid() == 0) {
            current = promote(current, beacon, now);
        } else if (current.activeGid() == beacon.gid()) {
            current = edit(current).active(beacon, now).map();
        } else {
            NavigableMap<Long, MgrMap.Standby> standbys = new TreeMap<>(current.standbys());
            standbys.put(beacon.gid(), new MgrMap.Standby(
                    beacon.gid(), beacon.name(), beacon.modules(), beacon.mgrFeatures()));
            current = edit(current).standbys(standbys).map();
        }
        propose(current);
        if (current.activeGid() == beacon.gid() && !beacon.commands().isEmpty()) {
            pendingCommands = beacon.commands();
        }
        if (!beacon.metadata().equals(metadata.get(beacon.name()))) {
            pendingMetadata.put(beacon.name(), beacon.metadata());
        }
    }

    private MgrMap pending() {
        return pending == null ? map : pending;
    }

    private void propose(MgrMap next) {
        if (!next.equals(pending())) {
            pending = edit(next).epoch(map.epoch() + 1).map();
        }
    }

    private static MgrMap promote(MgrMap from, MMgrBeacon beacon, Utime now) {
        NavigableMap<Long, MgrMap.Standby> standbys = new TreeMap<>(from.standbys());
        standbys.remove(beacon.gid());
        return edit(from).standbys(standbys).chosen(beacon.gid(), beacon.name(), now).active(beacon, now).map();
    }

    private static MgrMap withoutActive(MgrMap from, Utime now) {
        return edit(from).chosen(0, "", now).map();
    }

    private static MgrMap withoutStandby(MgrMap from, String name, long exceptGid) {
        NavigableMap<Long, MgrMap.Standby> standbys = new TreeMap<>(from.standbys());
        standbys.values().removeIf(standby -> standby.name().equals(name) && standby.gid() != exceptGid);
        return standbys.size() == from.standbys().size() ? from : edit(from).standbys(standbys).map();
    }

    /// Takes a manager out of office; the next that stands by takes over.
    ///
    /// @param who name or global id
    /// @return whether there was one
    boolean fail(String who) {
        MgrMap current = pending();
        if (current.activeGid() != 0 && isCalled(who, current.activeName(), current.activeGid())) {
            propose(replaced(current, mon.now()));
            return true;
        }
        NavigableMap<Long, MgrMap.Standby> standbys = new TreeMap<>(current.standbys());
        boolean removed = standbys.values().removeIf(standby -> isCalled(who, standby.name(), standby.gid()));
        if (removed) {
            propose(edit(current).standbys(standbys).map());
        }
        return removed;
    }

    private static boolean isCalled(String who, String name, long gid) {
        return who.equals(name) || who.equals(Long.toString(gid));
    }

    private static MgrMap replaced(MgrMap from, Utime now) {
        MgrMap without = withoutActive(from, now);
        Map.Entry<Long, MgrMap.Standby> next = without.standbys().firstEntry();
        if (next == null) {
            return without;
        }
        NavigableMap<Long, MgrMap.Standby> standbys = new TreeMap<>(without.standbys());
        standbys.remove(next.getKey());
        return edit(without).standbys(standbys).chosen(next.getKey(), next.getValue().name(), now).map();
    }

    @Override
    public void tick(Utime now) {
        long grace = (long) (mon.conf().seconds("mon_mgr_beacon_grace") * 1e9);
        MgrMap current = pending();
        if (current.activeGid() != 0) {
            lastBeacons.putIfAbsent(current.activeGid(), now);
        }
        current.standbys().keySet().forEach(gid -> lastBeacons.putIfAbsent(gid, now));
        NavigableSet<Long> silent = new TreeSet<>();
        lastBeacons.forEach((gid, at) -> {
            if (now.toNanos() - at.toNanos() > grace) {
                silent.add(gid);
            }
        });
        if (!silent.isEmpty()) {
            lastBeacons.keySet().removeAll(silent);
            mon.whenWriteable(() -> drop(silent));
        }
    }

    private void drop(NavigableSet<Long> silent) {
        MgrMap current = pending();
        NavigableMap<Long, MgrMap.Standby> standbys = new TreeMap<>(current.standbys());
        if (standbys.keySet().removeAll(silent)) {
            current = edit(current).standbys(standbys).map();
        }
        if (silent.contains(current.activeGid())) {
            current = replaced(current, mon.now());
        }
        propose(current);
    }

    /// Switches a module on or off.
    void module(String module, boolean on) {
        NavigableSet<String> modules = new TreeSet<>(pending().modules());
        if (on ? modules.add(module) : modules.remove(module)) {
            propose(edit(pending()).modules(modules).map());
        }
    }

    @Override
    public void registerCommands(CommandTable table) {
        new MgrMapCommands(this).register(table);
    }

    private static Draft edit(MgrMap from) {
        return new Draft(from);
    }

    /// A map under change.
    private static final class Draft {
        private MgrMap m;

        Draft(MgrMap from) {
            m = from;
        }

        private Draft with(
                int epoch, long gid, EntityAddrVec addrs, boolean available, String name, Utime change, long features,
                NavigableMap<Long, MgrMap.Standby> standbys, NavigableSet<String> modules, List<MgrModule> known,
                NavigableMap<String, String> services, List<MgrMap.Client> clients) {
            NavigableMap<Integer, NavigableSet<String>> always = new TreeMap<>();
            NavigableSet<String> names = new TreeSet<>(MgrMap.names(known));
            names.retainAll(ALWAYS_ON);
            always.put(RELEASE, names);
            m = new MgrMap(
                    epoch, gid, addrs, available, name, change, features, standbys, modules, always, known, services,
                    m.lastFailureOsdEpoch(), clients);
            return this;
        }

        Draft epoch(int epoch) {
            return with(
                    epoch, m.activeGid(), m.activeAddrs(), m.available(), m.activeName(), m.activeChange(),
                    m.activeFeatures(), m.standbys(), m.modules(), m.availableModules(), m.services(), m.clients());
        }

        Draft standbys(NavigableMap<Long, MgrMap.Standby> standbys) {
            return with(
                    m.epoch(), m.activeGid(), m.activeAddrs(), m.available(), m.activeName(), m.activeChange(),
                    m.activeFeatures(), standbys, m.modules(), m.availableModules(), m.services(), m.clients());
        }

        Draft modules(NavigableSet<String> modules) {
            return with(
                    m.epoch(), m.activeGid(), m.activeAddrs(), m.available(), m.activeName(), m.activeChange(),
                    m.activeFeatures(), m.standbys(), modules, m.availableModules(), m.services(), m.clients());
        }

        /// Another one is active from now on, or none; it does not serve yet.
        Draft chosen(long gid, String name, Utime now) {
            return with(
                    m.epoch(), gid, EntityAddrVec.EMPTY, false, name, now, 0, m.standbys(), m.modules(),
                    m.availableModules(), new TreeMap<>(), List.of());
        }

        /// What the active one says of itself.
        Draft active(MMgrBeacon beacon, Utime now) {
            boolean began = beacon.available() && !m.available();
            return with(
                    m.epoch(), m.activeGid(), beacon.addrs(), beacon.available(), m.activeName(),
                    began ? now : m.activeChange(), beacon.mgrFeatures(), m.standbys(), m.modules(), beacon.modules(),
                    beacon.services(), beacon.clients());
        }

        MgrMap map() {
            return m;
        }
    }
}
