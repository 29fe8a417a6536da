package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.PgMutation;
import dev.inkfish.osd.scrub.CloneCheck;
import dev.inkfish.osd.scrub.CopyComparison;
import dev.inkfish.osd.scrub.ScrubFindings;
import dev.inkfish.osd.scrub.ScrubMode;
import dev.inkfish.osd.scrub.ScrubResults;
import dev.inkfish.osd.scrub.ScrubScan;
import dev.inkfish.osd.scrub.ScrubSettings;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.message.MOSDRepScrub;
import dev.inkfish.wire.message.MOSDRepScrubMap;
import dev.inkfish.wire.message.MOSDScrubReserve;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.ScrubListing;
import dev.inkfish.wire.osd.ScrubMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Scrubs a group, on its primary (`PgScrubber`): chunk by chunk all members look at the same range of objects and the
/// primary compares what they found.
///
/// What makes the maps comparable: messages to a replica arrive in order and its store shows a change as soon as it was
/// submitted. So a replica that begins to look when the request arrives has taken in exactly the changes that we had
/// submitted when we sent it. A change within the range that comes later either interrupts the chunk, which then begins
/// again, or, when that happened too often, waits until the chunk is done.
final class Scrubber {
    private static final long RETRY_MILLIS = 100;

    private final Pg pg;
    final ScrubPlan plan;
    private @Nullable ScrubRun run;
    private boolean hasResults;
    private final ScrubOutcome outcome;

    Scrubber(Pg pg) {
        this.pg = pg;
        this.plan = new ScrubPlan(pg);
        this.outcome = new ScrubOutcome(pg, this);
    }

    boolean isRunning() {
        return run != null && run.begun;
    }

    @Nullable ScrubMode mode() {
        return run != null && run.begun ? run.mode : null;
    }

    Pg.ScrubProgress progress() {
        ScrubRun now = run;
        if (now == null || !now.begun) {
            return new Pg.ScrubProgress(hasResults ? pg.data.history.sameIntervalSince() : 0, false, false, "", "", 0, 0, List.of());
        }
        return new Pg.ScrubProgress(
                pg.data.history.sameIntervalSince(),
                true,
                now.mode.deep(),
                now.position.toString(),
                now.chunk == null ? now.position.toString() : now.chunk.end.toString(),
                now.findings.shallowErrors,
                now.findings.deepErrors,
                now.awaiting.stream().map(PgShard::toString).toList());
    }

    /// The interval is over.
    void reset() {
        if (run != null) {
            pg.shell.releaseScrub(PgShell.ScrubRole.PRIMARY);
            run = null;
        }
        plan.forget();
        outcome.reset();
    }

    boolean isRepairing() {
        return outcome.isRepairing();
    }

    boolean hasFailedRepair() {
        return outcome.hasFailedRepair();
    }

    /// All objects are where they should be again.
    void onRecovered() {
        outcome.onRecovered();
    }

    void request(ScrubMode mode) {
        outcome.forgetFailure();
        plan.request(mode);
    }

    // ---- beginning

    private boolean isAble() {
        return pg.isPrimary() && pg.isActive() && !pg.isPremerge() && pg.peering.isFullyClean() && !pg.recovery.isRunning();
    }

    /// Time to begin, perhaps.
    ///
    /// @param permitted hour and load allow scrubs that nobody asked for
    /// @return whether it began
    boolean begin(boolean permitted) {
        if (run != null || !isAble()) {
            return false;
        }
        ScrubMode mode = plan.choose(pg.shell.now(), permitted);
        if (mode == null || !pg.shell.reserveScrub(PgShell.ScrubRole.PRIMARY)) {
            return false;
        }
        ScrubRun next = new ScrubRun(mode, outcome.isRecheck(), !plan.isRequested(), Backfill.first(pg.data.pgid.pgid().pool()));
        run = next;
        for (PgShard member : pg.members) {
            if (!member.equals(pg.whoami())) {
                next.reserving.add(member);
                reserve(member, MOSDScrubReserve.Op.REQUEST);
            }
        }
        if (next.reserving.isEmpty()) {
            start(next);
        }
        return true;
    }

    private void reserve(PgShard member, MOSDScrubReserve.Op op) {
        pg.shell.send(member.osd(), new MOSDScrubReserve(pgid(member), pg.map.epoch(), op, pg.whoami()));
    }

    private SpgId pgid(PgShard member) {
        return new SpgId(pg.data.pgid.pgid(), member.shard());
    }

