package dev.inkfish.mon.osd;

import dev.inkfish.command.Formatter;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.osdmap.ObjectHash;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.OsdXinfo;
import dev.inkfish.osdmap.PgMergeMeta;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDAlive;
import dev.inkfish.wire.message.MOSDBeacon;
import dev.inkfish.wire.message.MOSDBoot;
import dev.inkfish.wire.message.MOSDFailure;
import dev.inkfish.wire.message.MOSDFull;
import dev.inkfish.wire.message.MOSDMarkMeDead;
import dev.inkfish.wire.message.MOSDMarkMeDown;
import dev.inkfish.wire.message.MOSDPGReadyToMerge;
import dev.inkfish.wire.message.MOSDPGTemp;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.LogEntry;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What OSDs say about themselves and each other, and what time does to them: up, down, out.
public final class OsdLifecycle {
    private static final double WHOLE = 4294967295.0;

    private final MonCore mon;
    private final OsdMapService service;
    private final FailureReports failures = new FailureReports();
    /// Since when an OSD that is in has been down.
    private final NavigableMap<Integer, Utime> downSince = new TreeMap<>();
    private final NavigableMap<Integer, Utime> lastReport = new TreeMap<>();
    private final CleanEpochs cleanEpochs = new CleanEpochs();

    OsdLifecycle(MonCore mon, OsdMapService service) {
        this.mon = mon;
        this.service = service;
    }

    private OsdMap map() {
        return service.map();
    }

    private void log(int priority, String text) {
        mon.service(LogService.class).line(priority, text);
    }

    /// A leader begins to count time and reports afresh.
    void reset() {
        failures.clear();
        downSince.clear();
        lastReport.clear();
        cleanEpochs.clear();
        onMap(map());
    }

    void onMap(OsdMap map) {
        failures.prune(map);
        for (int osd : map.osds()) {
            if (map.isUp(osd) || map.isOut(osd)) {
                downSince.remove(osd);
            } else {
                downSince.putIfAbsent(osd, mon.now());
            }
            if (map.isUp(osd)) {
                lastReport.putIfAbsent(osd, mon.now());
            } else {
                lastReport.remove(osd);
            }
        }
        downSince.keySet().removeIf(osd -> !map.exists(osd));
        cleanEpochs.onMap(map);
    }

    /// Nobody needs a map before it; 0 while somebody has not told.
    int minLastEpochClean() {
        return cleanEpochs.oldestNeeded(map());
    }

    /// Which maps the OSDs may still need, as members of the section that is open.
    public void dumpCleanEpochs(Formatter f) {
        f.dump("min_last_epoch_clean", minLastEpochClean());
        f.openArray("osd_epochs");
        cleanEpochs.forEachOsd((osd, epoch) -> f.openObject("osd").dump("id", osd).dump("epoch", epoch).close());
        f.close();
    }

    boolean handle(MonSession session, Message message, long tid) {
        Runnable change = switch (message) {
            case MOSDBoot boot -> () -> boot(session, boot);
            case MOSDAlive alive -> () -> alive(session, alive);
            case MOSDFull full -> () -> full(session, full);
            case MOSDFailure failure -> () -> failure(session, failure);
            case MOSDMarkMeDown down -> () -> markMeDown(session, down, tid);
            case MOSDMarkMeDead dead -> () -> markMeDead(session, dead);
            case MOSDPGTemp temp -> () -> pgTemp(session, temp);
            case MOSDPGReadyToMerge ready -> () -> readyToMerge(session, ready);
            case MOSDBeacon beacon -> () -> beacon(session, beacon);
            default -> null;
        };
        if (change == null) {
            return false;
        }
        if (session.peer().type() == EntityType.OSD && session.caps().canExecute(session, "osd")) {
            mon.whenWriteable(change);
        }
        return true;
    }

    private static int numberOf(MonSession session) {
        return (int) session.peer().number();
    }

