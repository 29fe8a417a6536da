package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.SnapIndex;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.message.MOSDPGPull;
import dev.inkfish.wire.message.MOSDPGPush;
import dev.inkfish.wire.message.MOSDPGPushReply;
import dev.inkfish.wire.osd.PgMissing;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.PullOp;
import dev.inkfish.wire.osd.PushOp;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Copies whole objects between members, in parts of bounded size: the next part goes out when the one
/// before is durable. An unfinished copy lies under a name that no client can use, and takes the object's place
/// with its last part.
final class ObjectCopier {
    private final Pg pg;
    private final TreeMap<Key, Outgoing> outgoing = new TreeMap<>();
    private final TreeMap<HObject, Incoming> fetches = new TreeMap<>();
    /// Objects of which the first part, but not the last, has come.
    private final TreeSet<HObject> unfinished = new TreeSet<>();

    private record Key(PgShard target, HObject object) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int c = target.compareTo(other.target);
            return c != 0 ? c : object.compareTo(other.object);
        }
    }

    private static final class Outgoing {
        final Eversion version;
        final @Nullable Runnable onDurable;
        long offset;
        Bytes omapFrom = Bytes.EMPTY;
        boolean first = true;
        boolean last;

        Outgoing(Eversion version, @Nullable Runnable onDurable) {
            this.version = version;
            this.onDurable = onDurable;
        }
    }

    private record Incoming(Eversion version, PgShard source, PgBackend.FetchResult result) {}

    ObjectCopier(Pg pg) {
        this.pg = pg;
    }

    void reset() {
        outgoing.clear();
        fetches.clear();
        if (!unfinished.isEmpty()) {
            Transaction transaction = new Transaction();
            unfinished.forEach(object -> transaction.remove(pg.data.collection, GhObject.of(temporary(object))));
            unfinished.clear();
            pg.shell.submit(pg.data.collection, transaction, () -> {});
        }
    }

    // ---- asking and giving

    void fetch(HObject object, Eversion version, PgShard source, PgBackend.FetchResult result) {
        fetches.put(object, new Incoming(version, source, result));
        pg.shell.send(
                source.osd(),
                new MOSDPGPull(
                        pgid(source),
                        pg.map.epoch(),
                        pg.map.epoch(),
                        pg.whoami(),
                        List.of(new PullOp(object, version))));
    }

    void push(HObject object, PgShard target, Runnable onDurable) {
        try {
            Outgoing copy = new Outgoing(pg.replica.version(GhObject.of(object)), onDurable);
            outgoing.put(new Key(target, object), copy);
            sendNext(target, object, copy, pg.map.epoch());
        } catch (CephException e) {
            outgoing.remove(new Key(target, object));
            pg.recovery.lost(object);
        }
    }

    void onPull(MOSDPGPull pull) {
        for (PullOp wish : pull.pulls()) {
            HObject object = wish.object();
            Key key = new Key(pull.from(), object);
            try {
                PgMissing.Item lacking = pg.data.missing.get(object);
                // of an object that is lost, an older version may be wanted
                if (lacking != null && !lacking.have().equals(wish.version())
                        || !pg.replica.version(GhObject.of(object)).equals(wish.version())) {
                    throw new CephException(dev.inkfish.wire.Errno.ENOENT, "not in that version");
                }
                Outgoing copy = new Outgoing(wish.version(), null);
                outgoing.put(key, copy);
                sendNext(pull.from(), object, copy, pull.mapEpoch());
            } catch (CephException e) {
                outgoing.remove(key);
                send(pull.from(), nothing(object), pull.mapEpoch());
            }
        }
    }

    /// What says that we do not have the object.
    private static PushOp nothing(HObject object) {
        return new PushOp(
                object, Eversion.ZERO, false, true, true, 0, new TreeMap<>(), new TreeMap<>(), Bytes.EMPTY,
                new TreeMap<>());
    }

    private void send(PgShard target, PushOp part, int epoch) {
        pg.shell.send(
                target.osd(),
                new MOSDPGPush(pgid(target), pg.map.epoch(), epoch, pg.whoami(), List.of(part), pg.scrubber.isRepairing()));
    }

    private SpgId pgid(PgShard member) {
        return new SpgId(pg.data.pgid.pgid(), member.shard());
    }

    private void sendNext(PgShard target, HObject object, Outgoing copy, int epoch) {
        ObjectStore store = pg.shell.store();
        CollectionId c = pg.data.collection;
        GhObject source = GhObject.of(object);
        long size = store.size(c, source);
        long budget = pg.shell.settings().recoveryChunk();
        NavigableMap<Long, Bytes> extents = new TreeMap<>();
        if (copy.offset < size) {
            long end = Math.min(size, copy.offset + budget);
            for (ObjectStore.Extent extent : store.extents(c, source, copy.offset, end - copy.offset)) {
                extents.put(extent.offset(), store.read(c, source, extent.offset(), extent.length()));
            }
            budget -= end - copy.offset;
            copy.offset = end;
        }
        TreeMap<Bytes, Bytes> omap = new TreeMap<>();
        boolean omapDone = copy.offset >= size && readOmap(source, copy, omap, budget);
        boolean first = copy.first;
        copy.first = false;
        copy.last = copy.offset >= size && omapDone;
        PushOp part = new PushOp(
                object,
                copy.version,
                false,
                first,
                copy.last,
                size,
                extents,
                first ? store.attrs(c, source) : new TreeMap<>(),
                first ? store.omapHeader(c, source) : Bytes.EMPTY,
                omap);
        send(target, part, epoch);
        pg.shell.countRecovery(0, bytes(part));
    }

    private static long bytes(PushOp part) {
        return part.omap().size() + part.extents().values().stream().mapToLong(Bytes::length).sum();
    }

    /// @return whether the end was reached
    private boolean readOmap(GhObject source, Outgoing copy, TreeMap<Bytes, Bytes> omap, long budget) {
        long[] left = {Math.max(budget, 1)};
        boolean[] done = {true};
        pg.shell.store().omapScan(pg.data.collection, source, copy.omapFrom, (key, value) -> {
            if (left[0] <= 0) {
                copy.omapFrom = key;
                done[0] = false;
                return false;
            }
            left[0] -= key.length() + value.length();
            omap.put(key, value);
            return true;
        });
        return done[0];
    }

    void onPushReply(MOSDPGPushReply reply) {
        Key key = new Key(reply.from(), reply.object());
        Outgoing copy = outgoing.get(key);
        if (copy == null || !copy.version.equals(reply.version())) {
            return;
        }
        if (copy.last) {
            outgoing.remove(key);
            if (copy.onDurable != null) {
                copy.onDurable.run();
            }
            return;
        }
        try {
            sendNext(reply.from(), reply.object(), copy, reply.mapEpoch());
        } catch (CephException e) {
            outgoing.remove(key);
            if (copy.onDurable != null) {
                pg.recovery.lost(reply.object());
            } else {
                send(reply.from(), nothing(reply.object()), reply.mapEpoch());
            }
        }
    }

    void lostSource(PgShard member) {
        for (HObject object : List.copyOf(fetches.keySet())) {
            Incoming fetch = fetches.get(object);
            if (fetch != null && fetch.source.equals(member)) {
                fetches.remove(object);
                fetch.result.notThere();
            }
        }
    }

    // ---- receiving

    void onPush(MOSDPGPush push) {
        for (PushOp part : push.pushes()) {
            Incoming fetch = fetches.get(part.object());
            if (pg.isPrimary() && (fetch == null || !fetch.source.equals(push.from()))) {
                continue;
            }
            if (part.version().isZero()) {
                fetches.remove(part.object());
                if (fetch != null) {
                    fetch.result.notThere();
                }
                continue;
            }
            Transaction transaction = write(part);
            if (pg.isPrimary()) {
                pg.shell.countRecovery(0, bytes(part));
            }
            if (part.last()) {
                fetches.remove(part.object());
                arrived(part, transaction);
                if (push.repair() || pg.isPrimary() && pg.recovery.isRepairing(part.object())) {
                    pg.shell.countRepaired();
                }
            }
            pg.shell.submit(pg.data.collection, transaction, pg.inInterval(() -> {
                pg.shell.send(
                        push.from().osd(),
                        new MOSDPGPushReply(
                                pgid(push.from()),
                                pg.map.epoch(),
                                push.mapEpoch(),
                                pg.whoami(),
                                part.object(),
                                part.version()));
                if (part.last() && fetch != null) {
                    fetch.result.fetched();
                }
            }));
        }
    }

    private Transaction write(PushOp part) {
        CollectionId c = pg.data.collection;
        GhObject target = GhObject.of(part.object());
        boolean whole = part.first() && part.last();
        GhObject into = whole ? target : GhObject.of(temporary(part.object()));
        Transaction transaction = new Transaction();
        if (part.first()) {
            transaction.remove(c, into).touch(c, into).truncate(c, into, part.size());
            if (!part.attrs().isEmpty()) {
                transaction.setAttrs(c, into, part.attrs());
            }
            if (!part.omapHeader().isEmpty()) {
                transaction.omapSetHeader(c, into, part.omapHeader());
            }
        }
        part.extents().forEach((offset, data) -> transaction.write(c, into, offset, data));
        if (!part.omap().isEmpty()) {
            transaction.omapSet(c, into, part.omap());
        }
        if (!part.last()) {
            unfinished.add(part.object());
        } else if (whole) {
            if (unfinished.remove(part.object())) { // of a copy from another member that broke off
                transaction.remove(c, GhObject.of(temporary(part.object())));
            }
        } else {
            unfinished.remove(part.object());
            transaction.remove(c, target).moveRename(c, into, c, target);
        }
        if (part.last()) {
            ObjectStore store = pg.shell.store();
            SnapIndex.onPushed(transaction, store, c, part.object(), whole ? part.attrs() : store.attrs(c, into));
        }
        return transaction;
    }

    private void arrived(PushOp part, Transaction transaction) {
        PgMissing.Item lacking = pg.data.missing.get(part.object());
        if (lacking != null && lacking.need().compareTo(part.version()) <= 0) {
            pg.data.missing.remove(part.object());
            pg.data.updateLastComplete();
            PgDisk.writeMissing(pg.data, transaction);
        }
    }

    private HObject temporary(HObject object) {
        return new HObject(
                object.oid(),
                object.key(),
                object.snap(),
                object.hash(),
                false,
                object.nspace(),
                ReplicatedBackend.temporaryPool(pg.data.pgid));
    }
}
