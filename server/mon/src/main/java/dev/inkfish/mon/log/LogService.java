package dev.inkfish.mon.log;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonEffects;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.NewCluster;
import dev.inkfish.mon.map.MonMapDump;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.quorum.Quorum;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MLog;
import dev.inkfish.wire.message.MLogAck;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.LogEntry;
import dev.inkfish.wire.mon.MonMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Keeps the cluster log (`LogMonitor`): what daemons report, what administrators write, which commands
/// were given. Each version is a batch of lines; the newest versions are kept.
///
/// Lines that nobody waits for are written with the next proposal or tick, whichever is first.
public final class LogService extends MonService {
    private static final String LATEST = "last_committed";
    private static final String OLDEST = "first_committed";
    private static final String VERSION_KEY = "v%016x";
    private static final int MAX_VERSIONS = 500;
    private static final int MAX_KNOWN = 2000;
    private static final int MAX_QUEUED = 10_000;
    private static final String AUDIT = "audit";
    private static final String CLUSTER = "cluster";
    private static final List<String> LEVELS = List.of("debug", "info", "sec", "warn", "error");
    private static final List<String> MARKS = List.of("[DBG]", "[INF]", "[SEC]", "[WRN]", "[ERR]");

    /// Tells a line from its repetition.
    private record Key(EntityName rank, Utime stamp, long seq) {
        static Key of(LogEntry entry) {
            return new Key(entry.rank(), entry.stamp(), entry.seq());
        }
    }

    private final NavigableMap<String, List<LogEntry>> tails = new TreeMap<>();
    private final Set<Key> known = new LinkedHashSet<>();
    private List<LogEntry> queued = new ArrayList<>();
    private int inFlight;
    private long sequence;
    private long version;
    private long oldest;
    private boolean urgent;

    public LogService(MonCore mon) {
        super(mon);
        LEVELS.forEach(level -> mon.topic("log-" + level, this::check));
        mon.audit(this::audit);
    }

    @Override
    public String name() {
        return "logm";
    }

    @Override
    public void createInitial(MonTransaction transaction, NewCluster cluster) {
        transaction.put(name(), key(1), encode(List.of(new LogEntry(
                new EntityAuthName(EntityType.MON, mon.name()), EntityName.mon(0), EntityAddrVec.EMPTY, cluster.now(), 0,
                LogEntry.INFO, "mkfs " + mon.fsid(), CLUSTER))));
        transaction.putNumber(name(), OLDEST, 1);
        transaction.putNumber(name(), LATEST, 1);
    }

    @Override
    public void refresh(StoreView store) {
        long newest = store.number(name(), LATEST);
        oldest = store.number(name(), OLDEST);
        boolean first = version == 0; // what is there at the start was written before
        for (long v = Math.max(version + 1, oldest); v <= newest; v++) {
            for (LogEntry entry : entriesOf(v)) {
                remember(entry);
                if (!first) {
                    mon.effects().clusterLog(entry.channel(), entry.priority(), text(entry));
                }
            }
        }
        version = newest;
        queued = new ArrayList<>(queued.subList(Math.min(inFlight, queued.size()), queued.size()));
        inFlight = 0;
        LEVELS.forEach(level -> mon.checkSubscriptions("log-" + level));
    }

    @Override
    public void leaderChanged() {
        queued = new ArrayList<>();
        inFlight = 0;
        urgent = false;
        // what was queued and did not get into the log comes again
        known.clear();
        tails.values().forEach(tail -> tail.forEach(entry -> known.add(Key.of(entry))));
    }

    private void remember(LogEntry entry) {
        List<LogEntry> tail = tails.computeIfAbsent(entry.channel(), c -> new ArrayList<>());
        tail.add(entry);
        if (tail.size() > mon.conf().integer("mon_log_max_summary")) {
            tail.removeFirst();
        }
        known.add(Key.of(entry));
        if (known.size() > MAX_KNOWN) {
            known.remove(known.iterator().next());
        }
    }

    private List<LogEntry> entriesOf(long v) {
        Bytes encoded = mon.store().get(name(), key(v));
        return encoded == null ? List.of() : encoded.reader().list(LogEntry::decode);
    }

    private static Bytes encode(List<LogEntry> entries) {
        return new WireWriter().list(entries, (w, entry) -> entry.encode(w, Features.PACIFIC)).toBytes();
    }

    private static String key(long v) {
        return String.format(Locale.ROOT, VERSION_KEY, v);
    }