    /// Whether the map shows this very instance as up.
    private boolean isCurrent(MonSession session) {
        int osd = numberOf(session);
        return map().isUp(osd) && map().publicAddrs(osd).equals(session.addrs());
    }

    // ---- boot

    private void boot(MonSession session, MOSDBoot boot) {
        int osd = numberOf(session);
        OsdMap map = map();
        int nextEpoch = boot.superblock().currentEpoch() + 1;
        if (!boot.superblock().clusterFsid().equals(mon.fsid()) || osd < 0) {
            return;
        }
        if (isCurrent(session) && map.clusterAddrs(osd).equals(boot.cluster())) {
            service.sender().sendLatest(session, nextEpoch);
            return;
        }
        boolean otherUuid = map.exists(osd) && map.uuid(osd).getMostSignificantBits() != 0
                && !map.uuid(osd).equals(boot.superblock().osdFsid());
        if (otherUuid) {
            log(LogEntry.WARN, "osd." + osd + " " + session.addrs() + " is not the osd." + osd + " of this cluster");
            return;
        }
        boolean old = map.exists(osd) && map.osdInfo(osd).upFrom() > boot.mapVersion()
                && map.publicAddrs(osd).equals(session.addrs());
        if (old || !canMarkUp(osd)) {
            service.sender().sendLatest(session, nextEpoch);
            return;
        }
        OsdMapIncremental pending = service.pending();
        if (map.isUp(osd)) {
            markDown(osd);
            retry(() -> boot(session, boot), session);
        } else if (pending.newUpClient.containsKey(osd)) {
            retry(() -> boot(session, boot), session);
        } else {
            markUp(session, osd, boot);
            mon.afterCommit(() -> {
                log(LogEntry.INFO, "osd." + osd + " " + session.addrs() + " boot");
                service.sender().sendLatest(session, nextEpoch);
            });
        }
    }

    private void retry(Runnable again, MonSession session) {
        mon.afterCommit(() -> mon.whenWriteable(() -> {
            if (session.isOpen()) {
                again.run();
            }
        }));
    }

    private boolean canMarkUp(int osd) {
        return !map().hasFlag(OsdMap.NOUP) && !HeldOsds.holds(map(), osd, OsdMap.STATE_NOUP);
    }

    private void markUp(MonSession session, int osd, MOSDBoot boot) {
        OsdMap map = map();
        OsdMapIncremental pending = service.pending();
        if (osd >= Math.max(map.maxOsd(), pending.newMaxOsd)) {
            pending.newMaxOsd = osd + 1;
        }
        pending.newUpClient.put(osd, session.addrs());
        pending.newUpCluster.put(osd, boot.cluster());
        pending.newHbBackUp.put(osd, boot.heartbeatBack());
        pending.newHbFrontUp.put(osd, boot.heartbeatFront());
        downSince.remove(osd);
        lastReport.put(osd, mon.now());
        if (!map.exists(osd) || !map.uuid(osd).equals(boot.superblock().osdFsid())) {
            pending.newUuid.put(osd, boot.superblock().osdFsid());
        }
        boolean wasThere = map.exists(osd);
        if (wasThere && boot.superblock().newestMap() == 0 && map.osdInfo(osd).upFrom() > map.osdInfo(osd).lostAt()) {
            // it begins with nothing: what it had is lost
            pending.newLost.put(osd, map.epoch());
        }
        service.pendingMetadata(osd, boot.metadata());
        if (wasThere) {
            cleanInterval(osd, boot);
        }
        OsdXinfo xinfo = laggy(wasThere ? map.osdXinfo(osd) : OsdXinfo.NONE, boot);
        int weight = weightToGet(osd, wasThere, xinfo);
        pending.newXinfo.put(osd, weight > 0 ? xinfo.withOldWeight(0) : xinfo);
        if (weight > 0) {
            pending.newWeight.put(osd, weight);
        }
    }

