package dev.inkfish.mon;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.quorum.Quorum;
import dev.inkfish.mon.quorum.StoreDisk;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.mon.subs.Topic;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.Message;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The monitor without its surroundings (`Monitor`). One thread calls it; each call is a turn: what happened,
/// when, and at the end of the turn one proposal of everything that became pending.
public final class MonCore {
    /// Bounds what waits while a proposal is under way.
    private static final int MAX_WAITING = 100_000;
    /// The release whose behaviour is ours; clients and scripts compare the number.
    public static final String VERSION =
            "ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable)";

    /// Where the store keeps what is the store's own.
    public static final String META = "monitor";
    /// How many transactions were committed: the key of a number in [#META].
    public static final String VERSION_KEY = "version";
    /// Elections are not held with one monitor; Ceph counts the first one as 3.
    private static final long ALONE_EPOCH = 3;

    private final String name;
    private final UUID fsid;
    private final Conf conf;
    private final StoreView store;
    private final MonEffects effects;
    private final CommandTable commands = new CommandTable();
    private final CommandTable tells = new CommandTable();
    private final CommandDispatch commandDispatch;
    private final Forwarding forwarding;
    private final Quorum quorum;
    private final PeerDispatch peers = new PeerDispatch(this);
    private final Tally tally = new Tally();
    private final Map<String, MonService> services = new LinkedHashMap<>();
    private final Map<Class<?>, MonService> servicesByClass = new LinkedHashMap<>();
    private final NavigableMap<Long, MonSession> sessions = new TreeMap<>();
    private final NavigableMap<String, Topic> topics = new TreeMap<>();
    private final Deque<Runnable> waitingToWrite = new ArrayDeque<>();
    private final List<Runnable> whenProposed = new ArrayList<>();
    private List<Runnable> whenCommitted = new ArrayList<>();
    private @Nullable MonAuth auth;
    private Supplier<String> pong = () -> "";
    private @Nullable Op op;
    private NavigableMap<String, String> metadata = new TreeMap<>();
    /// What was proposed and is neither agreed on nor abandoned.
    private @Nullable MonTransaction underWay;
    private final LostQuorum lost = new LostQuorum(this);
    private long version;
    private Utime now = Utime.ZERO;
    private Utime started = Utime.ZERO;

    public MonCore(String name, UUID fsid, Conf conf, StoreView store, MonEffects effects) {
        this.name = name;
        this.fsid = fsid;
        this.conf = conf;
        this.store = store;
        this.effects = effects;
        this.commandDispatch = new CommandDispatch(this);
        this.forwarding = new Forwarding(this, new SessionDispatch(this));
        this.quorum = new Quorum(name, () -> service(MonMapService.class).map().ranks(), new QuorumHost(this));
    }

    // ---- assembly

    /// Adds a service with its commands. The order is the order in which messages are offered.
    public <S extends MonService> S add(S service) {
        services.put(service.name(), service);
        servicesByClass.put(service.getClass(), service);
        service.registerCommands(commands);
        return service;
    }

    public <S extends MonService> S service(Class<S> type) {
        MonService service = servicesByClass.get(type);
        if (service == null) {
            throw new IllegalStateException("no " + type.getSimpleName());
        }
        return type.cast(service);
    }

    public @Nullable MonService service(String serviceName) {
        return services.get(serviceName);
    }

    public Collection<MonService> services() {
        return services.values();
    }

    /// Offers something to subscribe to. A topic that ends in `*` or `:` stands for all that begin so.
    public void topic(String topicName, Topic topic) {
        topics.put(topicName, topic);
    }

    /// Writes a new cluster's state (`--mkfs`).
    public MonTransaction newCluster(NewCluster cluster) {
        now = cluster.now();
        MonTransaction transaction = new MonTransaction();
        services.values().forEach(service -> service.createInitial(transaction, cluster));
        return transaction;
    }

    /// What this monitor says about itself; after [#start], when its address is known.
    public void introduce(NavigableMap<String, String> about, Utime time) {
        metadata = about;
        quorum.introduce(about);
        turn(time, () -> {
            if (quorum.leads()) {
                service(MonMapService.class).metadata(name, about);
            }
        });
    }

