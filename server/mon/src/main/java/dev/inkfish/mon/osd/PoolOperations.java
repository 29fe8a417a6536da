package dev.inkfish.mon.osd;

import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.osdcmd.PoolCreation;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolSnap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MPoolOp;
import dev.inkfish.wire.message.MPoolOpReply;
import dev.inkfish.wire.message.Message;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Creates and removes pools and their snapshots, for clients' pool operations and for commands.
///
/// Methods that change something are called inside [MonCore#whenWriteable]; they throw a `CephException`
/// with Ceph's words before anything is changed.
public final class PoolOperations {
    private final MonCore mon;
    private final OsdMapService service;

    PoolOperations(MonCore mon, OsdMapService service) {
        this.mon = mon;
        this.service = service;
    }

    // ---- pools

    /// A pool to be made. Zeros stand for the configured defaults.
    ///
    /// @param crushRule -1 for the default
    public record NewPool(String name, int pgNum, int pgpNum, int size, int crushRule) {}

    /// Makes a replicated pool. Its draft may be changed further by the caller through `pending().newPools`.
    ///
    /// @return its id
    public long create(NewPool wish) {
        PoolCreation.Wish full = new PoolCreation.Wish(wish.name());
        full.pgNum = wish.pgNum();
        full.pgpNum = wish.pgpNum();
        full.size = wish.size();
        full.ruleNumber = wish.crushRule();
        return new PoolCreation(service, mon.conf()).create(full, mon.now());
    }

    /// @return Ceph's words for the removal
    public String remove(long id) {
        OsdMap map = service.map();
        PgPool pool = map.pool(id);
        if (pool == null) {
            throw new CephException(Errno.ENOENT, "pool " + id + " does not exist");
        }
        String name = String.valueOf(map.poolName(id));
        checkRemovable(name, pool);
        OsdMapIncremental pending = service.pending();
        pending.oldPools.add(id);
        pending.newPools.remove(id);
        pending.newPoolNames.remove(id);
        map.pgTemp().keySet().stream().filter(pg -> pg.pool() == id).forEach(pg -> pending.newPgTemp.put(pg, List.of()));
        map.primaryTemp().keySet().stream().filter(pg -> pg.pool() == id)
                .forEach(pg -> pending.newPrimaryTemp.put(pg, -1));
        map.pgUpmap().keySet().stream().filter(pg -> pg.pool() == id).forEach(pending.oldPgUpmap::add);
        map.pgUpmapItems().keySet().stream().filter(pg -> pg.pool() == id).forEach(pending.oldPgUpmapItems::add);
        dropOf(id, pending.newPgUpmap.keySet().iterator());
        dropOf(id, pending.newPgUpmapItems.keySet().iterator());
        return "pool '" + name + "' removed";
    }

    private static void dropOf(long pool, Iterator<PgId> groups) {
        while (groups.hasNext()) {
            if (groups.next().pool() == pool) {
                groups.remove();
            }
        }
    }

    private void checkRemovable(String name, PgPool pool) {
        if (pool.isTier()) {
            throw new CephException(Errno.EBUSY,
                    "pool '" + name + "' is a tier of '" + service.map().poolName(pool.tierOf()) + "'");
        }
        if (!pool.tiers().isEmpty()) {
            StringBuilder tiers = new StringBuilder();
            pool.tiers().forEach(tier -> tiers.append(' ').append(service.map().poolName(tier)));
            throw new CephException(Errno.EBUSY, "pool '" + name + "' has tiers" + tiers);
        }
        if (!mon.conf().flag("mon_allow_pool_delete")) {
            throw new CephException(Errno.EPERM, "pool deletion is disabled; you must first set the "
                    + "mon_allow_pool_delete config option to true before you can destroy a pool");
        }
        if (pool.hasFlag(PgPool.FLAG_NODELETE)) {
            throw new CephException(Errno.EPERM,
                    "pool deletion is disabled; you must unset nodelete flag for the pool first");
        }
    }

    // ---- snapshots

    private PgPool projected(long id) {
        PgPool pool = service.pending().pool(service.map(), id);
        if (pool == null) {
            throw new CephException(Errno.ENOENT);
        }
        return pool;
    }

    private void change(long id, PgPool.Draft draft) {
        draft.snapEpoch = service.map().epoch() + 1;
        service.pending().newPools.put(id, draft.pool());
    }

    private void removed(long id, long snap) {
        service.pending().newRemovedSnaps.merge(id, IntervalSet.of(snap, 1), IntervalSet::union);
    }

    /// A snapshot of the whole pool; nothing if there is one of the name.
    public void createSnap(long id, String name) {
        PgPool pool = projected(id);
        if (pool.isUnmanagedSnapsMode() || pool.isTier()) {
            throw new CephException(Errno.EINVAL);
        }
        if (pool.snapNamed(name) != null) {
            return;
        }
        PgPool.Draft draft = pool.edit();
        draft.flags |= PgPool.FLAG_POOL_SNAPS;
        draft.snapSeq = pool.snapSeq() + 1;
        draft.snaps = new TreeMap<>(pool.snaps());
        draft.snaps.put(draft.snapSeq, new PoolSnap(draft.snapSeq, mon.now(), name));
        change(id, draft);
    }

