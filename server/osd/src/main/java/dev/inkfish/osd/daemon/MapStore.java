package dev.inkfish.osd.daemon;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.pg.MapSource;
import dev.inkfish.osd.pg.MapView;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.osd.OsdSuperblock;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The OSD's own objects: its superblock and the maps it has seen, in memory and in the META collection.
/// Changed by the control thread only; [#view] may be called from any.
final class MapStore implements MapSource {
    private static final Logger LOG = LoggerFactory.getLogger(MapStore.class);
    private static final GhObject SUPERBLOCK = object("osd_superblock");
    private static final String MAP = "osdmap.";
    private static final int CACHED = 200;

    private final ObjectStore store;
    private long submitted;
    private final AtomicLong committed = new AtomicLong();
    private final ConcurrentSkipListMap<Integer, OsdMapView> cache = new ConcurrentSkipListMap<>();
    /// Epochs of maps from before a gap, which groups may still be at.
    private final ConcurrentSkipListSet<Integer> beforeGap = new ConcurrentSkipListSet<>();
    private volatile OsdSuperblock superblock;

    private MapStore(ObjectStore store, OsdSuperblock superblock) {
        this.store = store;
        this.superblock = superblock;
    }

    private static GhObject object(String name) {
        return GhObject.of(new HObject(name, "", HObject.HEAD, 0, false, "", -1));
    }

    private static GhObject mapObject(int epoch) {
        return object(MAP + epoch);
    }

    static boolean exists(ObjectStore store) {
        return store.collectionExists(CollectionId.META) && store.exists(CollectionId.META, SUPERBLOCK);
    }

    /// Makes the superblock of a new OSD.
    static void create(ObjectStore store, UUID cluster, int whoami, UUID osd, Runnable onCommit) {
        Transaction transaction = new Transaction();
        if (!store.collectionExists(CollectionId.META)) {
            transaction.createCollection(CollectionId.META);
        }
        OsdSuperblock fresh = new OsdSuperblock(
                cluster, whoami, 0, 0, 0, 0, OsdSuperblock.NO_FEATURES, 0, 0, osd, 0, Utime.ZERO);
        write(fresh, transaction);
        store.submit(CollectionId.META, transaction, onCommit);
    }

    /// @throws CephException if there is no superblock
    static MapStore load(ObjectStore store) {
        if (!exists(store)) {
            throw new CephException(Errno.ENOENT, "the store holds no OSD");
        }
        Bytes content = store.read(CollectionId.META, SUPERBLOCK, 0, Long.MAX_VALUE);
        MapStore maps = content.reader().versioned(1, (in, version) -> new MapStore(store, OsdSuperblock.decode(in)));
        maps.findGap();
        return maps;
    }

    private void findGap() {
        for (GhObject object : store.list(CollectionId.META, GhObject.MIN, GhObject.MAX, Integer.MAX_VALUE)) {
            String name = object.hobject().oid();
            if (name.startsWith(MAP)) {
                int epoch = Integer.parseInt(name.substring(MAP.length()));
                if (epoch < superblock.oldestMap()) {
                    beforeGap.add(epoch);
                }
            }
        }
    }