    /// Reads all state; before anything else. A monitor that is the only one leads at once.
    public void start(Utime time) {
        started = time;
        quorum.begin(ByteBuffer.wrap(effects.random(Long.BYTES)).getLong());
        turn(time, () -> {
            refreshAll();
            if (service(MonMapService.class).map().ranks().equals(List.of(name))) {
                quorum.lead(ALONE_EPOCH, List.of(name), 1, time);
            }
        });
    }

    void refreshAll() {
        version = store.number(META, VERSION_KEY);
        services.values().forEach(service -> service.refresh(store));
    }

    /// The store was replaced by another monitor's, newer one.
    public void restored(Utime time) {
        turn(time, () -> {
            refreshAll();
            forwarding.versionAdvanced();
        });
    }

    // ---- what happens

    /// @param identity null on a connection of msgr1, which authenticates by messages
    public void opened(MonSession session, @Nullable Identity identity, Utime time) {
        turn(time, () -> {
            sessions.put(session.id(), session);
            tally.one(Count.SESSION_ADD);
            if (identity != null) {
                authenticated(session, identity);
            }
        });
    }

    void authenticated(MonSession session, Identity identity) {
        session.authenticated(identity, auth().capsOf(identity), now);
    }

    public void closed(MonSession session, Utime time) {
        turn(time, () -> {
            drop(session);
            forwarding.sessionClosed(session);
        });
    }

    void drop(MonSession session) {
        session.closed();
        if (sessions.remove(session.id()) != null) {
            if (session.via() == null) {
                tally.one(Count.SESSION_RM);
            }
            services.values().forEach(service -> service.sessionClosed(session));
        }
    }

    void add(MonSession session, Identity identity) {
        sessions.put(session.id(), session);
        authenticated(session, identity);
    }

    @Nullable MonSession findSession(long id) {
        return sessions.get(id);
    }

    public void message(MonSession session, Message message, long tid, Utime time) {
        turn(time, () -> {
            if (session.isOpen() && !lost.refuses(session, message)) {
                forwarding.submit(session, message, tid);
            }
        });
    }

    /// A command from the machine itself, without a session: allowed everything. Only the leader takes it; others
    /// answer EAGAIN.
    public void localCommand(List<String> command, Bytes input, CommandDispatch.Reply reply, Utime time) {
        turn(time, () -> {
            if (quorum.leads()) {
                commandDispatch.handleLocal(command, input, reply);
            } else {
                reply.reply(CommandResult.error(Errno.EAGAIN, "mon." + name + " does not lead"));
            }
        });
    }

    // ---- the other monitors

    /// This monitor leads, and has applied everything before.
    ///
    /// @param epoch higher than any before
    /// @param voters names of the monitors whose votes count
    /// @param steady nanoseconds of a clock that never jumps, here and below
    public void lead(long epoch, Collection<String> voters, long steady, Utime time) {
        turn(time, () -> quorum.lead(epoch, voters, steady, time));
    }

    public void voters(Collection<String> voters, Utime time) {
        turn(time, () -> quorum.voters(voters));
    }

    /// This monitor does not lead, and knows of no leader.
    public void elect(long steady, Utime time) {
        turn(time, () -> quorum.elect(steady));
    }

    /// Several times a second, where there are other monitors; and before messages that have waited.
    public void beat(long steady, Utime time) {
        turn(time, () -> {
            quorum.wantsIds(service(AuthService.class).globalIds().areFew());
            quorum.beat(steady, time);
            lost.look(quorum.isLost(steady));
        });
    }

    public void peer(String from, PeerMessage message, long steady, Utime time) {
        turn(time, () -> peers.handle(from, message, steady));
    }

    /// The way to another monitor is open (again): what was sent before may not have arrived.
    public void reachable(String monitor, Utime time) {
        turn(time, () -> {
            if (quorum.state() == Quorum.State.LEADER) {
                effects.toMonitor(monitor, new PeerMessage.Again(quorum.epoch()));
            } else if (monitor.equals(quorum.leader())) {
                forwarding.handOnAll();
            }
        });
    }