    private void cleanInterval(int osd, MOSDBoot boot) {
        var info = map().osdInfo(osd);
        int begin = boot.superblock().mounted();
        int end = boot.superblock().cleanThru();
        if (begin > info.lastCleanBegin() || begin == info.lastCleanBegin() && end > info.lastCleanEnd()) {
            service.pending().newLastCleanInterval.put(osd, new OsdMapIncremental.CleanInterval(begin, end));
        }
    }

    /// Learns from the boot whether the OSD had been alive all the time (it was up in `bootEpoch`).
    private OsdXinfo laggy(OsdXinfo before, MOSDBoot boot) {
        double weight = mon.conf().decimal("mon_osd_laggy_weight");
        double probability = before.laggy() * (1 - weight);
        double interval = before.laggyInterval() * (1 - weight);
        if (boot.bootEpoch() != 0) {
            probability += weight;
            if (before.downStamp().seconds() != 0) {
                long max = mon.conf().integer("mon_osd_laggy_max_interval");
                long down = (mon.now().toMillis() - before.downStamp().toMillis()) / 1000;
                interval += weight * (max > 0 ? Math.min(down, max) : down);
            } else {
                interval = before.laggyInterval();
            }
        }
        return before.withLaggy((int) (long) (probability * WHOLE), (int) interval).withFeatures(boot.osdFeatures());
    }

    /// The weight an OSD gets that is to be marked in; 0 where it stays as it is.
    private int weightToGet(int osd, boolean wasThere, OsdXinfo xinfo) {
        int state = wasThere ? map().state(osd) : OsdMap.NEW;
        state ^= service.pending().newState.getOrDefault(osd, 0);
        boolean wanted = mon.conf().flag("mon_osd_auto_mark_auto_out_in") && (state & OsdMap.AUTOOUT) != 0
                || mon.conf().flag("mon_osd_auto_mark_new_in") && (state & OsdMap.NEW) != 0
                || mon.conf().flag("mon_osd_auto_mark_in");
        boolean can = !map().hasFlag(OsdMap.NOIN) && (state & OsdMap.STATE_NOIN) == 0 && !HeldOsds.byOthers(map(), osd, OsdMap.STATE_NOIN);
        if (!wanted || !can) {
            return 0;
        }
        return xinfo.oldWeight() > 0 ? xinfo.oldWeight() : OsdMap.IN;
    }

    // ---- alive, temporary groups, beacons

    private void alive(MonSession session, MOSDAlive alive) {
        int osd = numberOf(session);
        if (!isCurrent(session)) {
            return;
        }
        if (map().osdInfo(osd).upThru() < alive.want()) {
            raiseUpThru(osd, (int) alive.mapVersion());
        }
        mon.afterCommit(() -> service.sender().sendLatest(session, (int) alive.mapVersion()));
    }

    private static final int FULLNESS = OsdMap.STATE_NEARFULL | OsdMap.STATE_BACKFILLFULL | OsdMap.STATE_FULL;

    private void full(MonSession session, MOSDFull told) {
        int osd = numberOf(session);
        if (!isCurrent(session)) {
            return;
        }
        int change = (map().state(osd) ^ told.state()) & FULLNESS;
        int other = service.pending().newState.getOrDefault(osd, 0) & ~FULLNESS;
        if ((change | other) == 0) {
            service.pending().newState.remove(osd);
        } else {
            service.pending().newState.put(osd, other | change);
        }
        mon.afterCommit(() -> service.sender().sendLatest(session, (int) told.mapVersion()));
    }

    private void raiseUpThru(int osd, int epoch) {
        if (map().osdInfo(osd).upThru() < epoch) {
            service.pending().newUpThru.merge(osd, epoch, Math::max);
        }
    }

