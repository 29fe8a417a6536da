package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.osd.ops.ClientOps;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDPGLog;
import dev.inkfish.wire.message.MOSDPGNotify2;
import dev.inkfish.wire.message.MOSDPGQuery2;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgHistory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The groups of one shard: makes them when a map or a message says so, and hands maps and messages to them.
///
/// A primary makes a group that it does not have only if the monitors say that it was never made, from the epoch in which
/// its pool was, with all intervals since: if it took writes all the same, one of those intervals names the members to
/// ask. Any other group is made when a member that has it tells us: of one whose copies are all lost nobody knows, and
/// it must not seem to be empty.
public final class PgTable {
    private final PgShell shell;
    private final MapSource maps;
    private final Function<PgHost, ClientOps> opsFactory;
    private final Predicate<PgId> ours;
    private final TreeMap<SpgId, Pg> groups = new TreeMap<>();
    private final Deque<Waiting> waitingForMap = new ArrayDeque<>();
    /// Groups that the monitors want made, of which we have been primary since they said so.
    private final TreeMap<SpgId, Asked> toMake = new TreeMap<>();
    private MapView map;

    private record Waiting(int osd, PgMessage message) {}

    /// @param asked the map in which the monitors saw us as primary
    /// @param oldestMap how far back maps are to be had
    private record Asked(PgHistory history, int asked, int oldestMap) {}

    /// @param map the newest map that was worked through before
    /// @param maps those up to the newest
    /// @param ours whether a group belongs to this shard
    public PgTable(
            PgShell shell,
            MapView map,
            MapSource maps,
            Function<PgHost, ClientOps> opsFactory,
            Predicate<PgId> ours) {
        this.shell = shell;
        this.map = map;
        this.maps = maps;
        this.opsFactory = opsFactory;
        this.ours = ours;
    }

    /// Reads the groups that are on disk and brings them to the present map.
    public void load() {
        int oldest = map.epoch();
        for (CollectionId collection : shell.store().listCollections()) {
            SpgId pgid = collection.pgid();
            if (pgid != null) {
                oldest = Math.min(oldest, PgDisk.epoch(shell.store(), pgid)); // all shards meet at the same maps
            }
        }
        adoptFromDisk();
        shell.awaitOtherShards();
        for (int before = oldest, epoch; before < map.epoch(); before = epoch) {
            epoch = maps.after(before);
            step(maps.at(before), maps.at(epoch));
        }
    }

    private void keep(Pg pg) {
        if (ours.test(pg.pgid().pgid())) {
            groups.put(pg.pgid(), pg);
        }
    }

    private void advance(Pg pg, MapView next) {
        MapView.PoolParams before = pg.map().pool(pg.pgid().pgid().pool());
        pg.advanceMap(next);
        MapView.PoolParams after = next.pool(pg.pgid().pgid().pool());
        if (before == null || after == null) {
            return;
        }
        for (PgData data : pg.split(before.pgNum())) {
            keep(Pg.child(shell, data, next, opsFactory));
        }
        if (after.pgNum() < before.pgNum() && !pg.isRemoving()) {
            List<SpgId> sources = PgMerge.sources(pg.pgid(), before.pgNum(), after.pgNum());
            if (!sources.isEmpty()) {
                pg.merge(sources.stream().map(this::onDisk).toList());
            }
        }
    }

    private @Nullable PgData onDisk(SpgId pgid) {
        boolean there = shell.store().collectionExists(CollectionId.of(pgid));
        return there ? PgDisk.load(shell.store(), pgid) : null;
    }

    /// Groups that other shards have put on disk.
    private void adoptFromDisk() {
        for (CollectionId collection : shell.store().listCollections()) {
            SpgId pgid = collection.pgid();
            if (pgid != null && ours.test(pgid.pgid()) && !groups.containsKey(pgid)) {
                groups.put(pgid, Pg.load(shell, pgid, maps::at, opsFactory));
            }
        }
    }