    /// What was proposed may or may not become committed; nobody was promised anything.
    void abandon() {
        tally.one(Count.RESTART);
        underWay = null;
        whenCommitted = new ArrayList<>();
        whenProposed.clear();
        waitingToWrite.clear();
        commandDispatch.abandon();
        op = null;
    }

    /// What was proposed is agreed on and the store shows it.
    public void committed(MonTransaction transaction, Utime time) {
        turn(time, () -> {
            underWay = null;
            List<Runnable> promises = whenCommitted;
            whenCommitted = new ArrayList<>();
            version = store.number(META, VERSION_KEY);
            refresh(transaction.namespaces());
            forwarding.versionAdvanced();
            promises.forEach(Runnable::run);
            for (int count = waitingToWrite.size(); count > 0; count--) {
                waitingToWrite.removeFirst().run();
            }
        });
    }

    private void refresh(Set<String> touched) {
        long began = effects.nanos();
        services.values().stream()
                .filter(service -> service.namespaces().stream().anyMatch(touched::contains))
                .forEach(service -> service.refresh(store));
        tally.one(Count.REFRESH);
        tally.add(Count.REFRESH_LATENCY, effects.nanos() - began);
    }

    /// Something was agreed on that this monitor did not propose: at a peon, or of a leader before.
    public void learned(MonTransaction transaction, Utime time) {
        if (underWay != null) {
            throw new IllegalStateException("another leader's transaction while one of ours is under way");
        }
        tally.begin(transaction);
        committed(transaction, time);
    }

    /// The log has passed over what this leader proposed last, or agreed on something that it had given up: it begins
    /// again from what the store has now, and all that is not answered comes again. Its standing remains.
    public void startOver(Utime time) {
        turn(time, () -> {
            abandon();
            services.values().forEach(MonService::leaderChanged);
            forwarding.standingChanged();
            refreshAll();
            if (quorum.state() == Quorum.State.LEADER) {
                service(MonMapService.class).map().ranks().stream().filter(other -> !other.equals(name))
                        .forEach(other -> effects.toMonitor(other, new PeerMessage.Again(quorum.epoch())));
            }
            forwarding.handOnAll();
        });
    }

    /// Now and then.
    public void disk(StoreDisk disk) {
        quorum.disk(disk);
    }

    public void tick(Utime time) {
        turn(time, () -> {
            lost.tick();
            if (quorum.leads()) {
                services.values().forEach(service -> service.tick(time));
            }
        });
    }

    private void turn(Utime time, Runnable body) {
        now = time;
        body.run();
        if (underWay == null && quorum.leads()) {
            proposePending();
        }
    }

    private void proposePending() {
        MonTransaction transaction = new MonTransaction();
        if (services.values().stream().anyMatch(MonService::hasPending)) {
            services.values().forEach(service -> service.encodePending(transaction));
        }
        List<Runnable> promises = new ArrayList<>(whenProposed);
        whenProposed.clear();
        if (transaction.isEmpty()) {
            promises.forEach(Runnable::run);
            return;
        }
        whenCommitted = promises;
        underWay = transaction;
        tally.begin(transaction);
        effects.propose(transaction);
    }

    // ---- for services

    /// Runs the change now, or as soon as nothing is in flight, on the state of then. What waits for a
    /// session that is gone by then must look at [MonSession#isOpen] itself if it cares.
    public void whenWriteable(Runnable change) {
        if (underWay == null) {
            change.run();
        } else if (waitingToWrite.size() < MAX_WAITING) {
            waitingToWrite.addLast(ofThisOp(change));
        } else {
            effects.log(MonEffects.Level.ERROR, "too many changes wait; one is dropped");
        }
    }

    /// Runs once what is pending by the end of this turn has been committed; at the end of the turn if nothing is.
    /// Called from within [#whenWriteable].
    public void afterCommit(Runnable promise) {
        whenProposed.add(ofThisOp(promise));
    }

