package dev.inkfish.osd.pg;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.message.MOSDPGBackfill;
import dev.inkfish.wire.message.MOSDPGBackfillRemove;
import dev.inkfish.wire.message.MOSDPGScan;
import dev.inkfish.wire.osd.PgShard;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Fills members whose logs do not reach ours, on an active primary, once nothing else is missing: object by
/// object in the order of [HObject], comparing what they have with what we have.
///
/// `position`, the place behind the clones of some object, splits the objects. Below it the targets have what we have, or it is being copied (and the
/// object blocked for writes); writes there go to them. Above it they hold anything or nothing; they
/// get only the log entries of writes there. An object and its clones are never on different sides.
final class Backfill {
    private final Pg pg;
    private boolean reserved;
    private boolean running;
    /// It stands still, without a reservation, until a map says that it may go on.
    private boolean heldBack;
    /// Another group needs the place more.
    private boolean yielding;
    private HObject position = HObject.MIN;
    private final SortedSet<PgShard> awaiting = new TreeSet<>();
    private final TreeMap<PgShard, MOSDPGScan> digests = new TreeMap<>();
    /// Objects of the present batch that some target does not have yet, and which.
    private final TreeMap<HObject, SortedSet<PgShard>> copying = new TreeMap<>();
    private final Deque<HObject> queue = new ArrayDeque<>();
    private final TreeSet<HObject> started = new TreeSet<>();
    /// Those of them that hold one of the OSD's places.
    private final TreeSet<HObject> placed = new TreeSet<>();

    Backfill(Pg pg) {
        this.pg = pg;
    }

    /// The first place an object of a pool can have.
    static HObject first(long pool) {
        return new HObject("", "", 0, 0, false, "", pool);
    }

    /// The place behind an object and all of its clones.
    static HObject behind(HObject object) {
        return object.withSnap(HObject.SNAPDIR);
    }

    void reset() {
        if (running && reserved) {
            pg.priority.forget(); // as in Ceph, a wish does not outlive the backfill it was for
        }
        if (running || reserved) {
            pg.shell.releaseBackfill(pg.data.pgid.pgid());
        }
        reserved = false;
        running = false;
        heldBack = false;
        yielding = false;
        position = HObject.MIN;
        awaiting.clear();
        digests.clear();
        copying.clear();
        queue.clear();
        started.clear();
        placed.forEach(object -> pg.shell.releaseRecoveryPlace());
        placed.clear();
    }

    boolean isRunning() {
        return running && reserved;
    }

    boolean isWaiting() {
        return running && !reserved && !heldBack;
    }

    /// A target's disk is too full to be filled further.
    boolean isTooFull() {
        return heldBack && targetTooFull();
    }

    private boolean targetTooFull() {
        OsdMap map = pg.osdMap();
        return pg.backfillTargets.stream().anyMatch(target -> map.exists(target.osd())
                && map.hasState(target.osd(), OsdMap.STATE_BACKFILLFULL | OsdMap.STATE_FULL));
    }

    private boolean mayGoOn() {
        return !pg.osdMap().hasFlag(OsdMap.NOBACKFILL) && !targetTooFull();
    }

    void onMap() {
        if (heldBack && mayGoOn()) {
            heldBack = false;
            reserve();
        }
        if (heldBack) {
            pg.report.changed();
        }
    }

    /// Whether a target takes part in writes to this object.
    boolean covers(PgShard target, HObject object) {
        HObject place = behind(object);
        return place.compareTo(position) <= 0
                || place.compareTo(pg.peerInfo.get(target).lastBackfill()) <= 0;
    }

    boolean isCopying(HObject object) {
        return copying.containsKey(object);
    }

    void hasten(HObject object) {
        if (copying.containsKey(object) && !started.contains(object)) {
            copy(object);
        }
    }

    void start() {
        if (running) {
            return;
        }
        if (pg.backfillTargets.isEmpty()) {
            pg.peering.onRecovered();
            return;
        }
        running = true;
        reserve();
    }

    private void reserve() {
        pg.report.changed();
        Runnable granted = pg.inInterval(() -> {
            reserved = true;
            position = HObject.MAX;
            for (PgShard target : pg.backfillTargets) {
                HObject filled = pg.peerInfo.get(target).lastBackfill();
                position = filled.compareTo(position) < 0 ? filled : position;
            }
            pg.report.changed();
            nextBatch();
        });
        pg.shell.reserveBackfill(
                pg.data.pgid.pgid(), pg.priority.ofBackfill(), granted, pg.inInterval(() -> yielding = reserved));
    }

    /// The group goes before others, or not any more.
    void onPriority() {
        if (isWaiting()) {
            reserve();
        }
    }

    private void nextBatch() {
        if (position.max()) {
            finish();
            return;
        }
        if (!mayGoOn()) {
            heldBack = true;
            giveBack();
            return;
        }
        if (yielding) {
            giveBack();
            reserve();
            return;
        }
        digests.clear();
        awaiting.clear();
        awaiting.addAll(pg.backfillTargets);
        for (PgShard target : List.copyOf(awaiting)) {
            pg.shell.send(
                    target.osd(),
                    new MOSDPGScan(
                            pgid(target),
                            MOSDPGScan.Op.GET_DIGEST,
                            pg.map.epoch(),
                            pg.map.epoch(),
                            pg.whoami(),
                            position,
                            HObject.MAX,
                            new TreeMap<>()));
        }
    }