    /// Brings the groups that are at one map to the next; those on disk may be further already.
    ///
    /// A group that is merged into another is put on disk for the other's shard.
    private void step(MapView before, MapView next) {
        boolean merges = false;
        boolean splits = false;
        for (long pool : next.pools()) {
            MapView.PoolParams old = before.pool(pool);
            MapView.PoolParams now = next.pool(pool);
            if (old != null && now != null) {
                merges |= now.pgNum() < old.pgNum();
                splits |= now.pgNum() > old.pgNum();
            }
        }
        if (merges) {
            closeSources(before, next);
            shell.awaitOtherShards();
        }
        for (Pg pg : List.copyOf(groups.values())) {
            if (pg.epoch() == before.epoch()) {
                advance(pg, next);
            }
        }
        if (merges || splits) {
            shell.awaitOtherShards();
            discardSources(before, next);
            adoptFromDisk();
        }
    }

    /// A copy of a group that is merged, where its target is not, is of no use, and must not be taken for one of a group
    /// that comes to have its number later.
    private void discardSources(MapView before, MapView next) {
        for (CollectionId collection : shell.store().listCollections()) {
            SpgId pgid = collection.pgid();
            if (pgid != null && ours.test(pgid.pgid()) && !groups.containsKey(pgid) && isSource(pgid.pgid(), before, next)
                    && PgDisk.epoch(shell.store(), pgid) == before.epoch()) {
                PgMerge.discard(shell, collection);
            }
        }
    }

    private static boolean isSource(PgId pgid, MapView before, MapView next) {
        MapView.PoolParams old = before.pool(pgid.pool());
        MapView.PoolParams now = next.pool(pgid.pool());
        return old != null && now != null && PgMerge.isSource(pgid, old.pgNum(), now.pgNum());
    }

    private void closeSources(MapView before, MapView next) {
        for (Pg pg : List.copyOf(groups.values())) {
            if (pg.epoch() == before.epoch() && isSource(pg.pgid().pgid(), before, next)) {
                pg.close();
                shell.removed(pg);
            }
        }
    }

    private void catchUp(Pg pg) {
        while (pg.epoch() < map.epoch()) {
            pg.advanceMap(maps.at(maps.after(pg.epoch())));
        }
    }

    /// The next map that there is; each must come, in order, and be followed, now or later, by [#activate].
    public void advance(MapView next) {
        MapView before = map;
        map = next;
        step(before, next);
        toMake.entrySet().removeIf(each -> each.getValue().asked <= next.epoch() && !isOurs(next, each.getKey()));
    }

    /// The map is the newest one there is.
    public void activate() {
        makeAsked();
        for (Pg pg : List.copyOf(groups.values())) {
            pg.activateMap();
        }
        for (int i = waitingForMap.size(); i > 0; i--) {
            Waiting waiting = waitingForMap.poll();
            handle(waiting.osd, waiting.message);
        }
    }

    /// A group that was never made, or of which all copies are given up, begins with this history, once there are the maps
    /// of its creation and of the monitors' word. One that is there stays as it is. If another has become its primary, they
    /// tell that one, and us when we are it again.
    ///
    /// @param asked the map in which the monitors saw us as primary
    /// @param oldestMap how far back maps are to be had
    public void make(SpgId pgid, PgHistory history, int asked, int oldestMap) {
        for (int epoch = Math.max(asked, oldestMap); epoch <= map.epoch(); epoch++) {
            if (!isOurs(maps.at(epoch), pgid)) {
                return;
            }
        }
        toMake.put(pgid, new Asked(history, asked, oldestMap));
        makeAsked();
    }

    private boolean isOurs(MapView view, SpgId pgid) {
        return isPrimary(view, pgid, shell.whoami());
    }

    private void makeAsked() {
        for (SpgId pgid : List.copyOf(toMake.keySet())) {
            Asked asked = toMake.get(pgid);
            int created = asked.history.epochCreated();
            if (Math.max(created, asked.asked) > map.epoch()) {
                continue;
            }
            toMake.remove(pgid);
            Pg there = groups.get(pgid);
            Pg made = there == null ? started(add(pgid, beginning(pgid, asked), PastIntervals.EMPTY, created)) : there;
            if (made != null) {
                made.peering.tellMade();
            }
        }
    }

    /// Clients wait for the group since before it begins, and send again only if they come to have another primary.
    private PgHistory beginning(SpgId pgid, Asked asked) {
        int created = asked.history.epochCreated();
        int primary = maps.at(created).map(pgid.pgid()).actingPrimary();
        int since = created;
        while (since > asked.oldestMap && isPrimary(maps.at(since - 1), pgid, primary)) {
            since--;
        }
        return newborn(created).withInterval(created, created, since);
    }