    @Override
    public boolean hasPending() {
        return urgent && !queued.isEmpty();
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        urgent = false;
        inFlight = queued.size();
        if (queued.isEmpty()) {
            return;
        }
        transaction.put(name(), key(version + 1), encode(queued));
        transaction.putNumber(name(), LATEST, version + 1);
        long keepFrom = Math.max(oldest, version + 1 - MAX_VERSIONS);
        for (long v = oldest; v < keepFrom; v++) {
            transaction.erase(name(), key(v));
        }
        transaction.putNumber(name(), OLDEST, keepFrom);
    }

    @Override
    public void tick(Utime now) {
        urgent = true;
    }

    // ---- writing

    private void queue(LogEntry entry) {
        if (queued.size() < MAX_QUEUED) {
            queued.add(entry);
        }
    }

    /// A line of this monitor's own in the cluster log.
    public void line(int priority, String text) {
        queue(own(priority, text, CLUSTER));
    }

    private LogEntry own(int priority, String text, String channel) {
        MonMap map = mon.service(MonMapService.class).map();
        int rank = mon.rank();
        EntityAddrVec addrs = rank < 0 ? EntityAddrVec.EMPTY : map.monitor(rank).addrs(); // not in it yet, or not any more
        return new LogEntry(
                new EntityAuthName(EntityType.MON, mon.name()), EntityName.mon(rank), addrs, mon.now(), ++sequence,
                priority, text, channel);
    }

    private void audit(@Nullable MonSession session, Command command, List<String> words, String what) {
        String from = session == null
                ? "from='admin socket' entity='admin socket' "
                : "from='" + auditName(session) + "' entity='" + session.authName() + "' ";
        String quote = what.equals("finished") ? "'" : "";
        String text = from + "cmd=" + quote + words + quote + ": " + what;
        queue(own(command.writes() ? LogEntry.INFO : LogEntry.DEBUG, text, AUDIT));
    }

    /// A command to this monitor itself, as it begins and ends.
    public void auditTold(Command command, List<String> arguments, boolean begins) {
        String text = "from='admin socket' entity='admin socket' cmd=" + (begins ? "'" + command.prefix() + "'" : command.prefix())
                + " args=[" + String.join(",", arguments) + "]: " + (begins ? "dispatch" : "finished");
        LogEntry entry = own(command.writes() ? LogEntry.INFO : LogEntry.DEBUG, text, AUDIT);
        if (mon.quorum().state() == Quorum.State.PEON) {
            mon.effects().toMonitor(mon.quorum().leader(), new PeerMessage.LogLines(mon.quorum().epoch(), List.of(entry)));
        } else {
            queue(entry);
        }
    }

    /// What a peon was told.
    public void fromPeer(List<LogEntry> lines) {
        lines.stream().filter(entry -> known.add(Key.of(entry))).forEach(this::queue);
    }

    /// Clients are not numbered here.
    private static EntityName nameInLog(MonSession session) {
        return session.peer().type() == EntityType.CLIENT ? EntityName.client(-1) : session.peer();
    }

    private static String auditName(MonSession session) {
        EntityAddr addr = session.addrs().front();
        return nameInLog(session) + " " + addr.bare();
    }

    @Override
    public boolean handle(MonSession session, Message message, long tid, Utime now) {
        if (!(message instanceof MLog log)) {
            return false;
        }
        if (!log.fsid().equals(mon.fsid()) || !session.isAuthenticated() || !session.caps().canWrite(session, "log")) {
            mon.effects().log(MonEffects.Level.WARN, "log lines from " + session + " refused");
            return true;
        }
        mon.whenWriteable(() -> {
            log.entries().stream().filter(entry -> known.add(Key.of(entry))).forEach(this::queue);
            urgent = true;
            if (!log.entries().isEmpty()) {
                LogEntry last = log.entries().getLast();
                mon.afterCommit(() -> mon.send(session, new MLogAck(log.fsid(), last.seq(), last.channel())));
            }
        });
        return true;
    }

    // ---- reading

    private void check(Subscription subscription) {
        if (subscription.next() > version) {
            return;
        }
        int level = LEVELS.indexOf(subscription.topic().substring("log-".length()));
        List<LogEntry> lines = new ArrayList<>();
        // a new subscriber gets the newest batch only
        long from = subscription.next() == 0 ? version : Math.max(subscription.next(), oldest);
        for (long v = from; v <= version; v++) {
            entriesOf(v).stream().filter(entry -> entry.priority() >= level).forEach(lines::add);
        }
        if (!lines.isEmpty()) {
            mon.send(subscription.session(), new MLog(version, mon.fsid(), lines));
        }
        subscription.sent(version);
    }

