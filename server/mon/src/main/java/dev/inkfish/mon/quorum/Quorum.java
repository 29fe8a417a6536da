package dev.inkfish.mon.quorum;

import dev.inkfish.mon.quorum.PeerMessage.Lease;
import dev.inkfish.mon.quorum.PeerMessage.LeaseAck;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// This monitor's standing among the others: electing, leader or peon, and the lease by which it may answer
/// (`Paxos::extend_lease`, `Monitor::state`). Times are in nanoseconds of a steady clock, unless called wall.
public final class Quorum {
    /// How long an answered lease lasts. Shorter than the shortest election timeout.
    public static final long LEASE = 2_000_000_000L;
    private static final long RENEW = 500_000_000L;
    /// A monitor that has not answered for so long is out of quorum.
    private static final long SILENT = 4_000_000_000L;
    /// Without a leader for so long, a monitor sends its clients away.
    private static final long GIVE_UP = 6_000_000_000L;

    /// What a monitor does.
    public enum State { ELECTING, LEADER, PEON }

    /// What it asks of its surroundings.
    public interface Host {
        void send(String monitor, PeerMessage message);

        /// Vote for nobody until then.
        ///
        /// @return false where it has taken part in a newer election already
        boolean promise(long epoch, long until);

        /// Vote and stand for election, or do neither.
        void takePart(boolean whether);

        /// The state, the epoch or the leader is another one.
        void standingChanged();

        /// This leader may answer (again).
        void mayAnswer();

        /// A monitor has come into quorum, or fallen out of it.
        void membersChanged(Collection<String> left);

        /// A peon has not heard of its leader for the time of a lease.
        default void leaseTimedOut() {}

        /// A peon has not answered its leader for long enough to be out of quorum.
        default void answerTimedOut() {}

        void metadata(String monitor, NavigableMap<String, String> metadata);

        void wantsIds(String monitor);
    }

    private final String self;
    private final Supplier<List<String>> monitors;
    private final Host host;
    private NavigableMap<String, String> metadata = new TreeMap<>();
    private long life;
    private State state = State.ELECTING;
    private long epoch;
    private String leader = "";
    private List<String> members = List.of();
    private Utime since = Utime.ZERO;
    private NavigableSet<String> voters = new TreeSet<>();
    /// Since when nobody may be answered here.
    private long withoutSince;
    private boolean outside;
    private boolean wantsIds;
    private StoreDisk disk = StoreDisk.UNKNOWN;
    // of a leader
    private final NavigableMap<String, Long> answered = new TreeMap<>();
    private final NavigableMap<String, TimeCheck> timeChecks = new TreeMap<>();
    private final NavigableMap<String, StoreDisk> disks = new TreeMap<>();
    private long nextLease;
    private boolean held;
    // of a peon
    private long leaseUntil;
    private boolean introduced;

    /// @param monitors names of all monitors of the map
    public Quorum(String self, Supplier<List<String>> monitors, Host host) {
        this.self = self;
        this.monitors = monitors;
        this.host = host;
    }

    /// Tells this life of the monitor from others.
    public void begin(long newLife) {
        life = newLife;
    }

    public long life() {
        return life;
    }

    /// What this monitor says about itself to each leader.
    public void introduce(NavigableMap<String, String> about) {
        metadata = about;
    }

    public void wantsIds(boolean wanted) {
        wantsIds = wanted;
    }

    public void disk(StoreDisk now) {
        disk = now;
    }

    // ---- what happens

    /// This monitor leads, and has applied everything that was agreed on before.
    ///
    /// @param voting names of those whose votes count
    public void lead(long newEpoch, Collection<String> voting, long now, Utime wall) {
        voters = new TreeSet<>(voting);
        answered.clear();
        timeChecks.clear();
        disks.clear();
        timeChecks.put(self, TimeCheck.SELF);
        members = List.of(self);
        since = wall;
        held = false;
        become(State.LEADER, newEpoch, self, now);
        check(now);
        renew(now, wall);
    }

    public void voters(Collection<String> voting) {
        voters = new TreeSet<>(voting);
    }

    /// This monitor leads no more, or knows that its leader does not.
    public void elect(long now) {
        if (state != State.ELECTING) {
            become(State.ELECTING, epoch, "", now);
        }
    }

    /// Leaves the quorum, or comes back (`Elector::stop_participating`). Outside, it follows nobody, and answers
    /// nothing if it is the leader, until the log has it step down. A monitor that is the only one stays: it would win its election.
    public void takePart(boolean whether) {
        outside = !whether && monitors.get().size() > 1;
        if (outside && state == State.PEON) {
            host.send(leader, new PeerMessage.Leaving(epoch));
        }
        host.takePart(!outside);
    }

    /// Whether it was told to stay out.
    public boolean isOutside() {
        return outside;
    }

    private void become(State next, long newEpoch, String newLeader, long now) {
        boolean could = state == State.PEON || leads();
        state = next;
        epoch = newEpoch;
        leader = newLeader;
        introduced = false;
        if (could) {
            withoutSince = now;
        }
        host.standingChanged();
    }

