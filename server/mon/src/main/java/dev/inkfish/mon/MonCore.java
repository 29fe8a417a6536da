package dev.inkfish.mon;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandTable;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.mon.subs.Topic;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.Message;
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

    private final String name;
    private final int rank;
    private final UUID fsid;
    private final Conf conf;
    private final StoreView store;
    private final MonEffects effects;
    private final CommandTable commands = new CommandTable();
    private final CommandTable tells = new CommandTable();
    private final CommandDispatch commandDispatch;
    private final SessionDispatch sessionDispatch;
    private final Map<String, MonService> services = new LinkedHashMap<>();
    private final Map<Class<?>, MonService> servicesByClass = new LinkedHashMap<>();
    private final NavigableMap<Long, MonSession> sessions = new TreeMap<>();
    private final NavigableMap<String, Topic> topics = new TreeMap<>();
    private final Deque<Runnable> waitingToWrite = new ArrayDeque<>();
    private final List<Runnable> whenProposed = new ArrayList<>();
    private List<Runnable> whenCommitted = new ArrayList<>();
    private @Nullable MonAuth auth;
    private Supplier<String> pong = () -> "";
    private boolean proposing;
    private Utime now = Utime.ZERO;
    private Utime started = Utime.ZERO;

    public MonCore(String name, int rank, UUID fsid, Conf conf, StoreView store, MonEffects effects) {
        this.name = name;
        this.rank = rank;
        this.fsid = fsid;
        this.conf = conf;
        this.store = store;
        this.effects = effects;
        this.commandDispatch = new CommandDispatch(this);
        this.sessionDispatch = new SessionDispatch(this);
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

    /// Reads all state; before anything else.
    public void start(Utime time) {
        started = time;
        turn(time, () -> services.values().forEach(service -> service.refresh(store)));
    }

    // ---- what happens

    /// @param identity null on a connection of msgr1, which authenticates by messages
    public void opened(MonSession session, @Nullable Identity identity, Utime time) {
        turn(time, () -> {
            sessions.put(session.id(), session);
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
            session.closed();
            if (sessions.remove(session.id()) != null) {
                services.values().forEach(service -> service.sessionClosed(session));
            }
        });
    }

    public void message(MonSession session, Message message, long tid, Utime time) {
        turn(time, () -> {
            if (session.isOpen()) {
                sessionDispatch.handle(session, message, tid);
            }
        });
    }

    /// A command from the machine itself, without a session: allowed everything.
    public void localCommand(List<String> command, Bytes input, CommandDispatch.Reply reply, Utime time) {
        turn(time, () -> commandDispatch.handleLocal(command, input, reply));
    }

    /// What was proposed is agreed on and the store shows it.
    public void committed(MonTransaction transaction, Utime time) {
        turn(time, () -> {
            proposing = false;
            List<Runnable> promises = whenCommitted;
            whenCommitted = new ArrayList<>();
            Set<String> touched = transaction.namespaces();
            services.values().stream()
                    .filter(service -> service.namespaces().stream().anyMatch(touched::contains))
                    .forEach(service -> service.refresh(store));
            promises.forEach(Runnable::run);
            for (int count = waitingToWrite.size(); count > 0; count--) {
                waitingToWrite.removeFirst().run();
            }
        });
    }

    public void tick(Utime time) {
        turn(time, () -> services.values().forEach(service -> service.tick(time)));
    }

    private void turn(Utime time, Runnable body) {
        now = time;
        body.run();
        if (!proposing) {
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
        proposing = true;
        effects.propose(transaction);
    }

    // ---- for services

    /// Runs the change now, or as soon as nothing is in flight, on the state of then. What waits for a
    /// session that is gone by then must look at [MonSession#isOpen] itself if it cares.
    public void whenWriteable(Runnable change) {
        if (!proposing) {
            change.run();
        } else if (waitingToWrite.size() < MAX_WAITING) {
            waitingToWrite.addLast(change);
        } else {
            effects.log(MonEffects.Level.ERROR, "too many changes wait; one is dropped");
        }
    }

    /// Runs once what is pending by the end of this turn has been committed; at the end of the turn if nothing is.
    /// Called from within [#whenWriteable].
    public void afterCommit(Runnable promise) {
        whenProposed.add(promise);
    }

    public boolean isWriteable() {
        return !proposing;
    }

    /// Looks at the subscriptions to a topic again: there may be something new.
    public void checkSubscriptions(String topicName) {
        Topic topic = findTopic(topicName);
        if (topic == null) {
            return;
        }
        for (MonSession session : List.copyOf(sessions.values())) {
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
        if (session.isOpen()) {
            effects.send(session, message, tid);
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

    public int rank() {
        return rank;
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

    CommandDispatch commandDispatch() {
        return commandDispatch;
    }

    /// Open sessions by id.
    public Collection<MonSession> sessions() {
        return sessions.values();
    }
}
