package dev.inkfish.mon.auth;

import dev.inkfish.cephx.AuthPolicy;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.Entropy;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.caps.Caps;
import dev.inkfish.cephx.keys.RotatingSecrets;
import dev.inkfish.command.CommandTable;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.NewCluster;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Keeps the keys (`AuthMonitor`): who has which key and caps, the rotating keys, and how far global ids
/// have been given out.
public final class AuthService extends MonService {
    static final String NAMESPACE = "auth";

    private static final String KEY = "key/";
    private static final String MON_KEY = "mon-key";
    private static final String ROTATING = "rotating";
    private static final String MAX_GLOBAL_ID = "max-global-id";
    private static final String VERSION = "version";
    /// The first number is above it (`MIN_GLOBAL_ID`).
    private static final long MIN_GLOBAL_ID = 0x1000;
    /// How many numbers are set aside at a time (`mon_globalid_prealloc`).
    static final long PREALLOCATED = 10_000;
    private static final List<EntityType> ROTATED =
            List.of(EntityType.MON, EntityType.MDS, EntityType.OSD, EntityType.MGR, EntityType.AUTH);

    private final AuthKeys keys;
    private final AuthPolicy policy;
    private final Entropy entropy;
    private final NavigableMap<EntityAuthName, @Nullable EntityAuth> pending = new TreeMap<>();
    /// Monitors for which numbers are being set aside.
    private final Set<String> asking = new TreeSet<>();
    private @Nullable NavigableMap<EntityType, RotatingSecrets> pendingRotating;
    private long pendingMaxGlobalId;
    private long version;
    private NavigableMap<String, List<String>> badCaps = new TreeMap<>();

    /// @param keys what connections look at; see [#policy]
    public AuthService(MonCore mon, AuthKeys keys, AuthPolicy policy) {
        super(mon);
        this.keys = keys;
        this.policy = policy;
        this.entropy = count -> Bytes.wrap(mon.effects().random(count));
    }

    /// What a monitor's configuration says.
    public static AuthPolicy policy(Conf conf) {
        String reclaim = "auth_allow_insecure_global_id_reclaim";
        return AuthPolicy.CEPHX
                .configured(
                        conf.string("auth_cluster_required"),
                        conf.string("auth_service_required"),
                        conf.string("ms_mon_service_mode"))
                .withTickets(conf.seconds("auth_service_ticket_ttl"), conf.seconds("auth_mon_ticket_ttl"))
                // Ceph's default lets old clients in and warns; ours does neither
                .withInsecureReclaim(conf.find(reclaim) != null && conf.flag(reclaim));
    }

    @Override
    public String name() {
        return NAMESPACE;
    }

    AuthKeys keys() {
        return keys;
    }

    Entropy entropy() {
        return entropy;
    }

    @Override
    public void registerCommands(CommandTable table) {
        new AuthCommands(this).register(table);
    }

    // ---- state

    @Override
    public void createInitial(MonTransaction transaction, NewCluster cluster) {
        KeyRing ring = KeyRing.parse(cluster.keyring().utf8());
        NavigableMap<EntityAuthName, EntityAuth> all = new TreeMap<>(ring.keys());
        EntityAuth own = all.remove(AuthKeys.MON);
        if (own == null) {
            own = newKey(Map.of("mon", "allow *"));
        }
        putMonKey(transaction, own);
        bootstrapCaps().forEach((name, caps) -> all.computeIfAbsent(EntityAuthName.parse(name), n -> newKey(caps)));
        all.forEach((name, auth) -> put(transaction, name, auth));
        putRotating(transaction, rotated(new TreeMap<>(), cluster.now()));
        transaction.putNumber(NAMESPACE, MAX_GLOBAL_ID, MIN_GLOBAL_ID);
        transaction.putNumber(NAMESPACE, VERSION, 1);
    }

    /// What a monitor needs before it has anything else.
    public static void putMonKey(MonTransaction transaction, EntityAuth own) {
        transaction.put(NAMESPACE, MON_KEY, WireWriter.encode(own, EntityAuth::encode));
    }

    /// Keys that every cluster has.
    private static NavigableMap<String, Map<String, String>> bootstrapCaps() {
        NavigableMap<String, Map<String, String>> caps = new TreeMap<>();
        caps.put("client.admin", Map.of("mon", "allow *", "osd", "allow *", "mds", "allow *", "mgr", "allow *"));
        for (String what : List.of("mds", "mgr", "osd", "rbd", "rbd-mirror", "rgw")) {
            caps.put("client.bootstrap-" + what, Map.of("mon", "allow profile bootstrap-" + what));
        }
        return caps;
    }

    EntityAuth newKey(Map<String, String> caps) {
        return EntityAuth.of(CryptoKey.generate(CryptoKey.AES, mon.now(), entropy), caps);
    }