    private static boolean isPrimary(MapView view, SpgId pgid, int osd) {
        MapView.PoolParams pool = view.pool(pgid.pgid().pool());
        return pool != null && pgid.pgid().seed() < pool.pgNum() && view.map(pgid.pgid()).actingPrimary() == osd;
    }

    /// A new group counts as scrubbed.
    private PgHistory newborn(int created) {
        Utime now = shell.now();
        return PgHistory.created(created)
                .withScrubs(new PgHistory.ScrubStamps(Eversion.ZERO, Eversion.ZERO, now, now, now));
    }

    private @Nullable Pg add(SpgId pgid, PgHistory history, PastIntervals past, int epoch) {
        MapView then = maps.at(firstFrom(epoch));
        if (then.pool(pgid.pgid().pool()) == null || map.pool(pgid.pgid().pool()) == null) {
            return null;
        }
        Pg pg = Pg.create(shell, pgid, history, past, then, opsFactory);
        groups.put(pgid, pg);
        catchUp(pg); // there is nothing to part yet
        pg.persistNew();
        return pg;
    }

    /// A message of another OSD's.
    public void handle(int osd, PgMessage message) {
        Pg pg = groups.get(message.pgid());
        if (pg == null && message.mapEpoch() > map.epoch()) {
            waitingForMap.add(new Waiting(osd, message));
            return;
        }
        if (pg == null && existsSince(message.pgid().pgid(), message.mapEpoch())) {
            pg = makeFor(osd, message);
        } else if (pg == null && message instanceof MOSDPGQuery2 query) {
            shell.send(osd, PgInbox.absent(query, map.epoch()));
        }
        if (pg != null) {
            pg.handle(osd, message);
        }
    }

    private @Nullable Pg makeFor(int osd, PgMessage message) {
        switch (message) {
            case MOSDPGQuery2 query -> {
                shell.send(osd, PgInbox.absent(query, map.epoch()));
                return null;
            }
            case MOSDPGLog log -> {
                boolean member = map.pool(log.pgid().pgid().pool()) != null && isMember(log.pgid().pgid());
                return member ? started(add(log.pgid(), log.info().history(), log.pastIntervals(), log.mapEpoch())) : null;
            }
            case MOSDPGNotify2 notify -> {
                PgId pgid = notify.pgid().pgid();
                boolean wanted = map.pool(pgid.pool()) != null
                        && map.map(pgid).actingPrimary() == shell.whoami()
                        && !notify.told().info().isAbsent();
                return wanted
                        ? started(add(
                                notify.pgid(),
                                notify.told().info().history(),
                                notify.told().pastIntervals(),
                                notify.mapEpoch()))
                        : null;
            }
            default -> {
                return null;
            }
        }
    }

    /// Whether what was said in an older map speaks of the group that has this name now: it may have been merged, and
    /// made anew by a split.
    private boolean existsSince(PgId pgid, int then) {
        for (int epoch = firstFrom(Math.min(then, map.epoch())); epoch <= map.epoch(); epoch = maps.after(epoch)) {
            MapView.PoolParams pool = maps.at(epoch).pool(pgid.pool());
            if (pool == null || pgid.seed() >= pool.pgNum()) {
                return false;
            }
        }
        return true;
    }

    /// The map of that epoch, or the next one that there is: others may speak of maps that we never had.
    private int firstFrom(int epoch) {
        return maps.after(epoch - 1);
    }

    private static @Nullable Pg started(@Nullable Pg pg) {
        if (pg != null) {
            pg.activateMap();
        }
        return pg;
    }

    private boolean isMember(PgId pgid) {
        MapView.Mapping mapping = map.map(pgid);
        return mapping.up().contains(shell.whoami()) || mapping.acting().contains(shell.whoami());
    }

    /// Forgets a group, as [PgShell#removed] asks.
    public void remove(Pg pg) {
        groups.remove(pg.pgid(), pg);
    }

    public @Nullable Pg find(SpgId pgid) {
        return groups.get(pgid);
    }

    public Collection<Pg> groups() {
        return Collections.unmodifiableCollection(groups.values());
    }

    public MapView map() {
        return map;
    }

    /// Writes what a restart would otherwise have to work out from old maps.
    public void persist() {
        for (Pg pg : new ArrayList<>(groups.values())) {
            if (pg.epochOnDisk() != pg.epoch()) {
                pg.persistInfo();
            }
        }
    }
}