    private void pgTemp(MonSession session, MOSDPGTemp message) {
        int osd = numberOf(session);
        if (!isCurrent(session)) {
            return;
        }
        OsdMap map = map();
        for (Map.Entry<PgId, List<Integer>> wish : message.pgTemp().entrySet()) {
            PgId pg = wish.getKey();
            PgPool pool = map.pool(pg.pool());
            if (pool == null || pg.seed() >= pool.pgNum()) {
                continue;
            }
            if (!message.forced() && map.place(pg).actingPrimary() != osd) {
                continue;
            }
            List<Integer> now = map.pgTemp().getOrDefault(pg, List.of());
            boolean primaryTemp = map.primaryTemp().containsKey(pg);
            if (now.equals(wish.getValue()) && !primaryTemp || wish.getValue().stream().anyMatch(this::isGone)) {
                continue;
            }
            service.pending().newPgTemp.put(pg, wish.getValue());
            if (primaryTemp) {
                service.pending().newPrimaryTemp.put(pg, -1);
            }
        }
        // it needs to be known alive in the interval that this begins
        raiseUpThru(osd, message.mapEpoch());
        mon.afterCommit(() -> service.sender().sendLatest(session, message.mapEpoch()));
    }

    /// Both groups of a coming merge hold still (`OSDMonitor::prepare_pg_ready_to_merge`). What was said in a map before
    /// the pool changed last is void: they may have taken writes since.
    private void readyToMerge(MonSession session, MOSDPGReadyToMerge message) {
        OsdMap map = map();
        PgId source = message.source();
        PgPool pool = service.pending().pool(map, source.pool());
        PgPool committed = map.pool(source.pool());
        if (!isCurrent(session) || pool == null || committed == null
                || pool.pgNum() != source.seed() + 1
                || pool.pgNumPending() > source.seed()
                || Integer.compareUnsigned((int) message.mapEpoch(), pool.lastChange()) < 0) {
            return;
        }
        int epoch = service.pending().epoch;
        PgPool.Draft draft = pool.edit();
        PgId target = new PgId(source.pool(), ObjectHash.seedOf(source.seed(), source.seed()));
        boolean together = map.place(source).equals(map.place(target));
        if (message.ready() && together) {
            draft.pgNum(source.seed());
            draft.lastPgMergeMeta = new PgMergeMeta(
                    source,
                    epoch,
                    message.lastEpochStarted(),
                    message.lastEpochClean(),
                    message.sourceVersion(),
                    message.targetVersion());
        } else {
            draft.pgNumPending = pool.pgNum();
        }
        draft.lastForceOpResendPrenautilus = epoch;
        draft.lastChange = epoch;
        service.pending().newPools.put(source.pool(), draft.pool());
        mon.afterCommit(() -> service.sender().sendLatest(session, (int) message.mapEpoch()));
    }

    private boolean isGone(int osd) {
        return osd != CrushMap.ITEM_NONE && !map().isUp(osd);
    }

    private void beacon(MonSession session, MOSDBeacon beacon) {
        int osd = numberOf(session);
        if (!isCurrent(session)) {
            service.sender().sendLatest(session, (int) beacon.mapVersion() + 1);
            return;
        }
        lastReport.put(osd, mon.now());
        cleanEpochs.told(osd, beacon);
        OsdXinfo xinfo = map().osdXinfo(osd);
        if (!xinfo.lastPurgedSnapsScrub().equals(beacon.lastPurgedSnapsScrub())) {
            service.pending().newXinfo.put(osd, xinfo.withLastPurgedSnapsScrub(beacon.lastPurgedSnapsScrub()));
        }
    }

    // ---- down

    private boolean canMarkDown(int osd) {
        OsdMap map = map();
        if (map.hasFlag(OsdMap.NODOWN) || HeldOsds.holds(map, osd, OsdMap.STATE_NODOWN)) {
            return false;
        }
        long pending = service.pending().newState.entrySet().stream()
                .filter(e -> map.isUp(e.getKey()) && (e.getValue() == 0 || (e.getValue() & OsdMap.UP) != 0)).count();
        double up = (double) (map.countUp() - pending) / Math.max(1, map.osds().size());
        return up >= mon.conf().decimal("mon_osd_min_up_ratio");
    }