    void onReserve(MOSDScrubReserve answer) {
        ScrubRun now = run;
        if (now == null || !now.reserving.remove(answer.from())) {
            if (answer.op() == MOSDScrubReserve.Op.GRANT && (now == null || !now.reserved.contains(answer.from()))) {
                reserve(answer.from(), MOSDScrubReserve.Op.RELEASE); // a scrub that was given up meanwhile
            }
            return;
        }
        if (answer.op() == MOSDScrubReserve.Op.GRANT) {
            now.reserved.add(answer.from());
            if (now.reserving.isEmpty()) {
                start(now);
            }
        } else {
            release(now);
            run = null; // the next tick tries again
        }
    }

    private void release(ScrubRun now) {
        pg.shell.releaseScrub(PgShell.ScrubRole.PRIMARY);
        now.reserved.forEach(member -> reserve(member, MOSDScrubReserve.Op.RELEASE));
        now.reserving.forEach(member -> reserve(member, MOSDScrubReserve.Op.RELEASE));
    }

    private void start(ScrubRun now) {
        if (!isAble()) {
            release(now);
            run = null;
            return;
        }
        plan.taken();
        now.begun = true;
        now.preemptionsLeft = pg.shell.scrubSettings().maxPreemptions();
        hasResults = true;
        Transaction transaction = new Transaction();
        ScrubResults.restart(pg.data.collection, transaction);
        pg.shell.submit(pg.data.collection, transaction, () -> {});
        pg.shell.clusterLog(PgShell.LogLevel.DEBUG, pg.data.pgid.pgid() + " " + now.mode.text() + " starts");
        pg.report.changed();
        nextChunk(now);
    }

    // ---- a chunk

    private void later(ScrubRun now, long millis, Runnable task) {
        pg.shell.schedule(millis, pg.inInterval(() -> {
            if (run == now) {
                task.run();
            }
        }));
    }

    private void nextChunk(ScrubRun now) {
        if (pg.recovery.isRunning()) { // a damaged object was found and is being mended
            later(now, RETRY_MILLIS, () -> nextChunk(now));
            return;
        }
        ScrubSettings settings = pg.shell.scrubSettings();
        int most = Math.max(Math.max(3, settings.chunkMin() / now.divisor), settings.chunkMax() / now.divisor);
        HObject end = endOf(now.position, most);
        ScrubScan scan = new ScrubScan(
                pg.shell.store(), pg.data.collection, now.position, end, now.mode.deep(), settings);
        ScrubRun.Chunk chunk = new ScrubRun.Chunk(now.position, end, now.preemptionsLeft > 0, scan);
        now.chunk = chunk;
        for (PgShard member : pg.members) {
            if (!member.equals(pg.whoami())) {
                now.awaiting.add(member);
                pg.shell.send(
                        member.osd(),
                        new MOSDRepScrub(
                                pgid(member),
                                pg.data.lastUpdate(),
                                pg.map.epoch(),
                                pg.map.epoch(),
                                chunk.start,
                                chunk.end,
                                now.mode.deep(),
                                chunk.preemptible,
                                0,
                                false));
            }
        }
        scan(now, chunk);
    }

    /// Behind some object and its clones, which are never parted.
    private HObject endOf(HObject start, int most) {
        List<GhObject> listed =
                pg.shell.store().list(pg.data.collection, GhObject.of(start), GhObject.MAX, most);
        return listed.size() < most ? HObject.MAX : Backfill.behind(listed.getLast().hobject());
    }

    private void scan(ScrubRun now, ScrubRun.Chunk chunk) {
        if (now.chunk != chunk) {
            return;
        }
        if (chunk.preempted || chunk.scan.step(pg.shell.scrubSettings().stride())) {
            chunk.scanned = true;
            chunk.maps.put(pg.whoami(), chunk.scan.result(pg.data.lastUpdate()));
            proceed(now);
        } else {
            later(now, 0, () -> scan(now, chunk));
        }
    }

    void onMap(MOSDRepScrubMap answer) {
        ScrubRun now = run;
        if (now == null || !now.awaiting.remove(answer.from()) || now.chunk == null) {
            return;
        }
        if (answer.preempted()) {
            now.chunk.preempted = true;
            unblock(now.chunk);
        } else {
            now.chunk.maps.put(answer.from(), ScrubMap.decode(answer.data().reader()));
        }
        proceed(now);
    }