    @Override
    public void registerCommands(CommandTable table) {
        table.add("log name=logtext,type=CephString,n=N", "log supplied text to the monitor log", "mon", "rw", this::log);
        table.add("log last name=num,type=CephInt,range=1,req=false "
                        + "name=level,type=CephChoices,strings=debug|info|sec|warn|error,req=false "
                        + "name=channel,type=CephChoices,strings=*|cluster|audit|cephadm,req=false",
                "print last few lines of the cluster log", "mon", "r", this::last);
    }

    private CommandResult log(CommandContext call) {
        MonSession session = call.caller(Object.class) instanceof MonSession s ? s : null;
        LogEntry entry = new LogEntry(
                session == null ? new EntityAuthName(EntityType.MON, mon.name()) : session.authName(),
                session == null ? EntityName.mon(mon.rank()) : nameInLog(session),
                session == null ? EntityAddrVec.EMPTY : EntityAddrVec.of(session.addrs().front()),
                mon.now(), 0, LogEntry.INFO, String.join(" ", call.strings("logtext")), CLUSTER);
        queue(entry);
        urgent = true;
        return CommandResult.afterCommit("");
    }

    private CommandResult last(CommandContext call) {
        String levelName = call.string("level", "info");
        int level = levelOf(levelName);
        if (level < 0) {
            throw new CephException(Errno.EINVAL, "Invalid severity '" + levelName + "'");
        }
        String channel = call.string("channel", CLUSTER);
        List<LogEntry> lines = tail(channel, call.integer("num", 20), entry -> entry.priority() >= level);
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder out = new StringBuilder();
            lines.forEach(entry -> out.append(text(entry)).append('\n'));
            return CommandResult.data(out.toString());
        }
        f.openArray("tail");
        lines.forEach(entry -> dump(f, entry));
        return CommandResult.data(f.close());
    }

    private static int levelOf(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "info", "inf", "[inf]" -> LogEntry.INFO;
            case "debug", "dbg", "[dbg]" -> LogEntry.DEBUG;
            case "security", "sec", "[sec]" -> LogEntry.SECURITY;
            case "warning", "warn", "wrn", "[wrn]" -> LogEntry.WARN;
            case "error", "err", "[err]" -> LogEntry.ERROR;
            default -> -1;
        };
    }

    /// The newest `count` lines that match, oldest first; and, as Ceph has it, the one directly before
    /// them if that matches too.
    private List<LogEntry> tail(String channel, long count, Predicate<LogEntry> match) {
        List<LogEntry> all = new ArrayList<>();
        if (channel.equals("*")) {
            tails.values().forEach(all::addAll);
            all.sort(Comparator.comparing(LogEntry::stamp).thenComparing(LogEntry::seq));
        } else {
            all.addAll(tails.getOrDefault(channel, List.of()));
        }
        int from = all.size();
        long left = count;
        while (from > 0 && left > 0) {
            from--;
            left -= match.test(all.get(from)) ? 1 : 0;
        }
        from = Math.max(0, from - 1);
        return all.subList(from, all.size()).stream().filter(match).toList();
    }

    /// A line as it is shown: `2026-… mon.a (mon.0) 598 : cluster [INF] text`.
    static String text(LogEntry entry) {
        return Stamp.text(entry.stamp()) + " " + entry.name() + " (" + entry.rank() + ") "
                + Long.toUnsignedString(entry.seq()) + " : " + entry.channel() + " " + mark(entry) + " "
                + entry.message();
    }

    private static String mark(LogEntry entry) {
        int priority = entry.priority();
        return priority >= 0 && priority < MARKS.size() ? MARKS.get(priority) : "[???]";
    }

    private static void dump(Formatter f, LogEntry entry) {
        f.openObject("entry");
        f.dump("name", entry.name().toString());
        f.dump("rank", entry.rank().toString());
        MonMapDump.addrs(f, "addrs", entry.addrs());
        f.dump("stamp", Stamp.text(entry.stamp()));
        f.dumpUnsigned("seq", entry.seq());
        f.dump("channel", entry.channel());
        f.dump("priority", mark(entry));
        f.dump("message", entry.message());
        f.close();
    }

    @Override
    public long newestVersion() {
        return version;
    }

    @Override
    public long oldestVersion() {
        return oldest;
    }
}