    /// Marks an OSD that is up down with the next epoch.
    public void markDown(int osd) {
        OsdMapIncremental pending = service.pending();
        int bits = pending.newState.getOrDefault(osd, 0);
        if ((bits & OsdMap.UP) == 0) {
            pending.newState.put(osd, bits | OsdMap.UP);
        }
    }

    private void failure(MonSession session, MOSDFailure failure) {
        int reporter = numberOf(session);
        int target = failure.target();
        OsdMap map = map();
        boolean valid = failure.fsid().equals(mon.fsid()) && isCurrent(session) && map.isUp(target)
                && map.publicAddrs(target).equals(failure.targetAddrs());
        if (!valid) {
            // the reporter's map is old
            service.sender().sendLatest(session, failure.epoch() + 1);
            return;
        }
        if ((failure.flags() & MOSDFailure.FAILED) == 0) {
            log(LogEntry.DEBUG, "osd." + target + " failure report canceled by osd." + reporter);
            failures.cancel(target, reporter);
            return;
        }
        boolean immediate = (failure.flags() & MOSDFailure.IMMEDIATE) != 0;
        log(LogEntry.DEBUG,
                "osd." + target + " reported " + (immediate ? "immediately " : "") + "failed by osd." + reporter);
        if (immediate) {
            if (canMarkDown(target)) {
                forceDown(target, reporter);
            }
            return;
        }
        failures.add(target, reporter, Utime.ofMillis(mon.now().toMillis() - failure.failedFor() * 1000L));
        judge(target);
    }

    private void judge(int target) {
        String verdict = failures.verdict(map(), mon.conf(), target, mon.now());
        boolean pending = (service.pending().newState.getOrDefault(target, 0) & OsdMap.UP) != 0;
        if (verdict != null && !pending && canMarkDown(target)) {
            markDown(target);
            log(LogEntry.INFO, verdict);
        }
    }

    private void forceDown(int target, int reporter) {
        OsdMapIncremental pending = service.pending();
        if ((pending.newState.getOrDefault(target, 0) & OsdMap.UP) != 0) {
            return;
        }
        markDown(target);
        OsdXinfo xinfo = pending.newXinfo.getOrDefault(target, map().osdXinfo(target));
        pending.newXinfo.put(target, xinfo.withDeadEpoch(map().epoch() + 1));
        log(LogEntry.INFO, "osd." + target + " failed (" + CrushPlaces.ordered(map().crush(), target)
                + ") (connection refused reported by osd." + reporter + ")");
    }

    private void markMeDown(MonSession session, MOSDMarkMeDown message, long tid) {
        int target = message.target();
        Runnable answer = () -> {
            if (message.requestAck()) {
                mon.send(session, new MOSDMarkMeDown(
                        message.fsid(), target, message.targetAddrs(), message.epoch(), false), tid);
            }
        };
        boolean valid = message.fsid().equals(mon.fsid()) && map().isUp(target)
                && map().publicAddrs(target).equals(message.targetAddrs());
        if (!valid || !canMarkDown(target)) {
            service.sender().sendLatest(session, message.epoch() + 1);
            answer.run();
            return;
        }
        log(LogEntry.INFO, "osd." + target + " marked itself down" + (message.requestAck() ? "" : " and dead"));
        markDown(target);
        mon.afterCommit(answer);
    }

