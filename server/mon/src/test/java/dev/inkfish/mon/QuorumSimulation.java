package dev.inkfish.mon;

import dev.inkfish.cephx.MauthSession;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.auth.AuthKeys;
import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.config.ConfigKeyService;
import dev.inkfish.mon.config.ConfigService;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.osd.OsdMapService;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.quorum.Quorum;
import dev.inkfish.mon.scrub.MonScrub;
import dev.inkfish.mon.store.MemoryMonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonCommandAck;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Three cores in one thread over a log that is simulated: entries are agreed on when a majority of those that are
/// alive and reachable has them, leaders come and go, monitors crash and begin again from their stores, messages are
/// late or lost. Elections keep to what a lease promises, as the real ones do.
final class QuorumSimulation {
    private static final int MONITORS = 3;
    private static final long STEP = 50_000_000L;
    /// Who has fewer than all but so many entries gets them many at a time, as the real log sends them: at the pace of
    /// one that is up to date, it would never come up with the others.
    private static final int BEHIND = 20;
    static final LongFunction<Identity> ADMIN =
            id -> new Identity(EntityAuthName.parse("client.admin"), id, Bytes.EMPTY, true);

    /// What was agreed on, and who proposed it from which version.
    record Entry(String proposer, long base, MonTransaction transaction) {}

    record Letter(long due, Node from, Node to, PeerMessage message) {}

    final Random random;
    final List<Node> nodes = new ArrayList<>();
    final List<Entry> log = new ArrayList<>();
    final StringBuilder trace = new StringBuilder();
    private final List<Letter> mail = new ArrayList<>();
    private final NavigableMap<String, Long> closed = new TreeMap<>();
    private final MonMap map;
    private final MonTransaction initial;
    private long time = 1_000_000_000L;
    private long term;
    private @Nullable Node leader;
    /// Nothing more is lost, and clients stay where they are.
    boolean calm;

    QuorumSimulation(long seed) {
        random = new Random(seed);
        List<MonInfo> infos = new ArrayList<>();
        for (int i = 0; i < MONITORS; i++) {
            infos.add(new MonInfo(Character.toString('a' + i), CoreHarness.addrs(3300 + i)));
        }
        map = MonMap.initial(CoreHarness.FSID, infos, wall());
        Node first = new Node("a", new MemoryMonStore());
        initial = first.core.newCluster(
                new NewCluster(CoreHarness.FSID, map, Bytes.utf8(""), first.conf, wall()));
        initial.putNumber(MonCore.META, MonCore.VERSION_KEY, 1);
        infos.forEach(info -> {
            MemoryMonStore store = new MemoryMonStore();
            store.apply(initial);
            Node node = new Node(info.name(), store);
            nodes.add(node);
            node.core.start(wall());
        });
    }

    Utime wall() {
        return Utime.ofNanos(1_700_000_000_000_000_000L + time);
    }

    void note(String what) {
        trace.append(time / STEP).append(' ').append(what).append('\n');
    }

    Node node(String name) {
        return nodes.stream().filter(node -> node.name.equals(name)).findFirst().orElseThrow();
    }

    /// Lets 50 ms pass.
    void step() {
        time += STEP;
        for (Letter letter : List.copyOf(mail)) {
            if (letter.due <= time && mail.remove(letter)) {
                if (letter.to.alive && reach(letter.from, letter.to)) {
                    letter.to.core.peer(letter.from.name, letter.message, time, wall());
                } else {
                    broken(letter.from, letter.to);
                }
            }
        }
        mend();
        for (Node node : nodes) {
            if (node.alive) {
                node.core.beat(time, wall());
                if (time / STEP % 20 == 0) {
                    node.core.tick(wall());
                }
            }
        }
        agree();
        nodes.stream().filter(node -> node.alive).forEach(Node::learn);
        elect();
    }

    /// The way between two is closed: what is on it is lost.
    private void broken(Node from, Node to) {
        broken(from, to, 5);
    }

    private void broken(Node from, Node to, int steps) {
        mail.removeIf(letter -> letter.from == from && letter.to == to);
        closed.put(from.name + to.name, time + steps * STEP);
    }

    private void mend() {
        for (Node from : nodes) {
            for (Node to : nodes) {
                Long until = closed.get(from.name + to.name);
                if (until != null && until <= time && from.alive && to.alive && reach(from, to)) {
                    closed.remove(from.name + to.name);
                    from.core.reachable(to.name, wall());
                }
            }
        }
    }

    private boolean reach(Node from, Node to) {
        return !from.cut && !to.cut;
    }

    private long reachable(Node from) {
        return nodes.stream().filter(other -> other.alive && (other == from || reach(from, other))).count();
    }