    private void proceed(ScrubRun now) {
        ScrubRun.Chunk chunk = now.chunk;
        if (chunk == null || !chunk.scanned || !now.awaiting.isEmpty()) {
            return;
        }
        now.chunk = null;
        if (chunk.preempted || pg.recovery.isRunning()) {
            now.preemptionsLeft = Math.max(0, now.preemptionsLeft - 1);
            now.divisor = Math.min(now.divisor * 2, 1 << 10);
            unblock(chunk);
            later(now, 0, () -> nextChunk(now));
            return;
        }
        compare(now, chunk);
        now.position = chunk.end;
        now.divisor = 1;
        now.preemptionsLeft = pg.shell.scrubSettings().maxPreemptions();
        unblock(chunk);
        if (run == now && now.digestsPending == 0) {
            goOn(now);
        }
    }

    private static void unblock(ScrubRun.Chunk chunk) {
        List<Runnable> tasks = List.copyOf(chunk.blocked);
        chunk.blocked.clear();
        tasks.forEach(Runnable::run);
    }

    private void goOn(ScrubRun now) {
        if (now.position.max()) {
            finish(now);
        } else {
            later(now, pg.shell.scrubSettings().sleepMillis(), () -> nextChunk(now));
        }
    }

    private void compare(ScrubRun now, ScrubRun.Chunk chunk) {
        ScrubFindings findings = now.findings;
        CopyComparison copies = new CopyComparison(
                pg.data.pgid.pgid(), pg.whoami(), now.mode, pg.shell.now(), pg.shell.scrubSettings(), findings);
        NavigableMap<HObject, ScrubMap.Item> truth = copies.compare(chunk.maps);
        new CloneCheck(pg.data.pgid.pgid(), now.mode, findings).check(truth);
        findings.errorLines.forEach(line -> pg.shell.clusterLog(PgShell.LogLevel.ERROR, line));
        findings.errorLines.clear();
        findings.warnLines.forEach(line -> pg.shell.clusterLog(PgShell.LogLevel.WARN, line));
        findings.warnLines.clear();
        if (!now.mode.repair()) {
            Transaction transaction = new Transaction();
            ScrubResults.add(pg.data.collection, findings.objects, findings.snapSets, transaction);
            if (!transaction.isEmpty()) {
                pg.shell.submit(pg.data.collection, transaction, () -> {});
            }
        }
        findings.objects.clear();
        findings.snapSets.clear();
        noteDigests(now);
    }

    private void noteDigests(ScrubRun now) {
        TreeMap<HObject, ScrubFindings.Digests> digests = new TreeMap<>(now.findings.digests);
        now.findings.digests.clear();
        now.digestsPending = digests.size();
        digests.forEach((object, found) -> pg.ops.recordDigests(object, found.data(), found.omap(), pg.inInterval(() -> {
            if (run == now && --now.digestsPending == 0 && now.chunk == null) {
                later(now, 0, () -> goOn(now));
            }
        })));
    }

    private void finish(ScrubRun now) {
        release(now);
        run = null;
        outcome.conclude(now);
    }

    // ---- changes meanwhile

    /// Whether a change of this object must wait; it is to be given to [#whenFree] then.
    boolean blocks(HObject object) {
        ScrubRun now = run;
        if (now == null || now.chunk == null || !now.chunk.contains(object)) {
            return false;
        }
        // who comes now must not overtake who waits already
        return !now.chunk.preemptible && !now.chunk.preempted || !now.chunk.blocked.isEmpty();
    }

    void whenFree(HObject object, Runnable task) {
        ScrubRun now = run;
        if (now != null && now.chunk != null && now.chunk.contains(object)) {
            now.chunk.blocked.add(pg.inInterval(task));
        } else {
            task.run();
        }
    }

    /// A change was submitted: what it does to objects already seen belongs to the sums.
    void onChange(List<PgLogEntry> entries, PgMutation.ObjectStatsDelta delta) {
        ScrubRun now = run;
        if (now == null || !now.begun) {
            return;
        }
        HObject object = entries.getLast().object();
        if (now.chunk != null && now.chunk.contains(object)) {
            now.chunk.preempted = true;
        } else if (object.compareTo(now.position) < 0) {
            now.findings.sum = PgHostPort.plus(now.findings.sum, delta);
        }
    }

    // ---- what was found

    /// A page of the last scrub's findings; null if there was none.
    @Nullable ScrubListing list(ScrubListing.Query query) {
        if (!hasResults) {
            return null;
        }
        return new ScrubListing(
                pg.data.history.sameIntervalSince(), ScrubResults.list(pg.shell.store(), pg.data.collection, query));
    }

    /// What an earlier run of the daemon left.
    void removeOldResults() {
        if (pg.shell.store().exists(pg.data.collection, GhObject.of(ScrubResults.OBJECT))) {
            Transaction transaction = new Transaction();
            ScrubResults.forget(pg.data.collection, transaction);
            pg.shell.submit(pg.data.collection, transaction, () -> {});
        }
    }
}
