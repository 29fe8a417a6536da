package dev.inkfish.mon.osd;

import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDPGCreate2;
import dev.inkfish.wire.message.MOSDPGCreated;
import dev.inkfish.wire.message.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Groups of new pools that no OSD has made yet (`creating_pgs_t`): their primaries are told to, and report
/// when they have. A pool is `creating` while it has such groups.
public final class CreatingPgs {
    static final String NAMESPACE = "osd_pg_creating";
    private static final int NO_SHARD = -1;

    /// What is left of one pool.
    ///
    /// @param epoch in which the pool came to be
    private record Pool(int epoch, Utime stamp, NavigableSet<Integer> seeds) {
        static Pool decode(WireReader in) {
            return new Pool(in.u32(), Utime.decode(in), new TreeSet<>(in.list(WireReader::u32)));
        }

        void encode(WireWriter out) {
            out.u32(epoch);
            stamp.encode(out);
            out.list(seeds, WireWriter::u32);
        }
    }

    private final MonCore mon;
    private final OsdMapService service;
    private NavigableMap<Long, Pool> pools = new TreeMap<>();
    private final NavigableSet<PgId> created = new TreeSet<>();
    /// Which groups a session was told to make, so that each is told once.
    private final Map<MonSession, NavigableSet<PgId>> told = new LinkedHashMap<>();

    CreatingPgs(MonCore mon, OsdMapService service) {
        this.mon = mon;
        this.service = service;
    }

    void refresh(StoreView store) {
        pools = new TreeMap<>();
        store.scan(NAMESPACE).forEach((pool, encoded) -> pools.put(Long.parseLong(pool), Pool.decode(encoded.reader())));
        created.removeIf(pg -> !isCreating(pg));
    }

    /// Whether the group has not been made yet.
    public boolean isCreating(PgId pg) {
        Pool pool = pools.get(pg.pool());
        return pool != null && pool.seeds.contains(pg.seed());
    }

    /// How many groups are still to be made.
    public int count() {
        return pools.values().stream().mapToInt(pool -> pool.seeds.size()).sum();
    }

    /// By pool.
    public NavigableMap<Long, NavigableSet<Integer>> all() {
        NavigableMap<Long, NavigableSet<Integer>> all = new TreeMap<>();
        pools.forEach((id, pool) -> all.put(id, new TreeSet<>(pool.seeds)));
        return all;
    }

    /// Enters the groups of pools that the epoch creates; forgets those of pools that it removes.
    void onPool(MonTransaction transaction, OsdMapIncremental pending, OsdMap next) {
        pending.oldPools.forEach(id -> transaction.erase(NAMESPACE, Long.toString(id)));
        pending.newPools.forEach((id, pool) -> {
            boolean isNew = service.map().pool(id) == null;
            if (isNew && pool.hasFlag(PgPool.FLAG_CREATING) && next.pool(id) != null) {
                NavigableSet<Integer> seeds = new TreeSet<>();
                for (int seed = 0; seed < pool.pgNum(); seed++) {
                    seeds.add(seed);
                }
                put(transaction, id, new Pool(next.epoch(), pending.modified, seeds));
            }
        });
    }

    private static void put(MonTransaction transaction, long id, Pool pool) {
        transaction.put(NAMESPACE, Long.toString(id), WireWriter.encode(pool, Pool::encode));
    }

    void reset() {
        created.clear();
    }

    boolean hasPending() {
        return !created.isEmpty();
    }

    void encodePending(MonTransaction transaction) {
        Map<Long, Pool> changed = new TreeMap<>();
        for (PgId pg : created) {
            Pool pool = pools.get(pg.pool());
            if (pool != null) {
                changed.computeIfAbsent(pg.pool(), id -> new Pool(pool.epoch, pool.stamp, new TreeSet<>(pool.seeds)))
                        .seeds.remove(pg.seed());
            }
        }
        changed.forEach((id, pool) -> {
            if (pool.seeds.isEmpty()) {
                transaction.erase(NAMESPACE, Long.toString(id));
            } else {
                put(transaction, id, pool);
            }
        });
    }

    /// Pools that have all their groups are no longer being created.
    void tick() {
        service.map().pools().forEach((id, pool) -> {
            if (pool.hasFlag(PgPool.FLAG_CREATING) && !pools.containsKey(id)) {
                PgPool projected = service.pending().pool(service.map(), id);
                if (projected != null && !service.pending().oldPools.contains(id)) {
                    PgPool.Draft draft = projected.edit();
                    draft.flags &= ~PgPool.FLAG_CREATING;
                    service.pending().newPools.put(id, draft.pool());
                }
            }
        });
    }

    boolean handle(MonSession session, Message message) {
        if (!(message instanceof MOSDPGCreated done)) {
            return false;
        }
        if (session.peer().type() == EntityType.OSD && session.caps().canExecute(session, "osd")
                && isCreating(done.pg())) {
            mon.whenWriteable(() -> {
                if (isCreating(done.pg())) {
                    created.add(done.pg());
                    mon.afterCommit(() -> mon.whenWriteable(this::tick));
                }
            });
        }
        return true;
    }

    /// Tells an OSD which groups it is to make: those it is primary of.
    void check(Subscription subscription) {
        MonSession session = subscription.session();
        OsdMap map = service.map();
        if (session.peer().type() != EntityType.OSD || subscription.next() > map.epoch()) {
            return;
        }
        int osd = (int) session.peer().number();
        NavigableSet<PgId> known = told.computeIfAbsent(session, s -> new TreeSet<>());
        known.removeIf(pg -> !isCreating(pg));
        NavigableMap<SpgId, MOSDPGCreate2.Created> toMake = new TreeMap<>();
        pools.forEach((id, pool) -> {
            PgPool info = map.pool(id);
            for (int seed : pool.seeds) {
                PgId pg = new PgId(id, seed);
                boolean primary = info != null && map.place(pg).actingPrimary() == osd;
                if (!primary) {
                    known.remove(pg);
                } else if (known.add(pg)) {
                    toMake.put(new SpgId(pg, shard(info, map, pg, osd)), new MOSDPGCreate2.Created(pool.epoch, pool.stamp));
                }
            }
        });
        if (!toMake.isEmpty()) {
            mon.send(session, new MOSDPGCreate2(map.epoch(), toMake));
        }
        subscription.sent(map.epoch());
    }

    private static int shard(@Nullable PgPool pool, OsdMap map, PgId pg, int osd) {
        return pool != null && pool.isErasure() ? map.place(pg).acting().indexOf(osd) : NO_SHARD;
    }

    void sessionClosed(MonSession session) {
        told.remove(session);
    }
}