    @Override
    public void refresh(StoreView store) {
        pending.clear();
        pendingRotating = null;
        pendingMaxGlobalId = 0;
        version = store.number(NAMESPACE, VERSION);
        NavigableMap<EntityAuthName, EntityAuth> committed = new TreeMap<>();
        store.scan(NAMESPACE, KEY).forEach((key, value) ->
                committed.put(EntityAuthName.parse(key.substring(KEY.length())), EntityAuth.decode(value.reader())));
        badCaps = badCaps(committed);
        Bytes monKey = store.get(NAMESPACE, MON_KEY);
        Bytes rotating = store.get(NAMESPACE, ROTATING);
        long maxGlobalId = store.number(NAMESPACE, MAX_GLOBAL_ID);
        keys.replace(new AuthKeys.Snapshot(
                committed,
                monKey == null ? null : EntityAuth.decode(monKey.reader()),
                rotating == null
                        ? new TreeMap<>()
                        : rotating.reader().map(r -> EntityType.of(r.u32()), RotatingSecrets::decode),
                maxGlobalId));
    }

    public GlobalIds globalIds() {
        return keys.globalIds();
    }

    /// What is wrong with keys' capabilities, by the keys' names.
    public NavigableMap<String, List<String>> badCaps() {
        return badCaps;
    }

    private static NavigableMap<String, List<String>> badCaps(Map<EntityAuthName, EntityAuth> keys) {
        NavigableMap<String, List<String>> bad = new TreeMap<>();
        keys.forEach((name, key) -> key.caps().forEach((service, text) -> {
            try {
                Caps.check(service, text);
            } catch (CephException e) {
                bad.computeIfAbsent(name.toString(), n -> new ArrayList<>()).add(String.valueOf(e.getMessage()));
            }
        }));
        return bad;
    }

    /// The key of `mon.`; null before there is one.
    public @Nullable EntityAuth monKey() {
        return keys.snapshot().monKey();
    }

    /// Sets numbers aside for one monitor.
    ///
    /// @param grant told from where and up to where, without the last
    public void grantIds(String monitor, BiConsumer<Long, Long> grant) {
        if (asking.add(monitor)) {
            mon.whenWriteable(() -> {
                long from = Math.max(pendingMaxGlobalId, keys.snapshot().maxGlobalId());
                pendingMaxGlobalId = from + PREALLOCATED;
                mon.afterCommit(() -> {
                    asking.remove(monitor);
                    grant.accept(from, from + PREALLOCATED);
                });
            });
        }
    }

    @Override
    public void leaderChanged() {
        asking.clear();
    }

    @Override
    public void tick(Utime now) {
        if (globalIds().areFew()) {
            grantIds(mon.name(), globalIds()::add);
        }
        if (!mon.isWriteable()) {
            return;
        }
        NavigableMap<EntityType, RotatingSecrets> current = keys.snapshot().rotating();
        NavigableMap<EntityType, RotatingSecrets> next = rotated(current, now);
        if (!next.equals(current)) {
            pendingRotating = next;
        }
    }

    private NavigableMap<EntityType, RotatingSecrets> rotated(
            NavigableMap<EntityType, RotatingSecrets> current, Utime now) {
        NavigableMap<EntityType, RotatingSecrets> next = new TreeMap<>();
        for (EntityType service : ROTATED) {
            long ttl = service == EntityType.AUTH ? policy.monTicketMillis() : policy.ticketMillis();
            RotatingSecrets secrets = current.getOrDefault(service, RotatingSecrets.EMPTY);
            next.put(service, secrets.rotated(now, ttl, CryptoKey.AES, entropy));
        }
        return next;
    }

    @Override
    public boolean hasPending() {
        return !pending.isEmpty() || pendingRotating != null || pendingMaxGlobalId != 0;
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        pending.forEach((name, auth) -> {
            if (auth == null) {
                transaction.erase(NAMESPACE, KEY + name);
            } else {
                put(transaction, name, auth);
            }
        });
        if (pendingRotating != null) {
            putRotating(transaction, pendingRotating);
        }
        if (pendingMaxGlobalId != 0) {
            transaction.putNumber(NAMESPACE, MAX_GLOBAL_ID, pendingMaxGlobalId);
        }
        transaction.putNumber(NAMESPACE, VERSION, version + 1);
    }

    private static void put(MonTransaction transaction, EntityAuthName name, EntityAuth auth) {
        transaction.put(NAMESPACE, KEY + name, WireWriter.encode(auth, EntityAuth::encode));
    }

    private static void putRotating(MonTransaction transaction, NavigableMap<EntityType, RotatingSecrets> secrets) {
        WireWriter out = new WireWriter();
        out.map(secrets, (w, service) -> w.u32(service.number()), (w, each) -> each.encode(w));
        transaction.put(NAMESPACE, ROTATING, out.toBytes());
    }

    @Override
    public long newestVersion() {
        return version;
    }

    @Override
    public long oldestVersion() {
        return version == 0 ? 0 : 1;
    }

    // ---- for commands, and for services that make keys (`osd new`)

    /// The committed key and caps; `mon.` too.
    public @Nullable EntityAuth find(EntityAuthName name) {
        return keys.find(name);
    }

    /// Committed, without `mon.`.
    public NavigableMap<EntityAuthName, EntityAuth> all() {
        return keys.snapshot().keys();
    }

    /// Whether a change of this key is on its way.
    public boolean isPending(EntityAuthName name) {
        return pending.containsKey(name);
    }

    /// Sets key and caps with the next proposal. Within [MonCore#whenWriteable] only.
    public void set(EntityAuthName name, EntityAuth auth) {
        pending.put(name, auth);
    }

    /// Removes it with the next proposal. Within [MonCore#whenWriteable] only.
    public void remove(EntityAuthName name) {
        pending.put(name, null);
    }
}