    /// A leader's proposal becomes an entry once a majority can have it.
    private void agree() {
        for (Node node : nodes) {
            MonTransaction proposal = node.proposal;
            boolean may = node.alive && node == leader && proposal != null && reachable(node) * 2 > MONITORS;
            if (may && random.nextInt(3) > 0) {
                note("agreed " + log.size() + " " + node.name + " base " + node.base + " " + proposal.changes().stream()
                        .filter(c -> c.namespace().equals("config-key"))
                        .map(c -> c.key() + "=" + Objects.requireNonNull(c.value()).utf8()).toList());
                log.add(new Entry(node.name, node.base, MonTransaction.decode(proposal.encode().reader())));
                node.proposal = null;
            }
        }
    }

    /// Who leads is alive and reaches a majority. Another one comes only when no lease that was promised holds.
    private void elect() {
        Node old = leader;
        if (old != null && (!old.alive || old.outside || reachable(old) * 2 <= MONITORS) && random.nextInt(20) == 0) {
            leader = null;
            if (old.alive) {
                old.core.elect(time, wall());
            }
        }
        if (leader == null) {
            for (Node node : nodes) {
                List<Node> voters = nodes.stream()
                        .filter(other -> other.alive && !other.outside && (other == node || reach(node, other)))
                        .toList();
                long votes = voters.stream().filter(other -> other.promisedUntil <= time).count();
                if (voters.contains(node) && node.promisedUntil <= time && votes * 2 > MONITORS && random.nextInt(5) == 0) {
                    term++;
                    voters.forEach(other -> other.votedIn = term);
                    leader = node;
                    node.learn();
                    note("leads " + node.name);
                    node.core.lead(2 * (term + 1), List.of("a", "b", "c"), time, wall());
                    return;
                }
            }
        }
    }

    /// One monitor.
    final class Node implements MonEffects {
        final String name;
        final MemoryMonStore store;
        final Conf conf;
        final NavigableMap<Long, Client> clients = new TreeMap<>();
        /// What was sent to sessions that no client has.
        final List<Message> strays = new ArrayList<>();
        /// Each life counts its sessions from 1, as the daemon does.
        private long sessions;
        MonCore core;
        boolean alive = true;
        boolean cut;
        boolean outside;
        /// Learns nothing of the log.
        boolean deaf;
        long promisedUntil;
        long votedIn;
        long base;
        long applied;
        @Nullable MonTransaction proposal;

        Node(String name, MemoryMonStore store) {
            this.name = name;
            this.store = store;
            this.conf = new Conf("mon", name);
            conf.set(Conf.Layer.FILE, "mon_scrub_interval", "4");
            conf.set(Conf.Layer.FILE, "mon_scrub_timeout", "3");
            conf.set(Conf.Layer.FILE, "mon_scrub_max_keys", "7");
            this.core = newCore();
        }

        private MonCore newCore() {
            MonCore made = new MonCore(name, CoreHarness.FSID, conf, store, this);
            made.add(new MonMapService(made));
            made.add(new AuthService(made, new AuthKeys(QuorumSimulation.this::wall), AuthService.policy(conf)));
            made.add(new LogService(made));
            made.add(new ConfigKeyService(made));
            made.add(new MonScrub(made));
            made.add(new ConfigService(made));
            made.add(new OsdMapService(made));
            made.auth(new MonAuth() {
                @Override
                public MauthSession dialogue(@Nullable Identity identity) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public SessionCaps capsOf(Identity identity) {
                    return identity.allowAll() ? SessionCaps.ALL : SessionCaps.parse(identity.caps().utf8());
                }

                @Override
                public boolean mayWritePool(Identity identity, EntityAddr from, String pool) {
                    return true;
                }
            });
            return made;
        }

        /// What was promised is kept on disk by nobody: a monitor that crashes waits until its promise is over.
        void crash() {
            note(name + " crashes");
            alive = false;
            proposal = null;
            nodes.stream().filter(other -> other != this).forEach(other -> {
                broken(this, other);
                broken(other, this);
            });
            List.copyOf(clients.values()).forEach(Client::lost);
            clients.clear();
        }

        void restart() {
            alive = true;
            outside = false;
            leader = leader == this ? null : leader; // who begins again does not lead
            sessions = 0;
            core = newCore();
            core.start(wall());
        }

        /// Takes entries that it has not, some at a time; none while it is cut off.
        void learn() {
            boolean must = this == leader;
            int most = must ? Integer.MAX_VALUE : random.nextInt(log.size() - applied > BEHIND ? 2 * BEHIND : 3);
            for (int i = 0; i < most && applied < log.size() && !cut && !deaf; i++) {
                Entry entry = log.get((int) applied++);
                long version = store.number(MonCore.META, MonCore.VERSION_KEY);
                if (entry.base != version) {
                    if (entry.proposer.equals(name) && core.quorum().state() == Quorum.State.LEADER) {
                        core.startOver(wall());
                    }
                    continue;
                }
                MonTransaction copy = MonTransaction.decode(entry.transaction.encode().reader());
                copy.putNumber(MonCore.META, MonCore.VERSION_KEY, version + 1);
                store.apply(copy);
                boolean ours = entry.proposer.equals(name) && core.quorum().state() == Quorum.State.LEADER;
                if (ours) {
                    core.committed(copy, wall());
                } else {
                    if (core.quorum().state() == Quorum.State.LEADER) {
                        core.elect(time, wall());
                    }
                    core.learned(copy, wall());
                }
            }
        }

