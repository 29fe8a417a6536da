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
import dev.inkfish.wire.osd.PgHistory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Groups of new pools that no OSD has made yet (`creating_pgs_t`): their primaries are told to, and report
/// when they have. A pool is `creating` while it has such groups.
///
/// Groups of older pools that an operator gave up begin anew, each by itself (`osd force-create-pg`).
public final class CreatingPgs {
    static final String NAMESPACE = "osd_pg_creating";
    static final String ANEW = "osd_pg_anew";
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

    /// When a group was told to begin anew.
    private record Anew(int epoch, Utime stamp) {
        static Anew decode(WireReader in) {
            return new Anew(in.u32(), Utime.decode(in));
        }

        void encode(WireWriter out) {
            stamp.encode(out.u32(epoch));
        }
    }

    private final MonCore mon;
    private final OsdMapService service;
    private NavigableMap<Long, Pool> pools = new TreeMap<>();
    private NavigableMap<PgId, Anew> anew = new TreeMap<>();
    private final NavigableSet<PgId> pendingAnew = new TreeSet<>();
    private final NavigableSet<PgId> created = new TreeSet<>();
    /// Which groups a session was told to make, so that each is told once while the OSD is its primary.
    private final Map<MonSession, NavigableSet<PgId>> told = new LinkedHashMap<>();

    CreatingPgs(MonCore mon, OsdMapService service) {
        this.mon = mon;
        this.service = service;
    }

    void refresh(StoreView store) {
        pools = new TreeMap<>();
        store.scan(NAMESPACE).forEach((pool, encoded) -> pools.put(Long.parseLong(pool), Pool.decode(encoded.reader())));
        anew = new TreeMap<>();
        store.scan(ANEW).forEach((pg, encoded) -> anew.put(PgId.parse(pg), Anew.decode(encoded.reader())));
        created.removeIf(pg -> !isCreating(pg));
        pendingAnew.clear();
    }

    /// Has a group begin anew in the next epoch.
    ///
    /// @return false if it is being made already
    boolean makeAnew(PgId pg) {
        if (isCreating(pg) || !pendingAnew.add(pg)) {
            return false;
        }
        PgPool pool = service.pending().pool(service.map(), pg.pool());
        if (pool == null) {
            throw new IllegalStateException("no pool of " + pg);
        }
        PgPool.Draft draft = pool.edit();
        draft.flags |= PgPool.FLAG_CREATING;
        service.pending().newPools.put(pg.pool(), draft.pool());
        return true;
    }

    /// The first epoch that OSDs need to make what is not there yet.
    int oldestNeeded() {
        int oldest = anew.values().stream().mapToInt(Anew::epoch).min().orElse(Integer.MAX_VALUE);
        return pools.values().stream().mapToInt(Pool::epoch).reduce(oldest, Math::min);
    }

    /// Whether the group has not been made yet.
    public boolean isCreating(PgId pg) {
        Pool pool = pools.get(pg.pool());
        return pool != null && pool.seeds.contains(pg.seed()) || anew.containsKey(pg);
    }

    /// How many groups are still to be made.
    public int count() {
        return all().values().stream().mapToInt(NavigableSet::size).sum();
    }

    /// By pool.
    public NavigableMap<Long, NavigableSet<Integer>> all() {
        NavigableMap<Long, NavigableSet<Integer>> all = new TreeMap<>();
        pools.forEach((id, pool) -> all.put(id, new TreeSet<>(pool.seeds)));
        anew.keySet().forEach(pg -> all.computeIfAbsent(pg.pool(), id -> new TreeSet<>()).add(pg.seed()));
        return all;
    }

    /// Enters the groups of pools that the epoch creates; forgets those of pools that it removes.
    void onPool(MonTransaction transaction, OsdMapIncremental pending, OsdMap next) {
        pending.oldPools.forEach(id -> transaction.erase(NAMESPACE, Long.toString(id)));
        anew.keySet().stream().filter(pg -> pending.oldPools.contains(pg.pool())).forEach(pg -> transaction.erase(ANEW, pg.toString()));
        for (PgId pg : pendingAnew) {
            if (next.pool(pg.pool()) != null) {
                transaction.put(ANEW, pg.toString(), WireWriter.encode(new Anew(next.epoch(), pending.modified), Anew::encode));
            }
        }
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
        pendingAnew.clear();
    }

    boolean hasPending() {
        return !created.isEmpty();
    }

    void encodePending(MonTransaction transaction) {
        Map<Long, Pool> changed = new TreeMap<>();
        for (PgId pg : created) {
            if (anew.containsKey(pg)) {
                transaction.erase(ANEW, pg.toString());
            }
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
            boolean creates = pools.containsKey(id) || anew.keySet().stream().anyMatch(pg -> pg.pool() == id)
                    || pendingAnew.stream().anyMatch(pg -> pg.pool() == id);
            if (pool.hasFlag(PgPool.FLAG_CREATING) && !creates) {
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
        if (subscription.next() < map.epoch()) {
            known.clear(); // in a map between, another may have been primary: the OSD forgot what it was told
        }
        NavigableMap<SpgId, MOSDPGCreate2.Created> toMake = new TreeMap<>();
        NavigableMap<SpgId, PgHistory> histories = new TreeMap<>();
        pools.forEach((id, pool) -> pool.seeds.forEach(seed -> {
            PgId pg = new PgId(id, seed);
            if (!anew.containsKey(pg) && isToBeTold(map, pg, osd, known)) {
                toMake.put(member(map, pg, osd), new MOSDPGCreate2.Created(pool.epoch, pool.stamp));
            }
        }));
        anew.forEach((pg, when) -> {
            if (isToBeTold(map, pg, osd, known)) {
                toMake.put(member(map, pg, osd), new MOSDPGCreate2.Created(when.epoch, when.stamp));
                histories.put(member(map, pg, osd), PgHistory.created(when.epoch));
            }
        });
        if (!toMake.isEmpty()) {
            mon.send(session, new MOSDPGCreate2(map.epoch(), toMake, histories));
        }
        subscription.sent(map.epoch());
    }

    private static boolean isToBeTold(OsdMap map, PgId pg, int osd, NavigableSet<PgId> known) {
        boolean primary = map.pool(pg.pool()) != null && map.place(pg).actingPrimary() == osd;
        if (!primary) {
            known.remove(pg);
        }
        return primary && known.add(pg);
    }

    private static SpgId member(OsdMap map, PgId pg, int osd) {
        PgPool pool = map.pool(pg.pool());
        return new SpgId(pg, pool != null && pool.isErasure() ? map.place(pg).acting().indexOf(osd) : NO_SHARD);
    }

    void sessionClosed(MonSession session) {
        told.remove(session);
    }
}
