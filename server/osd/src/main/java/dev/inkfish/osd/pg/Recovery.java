package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgMissing;
import dev.inkfish.wire.osd.PgShard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Brings every object to its newest version on every member, on an active primary: first to us, then
/// from us to the others. Objects that clients wait for go first and are not counted against the limit.
final class Recovery {
    private final Pg pg;
    private final LinkedHashMap<HObject, List<Runnable>> wanted = new LinkedHashMap<>();
    private final TreeMap<HObject, List<Repair>> repairs = new TreeMap<>();
    /// Under way, with the members that do not have it yet.
    private final TreeMap<HObject, SortedSet<PgShard>> active = new TreeMap<>();
    /// Those of them that hold one of the OSD's places.
    private final TreeSet<HObject> placed = new TreeSet<>();
    /// No member that we know of has them.
    private final TreeSet<HObject> unfound = new TreeSet<>();
    private final SortedSet<PgShard> asked = new TreeSet<>();
    private boolean running;
    /// It was given a place, and none of a higher priority came before it since.
    private boolean hasTurn;

    /// @param task when every member has the object
    /// @param otherwise in its place if there is no good copy
    private record Repair(Runnable task, Runnable otherwise) {}

    Recovery(Pg pg) {
        this.pg = pg;
    }

    void reset() {
        wanted.clear();
        repairs.clear();
        active.clear();
        placed.forEach(object -> pg.shell.releaseRecoveryPlace());
        placed.clear();
        unfound.clear();
        asked.clear();
        running = false;
        hasTurn = false;
    }

    void start() {
        running = true;
        seek();
        kick();
    }

    SortedSet<HObject> underWay() {
        return new TreeSet<>(active.keySet());
    }

    boolean isRunning() {
        return !active.isEmpty() || hasMissing();
    }

    /// Its objects wait for a place; what clients wait for may be under way.
    boolean isWaiting() {
        return hasMissing() && !hasTurn;
    }

    /// A member's disk is full: only what clients wait for is recovered.
    boolean isTooFull() {
        OsdMap map = pg.osdMap();
        return hasMissing() && pg.members.stream().anyMatch(
                member -> map.exists(member.osd()) && map.hasState(member.osd(), OsdMap.STATE_FULL));
    }

    boolean isUnfound(HObject object) {
        return unfound.contains(object);
    }

    int unfoundCount() {
        return unfound.size();
    }

    /// Nothing but what is nowhere is left to recover.
    boolean isStuck() {
        return !unfound.isEmpty()
                && !pg.osdMap().hasFlag(OsdMap.NORECOVER)
                && unfound.containsAll(pg.data.missing.items().keySet())
                && pg.members.stream().allMatch(member -> {
                    MissingSet missing = pg.peerMissing.get(member);
                    return missing == null || unfound.containsAll(missing.items().keySet());
                });
    }

    /// Whether a member outside of the interval was asked for what is nowhere else.
    boolean hasAsked(PgShard member) {
        return asked.contains(member);
    }

    Iterable<HObject> unfound() {
        return unfound;
    }