    private void giveBack() {
        reserved = false;
        yielding = false;
        pg.shell.releaseBackfill(pg.data.pgid.pgid());
        pg.report.changed();
    }

    private SpgId pgid(PgShard member) {
        return new SpgId(pg.data.pgid.pgid(), member.shard());
    }

    void onDigest(MOSDPGScan scan) {
        if (scan.op() != MOSDPGScan.Op.DIGEST || !scan.begin().equals(position) || !awaiting.remove(scan.from())) {
            return;
        }
        digests.put(scan.from(), scan);
        if (awaiting.isEmpty()) {
            compare();
        }
    }

    /// Our own scan happens in the same step in which `position` moves, so that no write falls between.
    private void compare() {
        ReplicaRole.Scan ours = pg.replica.scan(position, pg.shell.settings().scanMax());
        HObject end = ours.end();
        for (MOSDPGScan digest : digests.values()) {
            end = digest.end().compareTo(end) < 0 ? digest.end() : end;
        }
        NavigableMap<HObject, Eversion> mine = ours.objects().headMap(end, false);
        for (MOSDPGScan digest : digests.values()) {
            PgShard target = digest.from();
            NavigableMap<HObject, Eversion> theirs = digest.objects().headMap(end, false);
            List<HObject> surplus = new ArrayList<>(theirs.keySet());
            surplus.removeAll(mine.keySet());
            if (!surplus.isEmpty()) {
                pg.shell.send(
                        target.osd(),
                        new MOSDPGBackfillRemove(pgid(target), pg.map.epoch(), pg.map.epoch(), surplus));
            }
            mine.forEach((object, version) -> {
                if (!version.equals(theirs.get(object))) {
                    copying.computeIfAbsent(object, o -> new TreeSet<>()).add(target);
                }
            });
        }
        position = end;
        queue.addAll(copying.keySet());
        more();
    }

    private void more() {
        while (started.size() < pg.shell.settings().recoveryActive() && !queue.isEmpty()) {
            HObject object = queue.getFirst();
            boolean needed = copying.containsKey(object) && !started.contains(object);
            if (needed && pg.shell.takeRecoveryPlace(
                    pg.data.pgid.pgid(), pg.priority.ofBackfill(), pg.inInterval(this::more)) != RecoveryPlaces.Turn.TAKEN) {
                break;
            }
            queue.removeFirst();
            if (needed) {
                placed.add(object);
                copy(object);
            }
        }
        if (copying.isEmpty() && queue.isEmpty() && awaiting.isEmpty() && running) {
            progress(MOSDPGBackfill.Op.PROGRESS);
            nextBatch();
        }
    }

    private void copy(HObject object) {
        SortedSet<PgShard> lacking = copying.get(object);
        if (lacking == null || !started.add(object)) {
            return;
        }
        pg.shell.countRecovery(1, 0);
        for (PgShard target : List.copyOf(lacking)) {
            pg.backend.push(object, target, () -> copied(object, target));
        }
    }

    private void copied(HObject object, PgShard target) {
        SortedSet<PgShard> lacking = copying.get(object);
        if (lacking == null || !lacking.remove(target) || !lacking.isEmpty()) {
            return;
        }
        copying.remove(object);
        started.remove(object);
        if (placed.remove(object)) {
            pg.shell.releaseRecoveryPlace();
        }
        pg.report.recovered();
        pg.recovery.runWaiting(object);
        more();
    }

    private void progress(MOSDPGBackfill.Op op) {
        for (PgShard target : pg.backfillTargets) {
            if (op == MOSDPGBackfill.Op.PROGRESS && pg.peerInfo.get(target).lastBackfill().compareTo(position) >= 0) {
                continue;
            }
            pg.peerInfo.computeIfPresent(target, (t, info) -> info.withLastBackfill(position));
            pg.shell.send(
                    target.osd(),
                    new MOSDPGBackfill(
                            pgid(target), op, pg.map.epoch(), pg.map.epoch(), position, pg.data.sum));
        }
    }

    private void finish() {
        awaiting.clear();
        awaiting.addAll(pg.backfillTargets);
        progress(MOSDPGBackfill.Op.FINISH);
    }

    /// A target has noted durably that it is full.
    void onFinished(PgShard from, MOSDPGBackfill done) {
        if (done.op() != MOSDPGBackfill.Op.FINISH_ACK || !position.max() || !awaiting.remove(from) || !awaiting.isEmpty()) {
            return;
        }
        running = false;
        pg.priority.forget();
        giveBack();
        pg.backfillTargets = new TreeSet<>();
        pg.peering.onRecovered();
    }

    /// How far it has come, for `pg query`.
    @Nullable HObject position() {
        return running ? position : null;
    }
}