    public void removeSnap(long id, String name) {
        PgPool pool = projected(id);
        if (pool.isUnmanagedSnapsMode()) {
            throw new CephException(Errno.EINVAL);
        }
        PoolSnap snap = pool.snapNamed(name);
        if (snap == null) {
            return;
        }
        PgPool.Draft draft = pool.edit();
        draft.snaps = new TreeMap<>(pool.snaps());
        draft.snaps.remove(snap.id());
        draft.snapSeq = pool.snapSeq() + 1;
        change(id, draft);
        removed(id, snap.id());
    }

    /// @return the new snapshot's id
    public long createUnmanagedSnap(long id) {
        PgPool pool = projected(id);
        if (pool.isPoolSnapsMode()) {
            throw new CephException(Errno.EINVAL);
        }
        PgPool.Draft draft = pool.edit();
        draft.flags |= PgPool.FLAG_SELFMANAGED_SNAPS;
        // the first one is 2, since 1 once marked the mode
        draft.snapSeq = Math.max(pool.snapSeq(), 1) + 1;
        change(id, draft);
        return draft.snapSeq;
    }

    public void removeUnmanagedSnap(long id, long snap) {
        PgPool pool = projected(id);
        if (!pool.isUnmanagedSnapsMode()) {
            throw new CephException(pool.isPoolSnapsMode() ? Errno.EINVAL : Errno.EOPNOTSUPP);
        }
        if (isRemoved(id, snap)) {
            return;
        }
        if (Long.compareUnsigned(snap, pool.snapSeq()) > 0) {
            throw new CephException(Errno.ENOENT);
        }
        PgPool.Draft draft = pool.edit();
        draft.snapSeq = pool.snapSeq() + 1;
        change(id, draft);
        removed(id, snap);
        service.purgedSnaps().alsoPurged(id, draft.snapSeq);
    }

    /// Whether a snapshot was removed, is being removed, or its removal is pending.
    boolean isRemoved(long pool, long snap) {
        IntervalSet pending = service.pending().newRemovedSnaps.get(pool);
        return service.map().pool(pool) == null
                || service.map().inRemovedSnapsQueue(pool, snap)
                || service.purgedSnaps().contains(pool, snap)
                || pending != null && pending.contains(snap);
    }

    // ---- messages

    boolean handle(MonSession session, Message message, long tid) {
        if (!(message instanceof MPoolOp op)) {
            return false;
        }
        if (!isAllowed(session, op)) {
            reply(session, op, tid, Errno.EPERM.code(), Bytes.EMPTY);
        } else if (!op.fsid().equals(mon.fsid())) {
            reply(session, op, tid, Errno.EINVAL.code(), Bytes.EMPTY);
        } else {
            mon.whenWriteable(() -> run(session, op, tid));
        }
        return true;
    }

    private boolean isAllowed(MonSession session, MPoolOp op) {
        if (op.op() != MPoolOp.CREATE_UNMANAGED_SNAP && op.op() != MPoolOp.DELETE_UNMANAGED_SNAP) {
            return session.caps().canWrite(session, "osd");
        }
        String name = service.map().poolName(op.pool());
        Map<String, String> arguments = name == null ? Map.of() : Map.of("poolname", name);
        return session.caps().allows(session.authName(), session.socketAddr(), "osd",
                        "osd pool op unmanaged-snap", arguments, false, true, false)
                || name != null && mon.auth().mayWritePool(session.identity(), session.socketAddr(), name);
    }

    private void run(MonSession session, MPoolOp op, long tid) {
        try {
            Bytes output = apply(op);
            mon.afterCommit(() -> reply(session, op, tid, 0, output));
        } catch (CephException e) {
            reply(session, op, tid, e.code(), Bytes.EMPTY);
        }
    }

    private Bytes apply(MPoolOp op) {
        OsdMap map = service.map();
        switch (op.op()) {
            case MPoolOp.CREATE -> {
                if (map.poolId(op.name()) < 0) {
                    create(new NewPool(op.name(), 0, 0, 0, op.crushRule()));
                }
            }
            case MPoolOp.DELETE -> {
                if (map.pool(op.pool()) != null && !service.pending().oldPools.contains((long) op.pool())) {
                    remove(op.pool());
                }
            }
            case MPoolOp.CREATE_SNAP -> createSnap(op.pool(), op.name());
            case MPoolOp.DELETE_SNAP -> removeSnap(op.pool(), op.name());
            case MPoolOp.CREATE_UNMANAGED_SNAP -> {
                return new WireWriter(8).u64(createUnmanagedSnap(op.pool())).toBytes();
            }
            case MPoolOp.DELETE_UNMANAGED_SNAP -> removeUnmanagedSnap(op.pool(), op.snap());
            default -> throw new CephException(Errno.EOPNOTSUPP);
        }
        return Bytes.EMPTY;
    }

    private void reply(MonSession session, MPoolOp op, long tid, int code, Bytes output) {
        mon.send(session, new MPoolOpReply(mon.fsid(), code, service.map().epoch(), output), tid);
    }
}