    boolean hasMissing() {
        if (!pg.data.missing.isEmpty()) {
            return true;
        }
        for (PgShard member : pg.members) {
            MissingSet missing = pg.peerMissing.get(member);
            if (missing != null && !missing.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /// Clients must not change the object: some member that acts lacks it, or it is being copied.
    boolean isDegraded(HObject object) {
        return isBeingCopied(object) || isLackedByMember(object, false);
    }

    /// Some member lacks the object, or it is being copied.
    boolean isLacked(HObject object) {
        return isBeingCopied(object) || isLackedByMember(object, true);
    }

    private boolean isBeingCopied(HObject object) {
        return active.containsKey(object) || pg.backfill.isCopying(object);
    }

    /// Puts an object before the others and runs `task` when every member has it.
    void hasten(HObject object, Runnable task) {
        wanted.computeIfAbsent(object, o -> new ArrayList<>()).add(task);
        pg.backfill.hasten(object);
        kick();
    }

    /// Our copy turned out to be damaged: fetches it from another member.
    void repair(HObject object, Runnable task, Runnable otherwise) {
        repairs.computeIfAbsent(object, o -> new ArrayList<>()).add(new Repair(task, otherwise));
        wanted.computeIfAbsent(object, o -> new ArrayList<>()).add(task); // first: it may turn out at once that there is no good copy
        lost(object);
        pg.backfill.hasten(object);
        kick();
    }

    /// Whether it is a bad copy that is replaced.
    boolean isRepairing(HObject object) {
        return pg.scrubber.isRepairing() || repairs.containsKey(object);
    }

    /// Our copy cannot be read: it counts as missing.
    void lost(HObject object) {
        if (!pg.data.missing.contains(object)) {
            PgLogEntry newest = pg.data.log.newest(object);
            Eversion version;
            try {
                version = newest != null ? newest.version() : pg.replica.version(GhObject.of(object));
            } catch (CephException e) {
                version = Eversion.ZERO;
            }
            ended(object);
            pg.data.missing.put(object, version, Eversion.ZERO);
            pg.data.updateLastComplete();
            Transaction transaction = new Transaction();
            PgDisk.writeMissing(pg.data, transaction);
            pg.shell.submit(pg.data.collection, transaction, () -> {});
            running = true; // also where all was recovered before
            pg.report.changed();
        }
        kick();
    }

    /// Copies were found to be bad and marked as missing, here or on others.
    void resume() {
        Transaction transaction = new Transaction();
        PgDisk.writeMissing(pg.data, transaction);
        if (!transaction.isEmpty()) {
            pg.shell.submit(pg.data.collection, transaction, () -> {});
        }
        unfound.clear();
        running = true;
        pg.report.changed();
        kick();
    }

    /// A member outside of the interval is gone; it may be asked again when it is back.
    void forget(PgShard member) {
        asked.remove(member);
    }

    /// Somebody told what it has: objects that were nowhere may be there.
    void onNewSource() {
        unfound.clear();
        seek();
        kick();
    }

    /// What is nowhere is known before its turn comes.
    private void seek() {
        pg.data.missing.items().forEach((object, item) -> {
            if (!active.containsKey(object) && source(object, item.need()) == null) {
                unfound.add(object);
            }
        });
        if (!unfound.isEmpty()) {
            askStrays();
            pg.report.changed();
        }
    }

    void onMap() {
        if (running && hasMissing()) {
            pg.report.changed(); // a member's disk may have become full, or have room again
        }
        kick();
    }

    // ---- the loop

    void kick() {
        if (!running) {
            return;
        }
        for (HObject object : List.copyOf(wanted.keySet())) {
            if (!active.containsKey(object) && !unfound.contains(object) && !waitsForBackfill(object)) {
                begin(object);
            }
        }
        while (running && active.size() < pg.shell.settings().recoveryActive()) {
            HObject next = next();
            if (next == null || !takePlace()) {
                break;
            }
            placed.add(next);
            begin(next);
        }
        if (running && active.isEmpty() && !hasMissing()) {
            running = false;
            hasTurn = false;
            pg.priority.recovered();
            pg.report.changed();
            pg.backfill.start();
        }
    }

    private boolean takePlace() {
        RecoveryPlaces.Turn turn = pg.shell.takeRecoveryPlace(
                pg.data.pgid.pgid(), pg.priority.ofRecovery(), pg.inInterval(this::kick));
        boolean has = switch (turn) {
            case TAKEN -> true;
            case LATER -> hasTurn;
            case BEHIND -> false;
        };
        if (has != hasTurn) {
            hasTurn = has;
            pg.report.changed();
        }
        return turn == RecoveryPlaces.Turn.TAKEN;
    }

    /// Nobody lacks it but a member that is being filled, and has not got to it.
    private boolean waitsForBackfill(HObject object) {
        return pg.backfill.isCopying(object) && !pg.data.missing.contains(object) && !isLackedByMember(object, true);
    }

    private boolean isLackedByMember(HObject object, boolean asyncToo) {
        for (PgShard member : pg.members) {
            MissingSet missing = pg.peerMissing.get(member);
            if (missing != null && missing.contains(object) && (asyncToo || !pg.asyncTargets.contains(member))) {
                return true;
            }
        }
        return false;
    }

    private @Nullable HObject next() {
        if (pg.osdMap().hasFlag(OsdMap.NORECOVER) || isTooFull()) {
            return null;
        }
        for (HObject object : pg.data.missing.oldestFirst()) {
            if (!active.containsKey(object) && !unfound.contains(object)) {
                return object;
            }
        }
        for (PgShard member : pg.members) {
            MissingSet missing = pg.peerMissing.get(member);
            if (missing != null) {
                for (HObject object : missing.oldestFirst()) {
                    if (!active.containsKey(object) && !unfound.contains(object)) {
                        return object;
                    }
                }
            }
        }
        return null;
    }

    private void begin(HObject object) {
        pg.shell.countRecovery(1, 0);
        if (pg.data.missing.contains(object)) {
            fetch(object);
        } else {
            pushAll(object);
        }
    }

    private void fetch(HObject object) {
        PgMissing.Item lacking = pg.data.missing.get(object);
        if (lacking == null) {
            pushAll(object);
            return;
        }
        PgShard source = source(object, lacking.need());
        if (source == null) {
            ended(object);
            unfound.add(object);
            giveUp(object);
            askStrays();
            pg.report.changed();
            return;
        }
        active.put(object, new TreeSet<>());
        pg.backend.fetch(object, lacking.need(), source, new PgBackend.FetchResult() {
            @Override
            public void fetched() {
                pushAll(object);
            }

            @Override
            public void notThere() {
                pg.peerMissing
                        .computeIfAbsent(source, m -> new MissingSet())
                        .put(object, lacking.need(), Eversion.ZERO);
                fetch(object);
                kick();
            }
        });
    }

    /// A member that has the object in this version.
    private @Nullable PgShard source(HObject object, Eversion version) {
        List<PgShard> sources = sources(object, version);
        return sources.isEmpty() ? null : sources.getFirst();
    }

    /// The members that are up and have that version.
    List<PgShard> sources(HObject object, Eversion version) {
        List<PgShard> sources = new ArrayList<>();
        for (Map.Entry<PgShard, PgInfo> peer : pg.peerInfo.entrySet()) {
            PgInfo info = peer.getValue();
            MissingSet missing = pg.peerMissing.get(peer.getKey());
            if (missing != null
                    && pg.map.isUp(peer.getKey().osd())
                    && !info.isAbsent()
                    && info.lastUpdate().compareTo(version) >= 0
                    && object.compareTo(info.lastBackfill()) <= 0
                    && !missing.contains(object)) {
                sources.add(peer.getKey());
            }
        }
        return sources;
    }

    /// Members outside of the interval may have what is found nowhere else.
    private void askStrays() {
        pg.peerInfo.forEach((member, info) -> {
            if (!pg.members.contains(member)
                    && !info.isAbsent()
                    && !pg.peerMissing.containsKey(member)
                    && pg.map.isUp(member.osd())
                    && asked.add(member)) {
                pg.peering.askMissing(member);
            }
        });
    }

    private void pushAll(HObject object) {
        SortedSet<PgShard> lacking = new TreeSet<>();
        for (PgShard member : pg.members) {
            MissingSet missing = pg.peerMissing.get(member);
            if (missing != null && missing.contains(object)) {
                lacking.add(member);
            }
        }
        active.put(object, lacking);
        if (lacking.isEmpty()) {
            done(object);
            return;
        }
        for (PgShard member : List.copyOf(lacking)) {
            if (active.get(object) == lacking) { // a push may find our copy unreadable
                pg.backend.push(object, member, () -> pushed(object, member));
            }
        }
    }

    private void pushed(HObject object, PgShard member) {
        MissingSet missing = pg.peerMissing.get(member);
        if (missing != null) {
            missing.remove(object);
            missing.takeDirty();
        }
        pg.backend.onPushed(member);
        SortedSet<PgShard> lacking = active.get(object);
        if (lacking != null && lacking.remove(member) && lacking.isEmpty()) {
            done(object);
        }
    }

    private void ended(HObject object) {
        active.remove(object);
        if (placed.remove(object)) {
            pg.shell.releaseRecoveryPlace();
        }
    }

    private void done(HObject object) {
        ended(object);
        repairs.remove(object);
        pg.report.recovered();
        if (!pg.backfill.isCopying(object)) {
            runWaiting(object);
        }
        kick();
    }

    /// Every member has the object.
    void runWaiting(HObject object) {
        List<Runnable> tasks = wanted.remove(object);
        if (tasks != null) {
            tasks.forEach(Runnable::run);
        }
        pg.backoffs.release(object);
    }

    private void giveUp(HObject object) {
        List<Repair> hopeless = repairs.remove(object);
        if (hopeless != null) {
            List<Runnable> waiting = wanted.getOrDefault(object, new ArrayList<>());
            hopeless.forEach(each -> waiting.remove(each.task));
            if (waiting.isEmpty()) {
                wanted.remove(object);
            }
            hopeless.forEach(each -> each.otherwise.run());
        }
    }
}