        MonSession open(EntityName peer, Identity identity) {
            MonSession session = new MonSession(
                    ++sessions, peer, CoreHarness.addrs(5000), CoreHarness.addrs(5000).front(), Features.PACIFIC);
            core.opened(session, identity, wall());
            return session;
        }

        void message(Client client, Message message, long tid) {
            core.message(client.session(), message, tid, wall());
        }

        @Override
        public void propose(MonTransaction transaction) {
            proposal = transaction;
            base = store.number(MonCore.META, MonCore.VERSION_KEY);
        }

        @Override
        public void toMonitor(String monitor, PeerMessage message) {
            Node to = node(monitor);
            if (closed.containsKey(name + monitor)) {
                return;
            }
            if (!calm && random.nextInt(100) == 0) {
                // sometimes for so long that it counts as gone, and only in this direction
                broken(this, to, random.nextInt(8) == 0 ? 100 : 5);
                return;
            }
            PeerMessage copy = PeerMessage.decode(message.kind(), message.encode());
            // letters do not overtake each other
            long due = mail.stream().filter(l -> l.from == this && l.to == to).mapToLong(Letter::due).max().orElse(time);
            mail.add(new Letter(Math.max(due, time + random.nextInt(3) * STEP), this, to, copy));
        }

        @Override
        public boolean promise(long epoch, long until) {
            if (epoch / 2 - 1 < votedIn) {
                return false;
            }
            promisedUntil = Math.max(promisedUntil, until);
            return true;
        }

        @Override
        public void takePart(boolean whether) {
            note(name + (whether ? " enters" : " exits"));
            outside = !whether;
        }

        @Override
        public void send(MonSession session, Message message, long tid) {
            Client client = clients.get(session.id());
            if (client != null && message instanceof MMonCommandAck ack) {
                client.answered(ack, tid);
            } else if (client == null) {
                strays.add(message);
            }
        }

        @Override
        public void identify(MonSession session, Identity identity) {}

        @Override
        public void close(MonSession session) {
            Client client = clients.remove(session.id());
            if (client != null) {
                client.lost();
            }
        }

        @Override
        public long compact() {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] random(int count) {
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            return bytes;
        }

        @Override
        public void log(Level level, String text) {
            note(name + " " + text);
        }

        @Override
        public void failed(String what, RuntimeException bug) {
            throw bug;
        }
    }

    /// Counts upwards in one key, and reads it: each value is written once the one before was acknowledged.
    final class Client {
        private final long id;
        private final String key;
        private @Nullable Node at;
        private @Nullable MonSession session;
        private long tid;
        private boolean waits;
        private boolean reads;
        long wanted = 1;
        long acknowledged;
        int answers;

        Client(long id) {
            this.id = id;
            this.key = "k" + id;
        }

        MonSession session() {
            return Objects.requireNonNull(session);
        }

        void lost() {
            Node there = at;
            MonSession old = session;
            at = null;
            session = null;
            if (there != null && old != null && there.alive) {
                there.core.closed(old, wall());
            }
        }

        /// Connects where it is not, asks where it does not wait, and sometimes goes elsewhere.
        void step() {
            if (!calm && at != null && random.nextInt(200) == 0) {
                at.clients.remove(session().id());
                lost();
            }
            if (at == null) {
                Node next = nodes.get(random.nextInt(MONITORS));
                if (!next.alive || random.nextInt(4) > 0) {
                    return;
                }
                at = next;
                next.clients.put(next.sessions + 1, this);
                session = next.open(EntityName.client(id), ADMIN.apply(id));
                if (at == null) {
                    return;
                }
                if (waits) {
                    ask();
                }
            }
            if (!waits) {
                waits = true;
                reads = random.nextBoolean();
                tid++;
                ask();
            }
        }

        private void ask() {
            String command = reads
                    ? "{\"prefix\":\"config-key get\",\"key\":\"" + key + "\"}"
                    : "{\"prefix\":\"config-key set\",\"key\":\"" + key + "\",\"val\":\"" + wanted + "\"}";
            note(key + " asks " + at.name + " #" + tid + (reads ? " read" : " write " + wanted));
            Objects.requireNonNull(at).message(
                    this, new MMonCommand(CoreHarness.FSID, List.of(command), Bytes.EMPTY), tid);
        }

        void answered(MMonCommandAck ack, long toTid) {
            if (toTid != tid || !waits) {
                return;
            }
            note(key + " answered #" + tid + " " + ack.data().utf8());
            waits = false;
            answers++;
            if (reads) {
                long seen = ack.result() == 0 ? Long.parseLong(ack.data().utf8()) : 0;
                if (seen != acknowledged) {
                    throw new AssertionError(key + ": read " + seen + " after " + acknowledged + " was acknowledged");
                }
            } else {
                acknowledged = wanted;
                wanted++;
            }
        }
    }
}