    private static void write(OsdSuperblock superblock, Transaction transaction) {
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> superblock.encode(out));
        Bytes content = out.toBytes();
        transaction.truncate(CollectionId.META, SUPERBLOCK, content.length());
        transaction.write(CollectionId.META, SUPERBLOCK, 0, content);
    }

    OsdSuperblock superblock() {
        return superblock;
    }

    int newest() {
        return superblock.newestMap();
    }

    /// The map of an epoch that we have.
    MapView view(int epoch) {
        OsdMapView cached = cache.get(epoch);
        if (cached != null) {
            return cached;
        }
        if (epoch == 0) {
            return new OsdMapView(OsdMap.empty());
        }
        Bytes encoded = store.read(CollectionId.META, mapObject(epoch), 0, Long.MAX_VALUE);
        OsdMapView view = new OsdMapView(OsdMap.decode(encoded));
        OsdMapView raced = cache.putIfAbsent(epoch, view);
        return raced == null ? view : raced;
    }

    @Override
    public MapView at(int epoch) {
        return view(epoch);
    }

    @Override
    public int after(int epoch) {
        Integer before = beforeGap.higher(epoch);
        return before == null ? Math.max(epoch + 1, superblock.oldestMap()) : before;
    }

    /// Takes in what a message brings beyond our newest map. The monitors begin with a whole map where those before it are
    /// trimmed: nobody needs them any more, and they are passed over (`skip_maps` of `OSD::handle_osd_map`).
    ///
    /// @param fromMonitor other OSDs send whole maps for less
    /// @return the new maps, in order; empty if there is nothing new or a gap before it
    /// @param onCommit runs when they are durable
    List<OsdMapView> take(MOSDMap message, boolean fromMonitor, Runnable onCommit) {
        List<OsdMapView> fresh = new ArrayList<>();
        Transaction transaction = new Transaction();
        OsdMap last = newest() == 0 ? null : view(newest()).osdMap();
        boolean gap = last != null && fromMonitor && message.oldest() > last.epoch() + 1 && message.maps().containsKey(message.oldest());
        int epoch = gap ? message.oldest() : firstUsable(message, last);
        for (; epoch <= message.newest(); epoch++) {
            OsdMap next = next(message, epoch, last);
            if (next == null) {
                break;
            }
            Bytes encoded = message.maps().containsKey(epoch)
                    ? message.maps().get(epoch)
                    : next.encode(next.encodingFeatures());
            transaction.truncate(CollectionId.META, mapObject(epoch), encoded.length());
            transaction.write(CollectionId.META, mapObject(epoch), 0, encoded);
            fresh.add(new OsdMapView(next));
            last = next;
        }
        if (fresh.isEmpty()) {
            return fresh;
        }
        fresh.forEach(view -> cache.put(view.epoch(), view));
        while (cache.size() > CACHED) {
            cache.pollFirstEntry();
        }
        int newest = fresh.getLast().epoch();
        int oldest = superblock.oldestMap();
        if (gap) {
            LOG.info("osd.{}: the monitors have no maps from {} to {} any more", superblock.whoami(), newest() + 1, message.oldest() - 1);
            for (int old = oldest; old <= newest(); old++) {
                beforeGap.add(old);
            }
        }
        oldest = gap || oldest == 0 ? fresh.getFirst().epoch() : oldest;
        superblock = with(newest, oldest, superblock.cleanThru(), superblock.mounted());
        write(superblock, transaction);
        submit(transaction, onCommit);
        return fresh;
    }

    private static int firstUsable(MOSDMap message, @Nullable OsdMap last) {
        if (last != null) {
            return last.epoch() + 1;
        }
        return message.maps().isEmpty() ? 1 : message.maps().firstKey();
    }

    private static @Nullable OsdMap next(MOSDMap message, int epoch, @Nullable OsdMap last) {
        Bytes full = message.maps().get(epoch);
        if (full != null) {
            return OsdMap.decode(full);
        }
        Bytes increment = message.incrementals().get(epoch);
        if (increment == null) {
            return null;
        }
        OsdMap base = last == null ? OsdMap.empty() : last;
        return base.epoch() == epoch - 1 ? base.apply(OsdMapIncremental.decode(increment)) : null;
    }

    private OsdSuperblock with(int newest, int oldest, int cleanThru, int mounted) {
        OsdSuperblock s = superblock;
        return new OsdSuperblock(
                s.clusterFsid(),
                s.whoami(),
                newest,
                oldest,
                newest,
                s.weight(),
                s.compatFeatures(),
                cleanThru,
                mounted,
                s.osdFsid(),
                s.purgedSnapsLast(),
                s.lastPurgedSnapsScrub());
    }

    /// Notes the epoch in which we came up, or up to which we were clean when we stop.
    void note(int mounted, int cleanThru) {
        superblock = with(newest(), superblock.oldestMap(), cleanThru, mounted);
        Transaction transaction = new Transaction();
        write(superblock, transaction);
        submit(transaction, () -> {});
    }

    /// Removes maps that nobody needs.
    void trim(int oldestNeeded) {
        int oldest = superblock.oldestMap();
        int until = Math.min(oldestNeeded, newest() - 500);
        NavigableSet<Integer> past = beforeGap.headSet(Math.min(oldestNeeded, oldest));
        if (until - oldest < 100 && past.isEmpty()) {
            return;
        }
        Transaction transaction = new Transaction();
        past.forEach(epoch -> transaction.remove(CollectionId.META, mapObject(epoch)));
        past.clear();
        until = Math.max(until, oldest);
        for (int epoch = oldest; epoch < until; epoch++) {
            transaction.remove(CollectionId.META, mapObject(epoch));
        }
        superblock = with(newest(), until, superblock.cleanThru(), superblock.mounted());
        write(superblock, transaction);
        submit(transaction, () -> {});
    }

    private void submit(Transaction transaction, Runnable onCommit) {
        submitted++;
        store.submit(CollectionId.META, transaction, () -> {
            committed.incrementAndGet();
            onCommit.run();
        });
    }

    /// Transactions given to the store. On the control thread.
    long submitted() {
        return submitted;
    }

    /// Those of them that are durable.
    long committed() {
        return committed.get();
    }
}