    /// To be called several times within the time of a lease.
    public void beat(long now, Utime wall) {
        if (withoutSince == 0) {
            withoutSince = now;
        }
        switch (state) {
            case LEADER -> {
                if (now >= nextLease) {
                    renew(now, wall);
                }
                count(now, wall);
                check(now);
            }
            case PEON -> {
                if (outside || now >= leaseUntil) {
                    if (!outside) {
                        host.leaseTimedOut();
                    }
                    elect(now);
                }
            }
            case ELECTING -> {}
        }
    }

    private void check(long now) {
        boolean holds = holdsLease(now);
        if (holds != held) {
            held = holds;
            if (holds) {
                host.mayAnswer();
            } else {
                withoutSince = now;
            }
        }
    }

    private void renew(long now, Utime wall) {
        nextLease = now + RENEW;
        Lease lease = new Lease(epoch, now, wall, members, since);
        monitors.get().stream().filter(name -> !name.equals(self)).forEach(name -> host.send(name, lease));
    }

    /// Takes a leader's word.
    public void lease(String from, Lease lease, long now, Utime wall) {
        boolean older = lease.epoch() < epoch || state == State.LEADER && lease.epoch() == epoch;
        if (outside || older || !host.promise(lease.epoch(), now + LEASE)) {
            return;
        }
        leaseUntil = now + LEASE;
        members = lease.quorum();
        since = lease.since();
        if (state != State.PEON || lease.epoch() != epoch || !from.equals(leader)) {
            become(State.PEON, lease.epoch(), from, now);
        }
        host.send(from, new LeaseAck(
                epoch, life, lease.sent(), wall, wantsIds, disk, introduced ? new TreeMap<>() : metadata));
        introduced = true;
    }

    /// Takes a peon's answer.
    public void leaseAck(String from, LeaseAck ack, long now, Utime wall) {
        if (state != State.LEADER || ack.epoch() != epoch || ack.sent() > now) {
            return;
        }
        answered.merge(from, ack.sent(), Math::max);
        timeChecks.put(from, TimeCheck.of(ack.wall(), wall, (now - ack.sent()) / 1e9));
        disks.put(from, ack.disk());
        count(now, wall);
        check(now);
        if (!ack.metadata().isEmpty()) {
            host.metadata(from, ack.metadata());
        }
        if (ack.wantsIds()) {
            host.wantsIds(from);
        }
    }

    /// A peon goes.
    public void leaving(String from, PeerMessage.Leaving word, long now, Utime wall) {
        if (state == State.LEADER && word.epoch() == epoch && answered.remove(from) != null) {
            count(now, wall);
            check(now);
        }
    }

    /// Who is in quorum now.
    private void count(long now, Utime wall) {
        List<String> present = new ArrayList<>();
        for (String name : monitors.get()) {
            Long at = answered.get(name);
            if (name.equals(self) || at != null && at + SILENT > now) {
                present.add(name);
            }
        }
        if (!present.equals(members)) {
            List<String> left = new ArrayList<>(members);
            left.removeAll(present);
            // who said that it goes is not in there any more
            left.stream().filter(answered::containsKey).forEach(name -> host.answerTimedOut());
            left.forEach(answered::remove);
            left.forEach(timeChecks::remove);
            left.forEach(disks::remove);
            members = present;
            since = wall;
            host.membersChanged(left);
            renew(now, wall);
        }
    }

    // ---- what is so

    /// Whether nobody else can have become leader, so that what is committed here is all that is committed.
    public boolean holdsLease(long now) {
        if (state != State.LEADER || outside) {
            return false;
        }
        long fresh = voters.stream()
                .filter(name -> name.equals(self) || answered.containsKey(name) && answered.get(name) + LEASE > now)
                .count();
        return fresh * 2 > voters.size();
    }

    /// Whether a leader may answer, as of the last beat or message.
    public boolean leads() {
        return state == State.LEADER && held;
    }

    /// Whether it is so long without a leader that its clients had better go elsewhere.
    public boolean isLost(long now) {
        boolean without = state == State.ELECTING || state == State.LEADER && !held;
        return without && now - withoutSince > GIVE_UP;
    }

    public State state() {
        return state;
    }

    public long epoch() {
        return epoch;
    }

    /// Empty while there is none.
    public String leader() {
        return leader;
    }

    /// Names of those in quorum, in the order of their ranks; empty without a leader.
    public List<String> members() {
        return state == State.ELECTING ? List.of() : members;
    }

    /// When the quorum became this one.
    public Utime since() {
        return since;
    }

    /// By monitor; at the leader.
    public NavigableMap<String, TimeCheck> timeChecks() {
        return state == State.LEADER ? timeChecks : new TreeMap<>();
    }

    /// The disks of the monitors in quorum; at the leader.
    public NavigableMap<String, StoreDisk> disks() {
        NavigableMap<String, StoreDisk> known = new TreeMap<>(disks);
        known.put(self, disk);
        return known;
    }
}
