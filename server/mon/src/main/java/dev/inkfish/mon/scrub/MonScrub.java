package dev.inkfish.mon.scrub;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonEffects;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.quorum.Quorum;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.store.StoreView.Place;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.LogEntry;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Compares the monitors' stores, a part at a time (`Monitor::scrub`).
///
/// The order to take the sums of a part is itself a change that is agreed on. Each monitor takes them as it comes to that
/// change, when its store is of the same version as all others' were there, however far behind it is.
public final class MonScrub extends MonService {
    private static final String PART = "part";
    /// No version of a store.
    private static final long NONE = 0;

    /// What all monitors are to take the sums of.
    ///
    /// @param version of the store that the order itself makes
    /// @param most keys of the part
    private record Part(long version, Place after, int most) {
        static Part decode(WireReader in) {
            return new Part(in.u64(), new Place(in.string(), in.string()), in.u32());
        }

        Bytes encode() {
            return new WireWriter().u64(version).string(after.namespace()).string(after.key()).u32(most).toBytes();
        }
    }

    /// A scrub under way; the leader's.
    private static final class Run {
        final List<String> members;
        final NavigableMap<Integer, ScrubSums> sums = new TreeMap<>();
        Place next = Place.START;
        boolean ordered;
        /// Of the part that is looked at.
        long version = NONE;
        boolean last;
        Utime limit = Utime.ZERO;

        Run(List<String> members) {
            this.members = List.copyOf(members);
        }
    }

    private @Nullable Run run;
    /// What this monitor's store came to last; not yet of an epoch: it may know no leader as it comes to the order.
    private PeerMessage.@Nullable Scrubbed answer;
    /// When the last one ended, or this monitor began to lead.
    private Utime ended = Utime.ZERO;

    public MonScrub(MonCore mon) {
        super(mon);
    }

    @Override
    public String name() {
        return "scrub";
    }

    @Override
    public void registerCommands(CommandTable table) {
        table.add("mon scrub", "scrub the monitor stores", "mon", "rw", this::command);
    }

    private CommandResult command(CommandContext call) {
        if (run != null) {
            mon.service(LogService.class).line(LogEntry.INFO, "scrub already in progress");
            return CommandResult.error(Errno.EBUSY, "");
        }
        begin();
        return CommandResult.afterCommit("");
    }

    private void begin() {
        run = new Run(mon.quorum().members());
        awaitAnswer(run);
    }

    private void awaitAnswer(Run waiting) {
        waiting.limit = later(mon.now(), mon.conf().integer("mon_scrub_timeout"));
    }

    private static Utime later(Utime time, double seconds) {
        return Utime.ofNanos(time.toNanos() + (long) (seconds * 1e9));
    }

    // ---- the leader's side

    @Override
    public boolean hasPending() {
        return run != null && !run.ordered;
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        if (run != null && !run.ordered) {
            run.ordered = true;
            run.version = mon.committedVersion() + 1;
            // a monitor alone has nobody to wait for
            int most = run.members.size() == 1 ? Integer.MAX_VALUE : (int) mon.conf().integer("mon_scrub_max_keys");
            transaction.put(name(), PART, new Part(run.version, run.next, Math.max(1, most)).encode());
        }
    }

    /// A peon's sums.
    public void answer(String from, PeerMessage.Scrubbed scrubbed) {
        Run current = run;
        if (current != null && current.version == scrubbed.version() && current.members.contains(from)) {
            awaitAnswer(current);
            take(current, from, scrubbed.sums());
        }
    }

    private void take(Run current, String from, ScrubSums sums) {
        current.sums.put(mon.service(MonMapService.class).map().rankOf(from), sums);
        if (current.sums.size() < current.members.size()) {
            return;
        }
        compare(current.sums);
        current.sums.clear();
        current.ordered = false;
        current.version = NONE; // an answer may come twice
        if (current.last) {
            end();
        }
    }

    private void compare(NavigableMap<Integer, ScrubSums> sums) {
        LogService log = mon.service(LogService.class);
        int own = mon.rank();
        ScrubSums mine = sums.get(own);
        boolean same = true;
        for (var each : sums.entrySet()) {
            if (!each.getValue().equals(mine)) {
                same = false;
                log.line(LogEntry.ERROR, "scrub mismatch");
                log.line(LogEntry.ERROR, " mon." + own + " " + mine);
                log.line(LogEntry.ERROR, " mon." + each.getKey() + " " + each.getValue());
            }
        }
        if (same) {
            String ranks = sums.keySet().stream().map(String::valueOf).collect(Collectors.joining(","));
            log.line(LogEntry.DEBUG, "scrub ok on " + ranks + ": " + mine);
        }
    }

    private void end() {
        run = null;
        ended = mon.now();
    }

    @Override
    public void leaderChanged() {
        end();
    }

    @Override
    public void tick(Utime now) {
        double interval = mon.conf().seconds("mon_scrub_interval");
        if (run != null && !run.members.equals(mon.quorum().members())) {
            mon.effects().log(MonEffects.Level.INFO, "scrub given up: there is another quorum");
            end();
        } else if (run != null && now.compareTo(run.limit) > 0) {
            mon.effects().log(MonEffects.Level.WARN, "not all monitors have answered in time, restarting scrub");
            run = null;
            mon.whenWriteable(this::beginUnlessOneRuns);
        } else if (run == null && interval > 0 && now.compareTo(later(ended, interval)) >= 0) {
            mon.whenWriteable(this::beginUnlessOneRuns);
        }
    }

    private void beginUnlessOneRuns() {
        if (run == null) {
            begin();
        }
    }

    // ---- every monitor's

    @Override
    public void refresh(StoreView store) {
        Bytes encoded = store.get(name(), PART);
        if (encoded == null) {
            return;
        }
        Part part = Part.decode(encoded.reader());
        if (part.version != mon.committedVersion()) {
            return; // of an earlier one
        }
        Run current = run;
        if (current != null && current.version == part.version) {
            current.last = false;
            ScrubSums sums = sums(store, part, current);
            awaitAnswer(current);
            take(current, mon.name(), sums);
        } else {
            answer = new PeerMessage.Scrubbed(0, part.version, sums(store, part, null));
            follows();
        }
    }

    @Override
    public void follows() {
        PeerMessage.Scrubbed known = answer;
        if (known != null && mon.quorum().state() == Quorum.State.PEON) {
            mon.effects().toMonitor(mon.quorum().leader(),
                    new PeerMessage.Scrubbed(mon.quorum().epoch(), known.version(), known.sums()));
        }
    }

    /// @param leads gets to know where the part ended
    private ScrubSums sums(StoreView store, Part part, @Nullable Run leads) {
        ScrubSums sums = new ScrubSums();
        int[] seen = new int[1];
        store.walk(part.after, (namespace, key, value) -> {
            if (namespace.equals(MonCore.META) || happens("mon_scrub_inject_missing_keys")) {
                return true;
            }
            sums.add(namespace, key, value);
            if (happens("mon_scrub_inject_crc_mismatch")) {
                sums.spoil(namespace);
            }
            if (leads != null) {
                leads.next = new Place(namespace, key);
            }
            return ++seen[0] < part.most;
        });
        if (leads != null) {
            // a part of the full number may end where another monitor has more
            leads.last = seen[0] < part.most;
        }
        return sums;
    }

    /// @param option a probability
    private boolean happens(String option) {
        double probability = mon.conf().decimal(option);
        return probability > 0
                && (ByteBuffer.wrap(mon.effects().random(Integer.BYTES)).getInt() >>> 1) < probability * Integer.MAX_VALUE;
    }
}