    private void markMeDead(MonSession session, MOSDMarkMeDead message) {
        int target = message.target();
        if (!message.fsid().equals(mon.fsid()) || !map().exists(target) || !map().isDown(target)) {
            return;
        }
        OsdMapIncremental pending = service.pending();
        OsdXinfo xinfo = pending.newXinfo.getOrDefault(target, map().osdXinfo(target));
        if (xinfo.deadEpoch() < message.epoch()) {
            pending.newXinfo.put(target, xinfo.withDeadEpoch(message.epoch()));
        }
        mon.afterCommit(() -> service.sender().sendLatest(session, message.epoch()));
    }

    // ---- time

    void tick(Utime now) {
        failures.targets().forEach(this::judge);
        silent(now);
        markOut(now);
        forgive(now);
    }

    /// OSDs that have not reported for a long time.
    private void silent(Utime now) {
        long timeout = mon.conf().integer("mon_osd_report_timeout") * 1000;
        for (Map.Entry<Integer, Utime> report : lastReport.entrySet()) {
            int osd = report.getKey();
            long silence = now.toMillis() - report.getValue().toMillis();
            if (map().isUp(osd) && silence > timeout && canMarkDown(osd)) {
                log(LogEntry.INFO, "osd." + osd + " marked down after no beacon for " + silence / 1000.0 + " seconds");
                markDown(osd);
            }
        }
    }

    /// OSDs that have been down long enough.
    private void markOut(Utime now) {
        long interval = mon.conf().integer("mon_osd_down_out_interval") * 1000;
        if (interval <= 0 || map().hasFlag(OsdMap.NOOUT)) {
            return;
        }
        for (Map.Entry<Integer, Utime> down : new TreeMap<>(downSince).entrySet()) {
            int osd = down.getKey();
            boolean due = now.toMillis() - down.getValue().toMillis() >= interval;
            if (!due || !map().isDown(osd) || !map().isIn(osd) || !canMarkOut(osd)) {
                continue;
            }
            OsdMapIncremental pending = service.pending();
            OsdXinfo xinfo = pending.newXinfo.getOrDefault(osd, map().osdXinfo(osd));
            pending.newXinfo.put(osd, xinfo.withOldWeight(map().weight(osd)));
            pending.newWeight.put(osd, OsdMap.OUT);
            if (!map().hasState(osd, OsdMap.AUTOOUT)) {
                pending.flipState(osd, OsdMap.AUTOOUT);
            }
            log(LogEntry.INFO, "Marking osd." + osd + " out (has been down for "
                    + (now.toMillis() - down.getValue().toMillis()) / 1000 + " seconds)");
        }
    }

    private boolean canMarkOut(int osd) {
        OsdMap map = map();
        if (HeldOsds.holds(map, osd, OsdMap.STATE_NOOUT)) {
            return false;
        }
        long pendingOut = service.pending().newWeight.values().stream().filter(weight -> weight == 0).count();
        double in = (double) (map.countIn() - pendingOut) / Math.max(1, map.osds().size());
        if (in < mon.conf().decimal("mon_osd_min_in_ratio")) {
            return false;
        }
        String limit = mon.conf().string("mon_osd_down_out_subtree_limit");
        String name = CrushPlaces.locationOf(map.crush(), osd).get(limit);
        if (name == null) {
            return true;
        }
        // a whole subtree that is down is somebody's maintenance or a dead switch
        return map.crush().itemNames().entrySet().stream().filter(e -> e.getValue().equals(name))
                .flatMap(e -> CrushPlaces.devicesBelow(map.crush(), e.getKey()).stream()).anyMatch(map::isUp);
    }

    /// Blocklist entries whose time is over.
    private void forgive(Utime now) {
        map().blocklist().forEach((addr, until) -> {
            if (until.compareTo(now) < 0 && !service.pending().oldBlocklist.contains(addr)) {
                service.pending().oldBlocklist.add(addr);
            }
        });
        map().rangeBlocklist().forEach((addr, until) -> {
            if (until.compareTo(now) < 0 && !service.pending().oldRangeBlocklist.contains(addr)) {
                service.pending().oldRangeBlocklist.add(addr);
            }
        });
    }
}