    /// Runs what comes of a request.
    void within(Op running, Runnable body) {
        Op before = op;
        op = running;
        body.run();
        op = before;
        running.release();
    }

    /// What runs later belongs to the request that is being worked on now.
    Runnable ofThisOp(Runnable later) {
        Op owner = op;
        if (owner == null) {
            return later;
        }
        owner.hold();
        return () -> within(owner, later);
    }

    public boolean isWriteable() {
        return underWay == null;
    }

    /// Whether the proposal still counts: what was abandoned must not reach the log any more.
    public boolean isUnderWay(MonTransaction proposal) {
        return underWay == proposal;
    }

    /// Looks at the subscriptions to a topic again: there may be something new.
    public void checkSubscriptions(String topicName) {
        Topic topic = findTopic(topicName);
        if (topic == null) {
            return;
        }
        for (MonSession session : sessions()) {
            Subscription subscription = session.subscriptions().get(topicName);
            if (subscription != null) {
                topic.check(subscription);
            }
        }
    }

    @Nullable Topic findTopic(String topicName) {
        Topic exact = topics.get(topicName);
        if (exact != null) {
            return exact;
        }
        for (Map.Entry<String, Topic> entry : topics.entrySet()) {
            if (entry.getKey().endsWith(":") && topicName.startsWith(entry.getKey())) {
                return entry.getValue();
            }
        }
        return null;
    }

    public void send(MonSession session, Message message, long tid) {
        String via = session.via();
        if (!session.isOpen()) {
            return;
        }
        if (via == null) {
            effects.send(session, message, tid);
        } else {
            forwarding.send(session, via, message, tid);
        }
    }

    public void send(MonSession session, Message message) {
        send(session, message, 0);
    }

    /// Shows every command to an audit log.
    public void audit(CommandDispatch.Audit listener) {
        commandDispatch.audit(listener);
    }

    /// Announces the manager's commands and passes them on.
    public void managerCommands(Supplier<List<Command>> announced, CommandDispatch.ManagerProxy proxy) {
        commandDispatch.manager(announced, proxy);
    }

    /// The time of this turn.
    public Utime now() {
        return now;
    }

    /// The time of [#start].
    public Utime started() {
        return started;
    }

    /// As `ceph version` prints it.
    public String version() {
        return VERSION;
    }

    public String name() {
        return name;
    }

    /// -1 where the monitor map does not have this one.
    public int rank() {
        return service(MonMapService.class).map().rankOf(name);
    }

    public Quorum quorum() {
        return quorum;
    }

    /// What this monitor has counted since it was started.
    public Tally tally() {
        return tally;
    }

    /// How many transactions were committed.
    public long committedVersion() {
        return version;
    }

    public UUID fsid() {
        return fsid;
    }

    public Conf conf() {
        return conf;
    }

    /// Committed state.
    public StoreView store() {
        return store;
    }

    /// Before [#start].
    public void auth(MonAuth authentication) {
        auth = authentication;
    }

    public MonAuth auth() {
        if (auth == null) {
            throw new IllegalStateException("no authentication");
        }
        return auth;
    }

    public MonEffects effects() {
        return effects;
    }

    public CommandTable commands() {
        return commands;
    }

    /// What the answer to a ping says.
    public void pong(Supplier<String> text) {
        pong = text;
    }

    String pong() {
        return pong.get();
    }

    /// Commands to this monitor rather than to the cluster (`ceph tell mon.a …`).
    public CommandTable tells() {
        return tells;
    }

    /// What clients wait for here, and waited for.
    public Requests requests() {
        return forwarding.requests();
    }

    Forwarding forwarding() {
        return forwarding;
    }

    NavigableMap<String, String> metadata() {
        return metadata;
    }

    CommandDispatch commandDispatch() {
        return commandDispatch;
    }

    /// The open sessions of this monitor, by id.
    public Collection<MonSession> sessions() {
        return sessions.values().stream().filter(session -> session.via() == null).toList();
    }
}
