package dev.inkfish.mon.config;

import dev.inkfish.command.CommandTable;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MConfig;
import dev.inkfish.wire.message.MGetConfig;
import dev.inkfish.wire.message.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/// The configuration database (`ConfigMonitor`): options that are set for daemons and clients, with their
/// history, handed to whoever subscribes to `config`.
public final class ConfigService extends MonService {
    static final String KEY_PREFIX = "config/";
    static final String HISTORY_PREFIX = "config-history/";
    private static final String VERSION = "version";

    /// Where a daemon stands in the CRUSH hierarchy, for masks.
    public interface Places {
        Places NONE = new Places() {
            @Override
            public Map<String, String> locationOf(EntityAuthName name, String host) {
                return Map.of();
            }

            @Override
            public String deviceClassOf(EntityAuthName name) {
                return "";
            }
        };

        /// By kind of bucket: `host` → `node1`.
        Map<String, String> locationOf(EntityAuthName name, String host);

        String deviceClassOf(EntityAuthName name);
    }

    private final NavigableMap<String, @Nullable String> pending = new TreeMap<>();
    private final Map<MonSession, NavigableMap<String, String>> sent = new LinkedHashMap<>();
    private Places places = Places.NONE;
    private String pendingDescription = "";
    private NavigableMap<String, String> current = new TreeMap<>();
    private ConfigMap map = ConfigMap.of(new TreeMap<>());
    private long version;

    public ConfigService(MonCore mon) {
        super(mon);
        mon.topic("config", this::check);
    }

    public void places(Places known) {
        places = known;
    }

    @Override
    public String name() {
        return "config";
    }

    @Override
    public Set<String> namespaces() {
        return Set.of(name(), ConfigKeyService.NAMESPACE);
    }

    @Override
    public void refresh(StoreView store) {
        pending.clear();
        pendingDescription = "";
        version = store.number(name(), VERSION);
        NavigableMap<String, String> values = new TreeMap<>();
        store.scan(ConfigKeyService.NAMESPACE, KEY_PREFIX)
                .forEach((key, value) -> values.put(key.substring(KEY_PREFIX.length()), value.utf8()));
        if (!values.equals(current)) {
            current = values;
            map = ConfigMap.of(values);
            applyOwn();
        }
        mon.checkSubscriptions("config");
    }

    /// This monitor obeys its own database.
    private void applyOwn() {
        EntityAuthName self = EntityAuthName.parse("mon." + mon.name());
        mon.conf().replaceLayer(Conf.Layer.MON, valuesFor(self, ""));
    }

    @Override
    public boolean hasPending() {
        return !pending.isEmpty();
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        if (pending.isEmpty()) {
            return;
        }
        long next = version + 1;
        String history = HISTORY_PREFIX + next + "/";
        WireWriter header = new WireWriter();
        mon.now().encode(header);
        transaction.put(ConfigKeyService.NAMESPACE, history, header.string(pendingDescription).toBytes());
        pending.forEach((key, value) -> {
            String before = current.get(key);
            if (before != null) {
                transaction.put(ConfigKeyService.NAMESPACE, history + "-" + key, Bytes.utf8(before));
            }
            if (value == null) {
                transaction.erase(ConfigKeyService.NAMESPACE, KEY_PREFIX + key);
            } else {
                transaction.put(ConfigKeyService.NAMESPACE, KEY_PREFIX + key, Bytes.utf8(value));
                transaction.put(ConfigKeyService.NAMESPACE, history + "+" + key, Bytes.utf8(value));
            }
        });
        transaction.putNumber(name(), VERSION, next);
    }

    // ---- for commands

    NavigableMap<String, String> current() {
        return current;
    }

    ConfigMap map() {
        return map;
    }

    /// Notes a change, unless it is none.
    ///
    /// @param value null removes
    void set(String key, @Nullable String value) {
        if (Objects.equals(current.get(key), value)) {
            pending.remove(key);
        } else {
            pending.put(key, value);
        }
    }

    void describe(String text) {
        pendingDescription = text;
    }

    NavigableMap<String, ConfigEntry> entriesFor(EntityAuthName entity, String host) {
        return map.forEntity(entity, places.locationOf(entity, host), places.deviceClassOf(entity));
    }

    private NavigableMap<String, String> valuesFor(EntityAuthName entity, String host) {
        NavigableMap<String, String> values = new TreeMap<>();
        entriesFor(entity, host).forEach((option, entry) -> values.put(option, entry.value()));
        return values;
    }

    /// One version's changes.
    record ChangeSet(long version, Utime stamp, String description, NavigableMap<String, Change> changes) {}

    record Change(@Nullable String before, @Nullable String after) {}

    ChangeSet changeSet(long v) {
        String prefix = HISTORY_PREFIX + v + "/";
        Utime stamp = Utime.ZERO;
        String description = "";
        NavigableMap<String, Change> changes = new TreeMap<>();
        for (Map.Entry<String, Bytes> entry : mon.store().scan(ConfigKeyService.NAMESPACE, prefix).entrySet()) {
            String rest = entry.getKey().substring(prefix.length());
            if (rest.isEmpty()) {
                WireReader in = entry.getValue().reader();
                stamp = Utime.decode(in);
                description = in.string();
                continue;
            }
            String text = entry.getValue().utf8();
            Change change = rest.startsWith("-") ? new Change(text, null) : new Change(null, text);
            changes.merge(rest.substring(1), change, (a, b) ->
                    new Change(a.before() != null ? a.before() : b.before(), a.after() != null ? a.after() : b.after()));
        }
        return new ChangeSet(v, stamp, description, changes);
    }

    // ---- handing out

    private void check(Subscription subscription) {
        if (subscription.next() <= version) {
            MonSession session = subscription.session();
            NavigableMap<String, String> values = valuesFor(session.authName(), session.host());
            if (!values.equals(sent.get(session))) {
                sent.put(session, values);
                mon.send(session, new MConfig(values));
            }
            subscription.sent(version);
        }
    }

    @Override
    public boolean handle(MonSession session, Message message, long tid, Utime now) {
        if (message instanceof MGetConfig get) {
            EntityAuthName entity = get.name();
            NavigableMap<String, String> values = new TreeMap<>();
            map.forEntity(entity, places.locationOf(entity, get.host()), get.deviceClass())
                    .forEach((option, entry) -> values.put(option, entry.value()));
            mon.send(session, new MConfig(values), tid);
            return true;
        }
        return false;
    }

    @Override
    public void sessionClosed(MonSession session) {
        sent.remove(session);
    }

    @Override
    public long newestVersion() {
        return version;
    }

    @Override
    public void registerCommands(CommandTable table) {
        new ConfigCommands(mon, this).register(table);
    }
}
