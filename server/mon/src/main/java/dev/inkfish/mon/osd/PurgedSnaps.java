package dev.inkfish.mon.osd;

import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMonGetPurgedSnaps;
import dev.inkfish.wire.message.MMonGetPurgedSnapsReply;
import dev.inkfish.wire.message.MRemoveSnaps;
import dev.inkfish.wire.message.Message;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Remembers which snapshots are gone from all groups, by pool and by the epoch that said so.
public final class PurgedSnaps {
    static final String NAMESPACE = "osd_snap";
    private static final String EPOCH_KEY = "purged_epoch_%08x";
    private static final String POOL_KEY = "purged_snap_";

    private final MonCore mon;
    private final OsdMapService service;
    private Supplier<NavigableMap<Long, IntervalSet>> reported = TreeMap::new;
    private final NavigableMap<Long, IntervalSet> alsoPurged = new TreeMap<>();

    PurgedSnaps(MonCore mon, OsdMapService service) {
        this.mon = mon;
        this.service = service;
    }

    /// Where the manager's word comes from: by pool, the snapshots that no group has any more.
    public void reportedBy(Supplier<NavigableMap<Long, IntervalSet>> source) {
        reported = source;
    }

    boolean contains(long pool, long snap) {
        return ofPool(pool).contains(snap);
    }

    private IntervalSet ofPool(long pool) {
        Bytes encoded = mon.store().get(NAMESPACE, POOL_KEY + pool);
        return encoded == null ? IntervalSet.EMPTY : IntervalSet.decode(encoded.reader());
    }

    /// The number that a removal itself takes up is no snapshot: without it the purged ones would never be
    /// one interval.
    void alsoPurged(long pool, long number) {
        alsoPurged.merge(pool, IntervalSet.of(number, 1), IntervalSet::union);
    }

    /// Takes what the manager reports out of the queue of removed snapshots.
    void tick() {
        NavigableMap<Long, IntervalSet> queue = service.map().removedSnapsQueue();
        if (queue.isEmpty()) {
            return;
        }
        reported.get().forEach((pool, snaps) -> {
            IntervalSet waiting = queue.get(pool);
            IntervalSet done = waiting == null ? IntervalSet.EMPTY : waiting.intersection(snaps);
            if (!done.isEmpty()) {
                service.pending().newPurgedSnaps.put(pool, done);
            }
        });
    }

    void encode(MonTransaction transaction, OsdMapIncremental pending) {
        NavigableMap<Long, IntervalSet> all = new TreeMap<>(pending.newPurgedSnaps);
        alsoPurged.forEach((pool, snaps) -> all.merge(pool, snaps, IntervalSet::union));
        alsoPurged.clear();
        all.forEach((pool, snaps) -> transaction.put(NAMESPACE, POOL_KEY + pool,
                WireWriter.encode(ofPool(pool).union(snaps), IntervalSet::encode)));
        if (!pending.newPurgedSnaps.isEmpty()) {
            transaction.put(NAMESPACE, String.format(Locale.ROOT, EPOCH_KEY, pending.epoch), new WireWriter()
                    .map(pending.newPurgedSnaps, WireWriter::u64, (w, snaps) -> snaps.encode(w)).toBytes());
        }
    }

    boolean handle(MonSession session, Message message, long tid) {
        if (message instanceof MRemoveSnaps remove) {
            if (session.caps().canRead(session, "osd") && session.caps().canWrite(session, "osd")) {
                mon.whenWriteable(() -> remove(remove));
            }
            return true;
        }
        if (!(message instanceof MMonGetPurgedSnaps get)) {
            return false;
        }
        if (session.caps().canRead(session, "osd")) {
            NavigableMap<Integer, NavigableMap<Long, IntervalSet>> found = new TreeMap<>();
            for (Map.Entry<String, Bytes> entry : mon.store().scan(NAMESPACE, "purged_epoch_").entrySet()) {
                int epoch = Integer.parseInt(entry.getKey().substring("purged_epoch_".length()), 16);
                if (epoch >= get.first() && epoch < get.last()) {
                    found.put(epoch, entry.getValue().reader().map(WireReader::u64, IntervalSet::decode));
                }
            }
            mon.send(session, new MMonGetPurgedSnapsReply(get.first(), get.last(), found), tid);
        }
        return true;
    }

    private void remove(MRemoveSnaps message) {
        message.snaps().forEach((pool, snaps) -> {
            for (long snap : snaps) {
                var known = service.pending().pool(service.map(), pool);
                if (known != null && known.isUnmanagedSnapsMode() && snap <= known.snapSeq()) {
                    service.pools().removeUnmanagedSnap(pool, snap);
                }
            }
        });
    }
}
