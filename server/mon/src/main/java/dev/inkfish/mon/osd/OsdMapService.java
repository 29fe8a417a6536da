package dev.inkfish.mon.osd;

import dev.inkfish.command.CommandTable;
import dev.inkfish.crush.CrushEditor;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.NewCluster;
import dev.inkfish.mon.osdcmd.OsdKeyStore;
import dev.inkfish.mon.osdcmd.OsdMaps;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps the OSD map (`OSDMonitor`). Whoever wants to change it writes into [#pending] inside
/// [MonCore#whenWriteable]; the next proposal makes an epoch of it.
public final class OsdMapService extends MonService implements OsdMaps {
    static final String NAMESPACE = "osdmap";
    private static final String METADATA = "osd_metadata";
    private static final String LATEST = "last_committed";
    private static final String OLDEST = "first_committed";
    private static final int MAX_TRIM = 50;

    private final NavigableMap<Integer, @Nullable NavigableMap<String, String>> pendingMetadata = new TreeMap<>();
    private final List<Consumer<OsdMap>> listeners = new ArrayList<>();
    private final OsdMapSender sender;
    private final OsdLifecycle lifecycle;
    private final PoolOperations pools;
    private final CreatingPgs creating;
    private final PurgedSnaps purged;
    private final PoolQuotas quotas;
    private OsdMap map = OsdMap.empty();
    private OsdMapIncremental pending = new OsdMapIncremental();
    /// Whether somebody has looked at [#pending] since it was begun.
    private boolean touched;
    /// What was proposed, so that it need not be computed again when it is agreed on.
    private @Nullable OsdMap proposed;
    private int oldest;

    public OsdMapService(MonCore mon) {
        super(mon);
        sender = new OsdMapSender(mon, this);
        lifecycle = new OsdLifecycle(mon, this);
        pools = new PoolOperations(mon, this);
        creating = new CreatingPgs(mon, this);
        purged = new PurgedSnaps(mon, this);
        quotas = new PoolQuotas(mon, this);
        mon.topic(NAMESPACE, sender::check);
        mon.topic("osd_pg_creates", creating::check);
    }

    @Override
    public String name() {
        return NAMESPACE;
    }

    /// The committed map.
    @Override
    public OsdMap map() {
        return map;
    }

    /// What the next epoch will change; only inside [MonCore#whenWriteable].
    @Override
    public OsdMapIncremental pending() {
        if (!mon.isWriteable()) {
            throw new IllegalStateException("a proposal is under way");
        }
        touched = true;
        return pending;
    }

    /// The CRUSH map as it will be.
    @Override
    public CrushMap pendingCrush() {
        return pending.crush.isEmpty() ? map.crush() : CrushMap.decode(pending.crush);
    }

    @Override
    public void pendingCrush(CrushMap crush) {
        pending().crush = crush.encode(Features.PACIFIC);
    }

    public PoolQuotas quotas() {
        return quotas;
    }

    @Override
    public void removePool(long id) {
        pools.remove(id);
        if (pendingCrush().chooseArgs().containsKey(id)) { // its weight set
            CrushEditor editor = CrushEditor.of(pendingCrush());
            editor.weightSets().remove(id);
            pendingCrush(editor.build());
        }
    }

    @Override
    public void createPoolSnap(long id, String name) {
        pools.createSnap(id, name);
    }

    @Override
    public void removePoolSnap(long id, String name) {
        pools.removeSnap(id, name);
    }

    @Override
    public boolean makeAnew(PgId pg) {
        return creating.makeAnew(pg);
    }

    public PoolOperations pools() {
        return pools;
    }

    public OsdLifecycle lifecycle() {
        return lifecycle;
    }

    public OsdMapSender sender() {
        return sender;
    }

    public CreatingPgs creatingPgs() {
        return creating;
    }

    public PurgedSnaps purgedSnaps() {
        return purged;
    }

    /// Told of each new map once it is committed.
    public void onMap(Consumer<OsdMap> listener) {
        listeners.add(listener);
    }

    @Override
    public void createInitial(MonTransaction transaction, NewCluster cluster) {
        OsdMapIncremental first = InitialOsdMap.increment(cluster.fsid(), cluster.conf(), cluster.now());
        OsdMap initial = OsdMap.initial(cluster.fsid(), cluster.now()).apply(first);
        // the first increment carries the whole map, so that it can be applied to nothing
        OsdMapIncremental whole = new OsdMapIncremental(cluster.fsid(), 1);
        whole.modified = cluster.now();
        whole.fullmap = initial.encode(initial.encodingFeatures());
        put(transaction, whole, initial);
        transaction.putNumber(NAMESPACE, OLDEST, 1);
    }

    private static void put(MonTransaction transaction, OsdMapIncremental inc, OsdMap next) {
        long features = next.encodingFeatures();
        Bytes full = next.encode(features);
        inc.encodeFeatures = features;
        inc.fullCrc = OsdMap.crcOf(full);
        transaction.put(NAMESPACE, incrementalKey(next.epoch()), inc.encode(features));
        transaction.put(NAMESPACE, fullKey(next.epoch()), full);
        transaction.putNumber(NAMESPACE, LATEST, next.epoch());
    }

    private static String incrementalKey(long epoch) {
        return "inc_" + epoch;
    }

    private static String fullKey(long epoch) {
        return "full_" + epoch;
    }

    /// As encoded for Ceph 16, or null if it is not kept.
    @Override
    public @Nullable Bytes encodedMap(long epoch) {
        return mon.store().get(NAMESPACE, fullKey(epoch));
    }

    public @Nullable Bytes encodedIncremental(long epoch) {
        return mon.store().get(NAMESPACE, incrementalKey(epoch));
    }

    @Override
    public Set<String> namespaces() {
        return Set.of(NAMESPACE, METADATA, CreatingPgs.NAMESPACE, CreatingPgs.ANEW, PurgedSnaps.NAMESPACE);
    }

    @Override
    public void refresh(StoreView store) {
        oldest = (int) store.number(NAMESPACE, OLDEST);
        int newest = (int) store.number(NAMESPACE, LATEST);
        pendingMetadata.clear();
        boolean changed = newest != map.epoch();
        if (proposed != null && proposed.epoch() == newest) {
            map = proposed;
        } else if (changed) {
            Bytes full = encodedMap(newest);
            if (full == null) {
                throw new IllegalStateException("no OSD map of epoch " + newest + " in the store");
            }
            map = OsdMap.decode(full);
        }
        proposed = null;
        pending = OsdMapIncremental.after(map);
        touched = false;
        creating.refresh(store);
        if (changed) {
            lifecycle.onMap(map);
            listeners.forEach(listener -> listener.accept(map));
            mon.checkSubscriptions(NAMESPACE);
        }
        mon.checkSubscriptions("osd_pg_creates");
    }

    @Override
    public void leaderChanged() {
        proposed = null;
        lifecycle.reset();
        creating.reset();
    }

    private boolean mapChanges() {
        if (!touched) {
            return false;
        }
        OsdMapIncremental blank = OsdMapIncremental.after(map);
        pending.modified = Utime.ZERO;
        return !pending.encode(Features.PACIFIC).equals(blank.encode(Features.PACIFIC));
    }

    @Override
    public boolean hasPending() {
        return !pendingMetadata.isEmpty() || creating.hasPending() || mapChanges();
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        pendingMetadata.forEach((osd, metadata) -> {
            if (metadata == null) {
                transaction.erase(METADATA, Integer.toString(osd));
            } else {
                transaction.put(METADATA, Integer.toString(osd), new WireWriter()
                        .map(metadata, WireWriter::string, WireWriter::string).toBytes());
            }
        });
        if (mapChanges()) {
            pending.modified = mon.now();
            OsdMap next = PendingMap.complete(map, pending, mon.now());
            creating.onPool(transaction, pending, next);
            purged.encode(transaction, pending);
            put(transaction, pending, next);
            trim(transaction);
            proposed = next;
        }
        creating.encodePending(transaction);
    }

    /// Old epochs that nobody needs any more.
    private void trim(MonTransaction transaction) {
        long keep = mon.conf().integer("mon_min_osdmap_epochs");
        long until = pending.epoch - keep;
        if (until <= oldest) {
            return;
        }
        until = Math.min(until, Math.min(lifecycle.minLastEpochClean(), creating.oldestNeeded()));
        until = Math.min(until, oldest + MAX_TRIM);
        if (until <= oldest) {
            return;
        }
        for (long epoch = oldest; epoch < until; epoch++) {
            transaction.erase(NAMESPACE, incrementalKey(epoch)).erase(NAMESPACE, fullKey(epoch));
        }
        transaction.putNumber(NAMESPACE, OLDEST, until);
    }

    /// What an OSD said about itself when it booted; null where nothing is known.
    @Override
    public @Nullable NavigableMap<String, String> metadata(int osd) {
        Bytes encoded = mon.store().get(METADATA, Integer.toString(osd));
        return encoded == null ? null : encoded.reader().map(WireReader::string, WireReader::string);
    }

    /// Of all OSDs, by number.
    @Override
    public NavigableMap<Integer, Map<String, String>> allMetadata() {
        NavigableMap<Integer, Map<String, String>> all = new TreeMap<>();
        mon.store().scan(METADATA).forEach((osd, encoded) ->
                all.put(Integer.parseInt(osd), encoded.reader().map(WireReader::string, WireReader::string)));
        return all;
    }

    /// @param metadata null forgets the OSD's
    @Override
    public void pendingMetadata(int osd, @Nullable NavigableMap<String, String> metadata) {
        pendingMetadata.put(osd, metadata);
    }

    @Override
    public OsdKeyStore keys() {
        return new OsdKeys(mon);
    }

    @Override
    public boolean handle(MonSession session, Message message, long tid, Utime now) {
        return lifecycle.handle(session, message, tid)
                || pools.handle(session, message, tid)
                || sender.handle(session, message, tid)
                || creating.handle(session, message)
                || purged.handle(session, message, tid);
    }

    @Override
    public void tick(Utime now) {
        mon.whenWriteable(() -> {
            lifecycle.tick(now);
            purged.tick();
            quotas.tick();
            creating.tick();
        });
    }

    @Override
    public void sessionClosed(MonSession session) {
        creating.sessionClosed(session);
    }

    @Override
    public void registerCommands(CommandTable table) {}

    @Override
    public long newestVersion() {
        return map.epoch();
    }

    @Override
    public long oldestVersion() {
        return oldest;
    }
}
