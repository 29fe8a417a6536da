package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.message.MOSDPGInfo2;
import dev.inkfish.wire.message.MOSDPGLog;
import dev.inkfish.wire.message.MOSDPGNotify2;
import dev.inkfish.wire.message.MOSDPGQuery2;
import dev.inkfish.wire.message.MOSDPGRemove;
import dev.inkfish.wire.message.MOSDPGScan;
import dev.inkfish.wire.message.MOSDPGBackfill;
import dev.inkfish.wire.message.MOSDRepScrub;
import dev.inkfish.wire.message.MOSDRepScrubMap;
import dev.inkfish.wire.message.MOSDScrubReserve;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgMissing;
import dev.inkfish.wire.osd.PgQuery;
import dev.inkfish.wire.osd.PgShard;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A primary's way from a new interval to an active one (`PeeringState`, its primary states). The one
/// owner of a primary's transitions.
///
/// Order that must hold: nobody serves before every member has committed that the interval is active
/// ([PgState.Activating]), and the interval is not active before the monitors know that we are alive in it.
final class Peering {
    private final Pg pg;
    /// Members that have exactly what we have: they need to hear only that they are active.
    private final SortedSet<PgShard> current = new TreeSet<>();
    private boolean clean;
    private boolean toldReadiness;
    private boolean madeAsked;

    Peering(Pg pg) {
        this.pg = pg;
    }

    boolean isClean() {
        return clean;
    }

    void reset() {
        current.clear();
        clean = false;
    }

    void start() {
        if (needsUpThru()) {
            pg.shell.wantUpThru(pg.data.history.sameIntervalSince());
        }
        getInfo();
    }

    private boolean needsUpThru() {
        return pg.map.upThru(pg.shell.whoami()) < pg.data.history.sameIntervalSince();
    }

    private PriorSet buildPrior() {
        SortedSet<PgShard> present = Intervals.members(pg.mapping.acting(), pg.pool.erasure());
        present.addAll(Intervals.members(pg.mapping.up(), pg.pool.erasure()));
        return PriorSet.build(pg.data.past, pg.data.history.lastEpochStarted(), present, pg.map);
    }

    // ---- who has what

    private void getInfo() {
        PriorSet prior = buildPrior();
        SortedSet<PgShard> awaiting = new TreeSet<>(prior.probe());
        awaiting.remove(pg.whoami());
        awaiting.removeAll(pg.peerInfo.keySet());
        pg.enter(new PgState.GetInfo(prior, awaiting));
        for (PgShard member : awaiting) {
            query(member, PgQuery.Kind.INFO, Eversion.ZERO);
        }
        pg.report.changed();
        checkGetInfo();
    }

    private void query(PgShard member, PgQuery.Kind kind, Eversion since) {
        PgQuery query =
                new PgQuery(kind, since, pg.data.history, pg.map.epoch(), member.shard(), pg.whoami().shard());
        pg.shell.send(member.osd(), new MOSDPGQuery2(pgidOf(member), query));
    }

    private dev.inkfish.wire.SpgId pgidOf(PgShard member) {
        return new dev.inkfish.wire.SpgId(pg.data.pgid.pgid(), member.shard());
    }

    private void checkGetInfo() {
        if (pg.state instanceof PgState.GetInfo now && now.awaiting().isEmpty()) {
            if (now.prior().blocked()) {
                pg.enter(new PgState.Down(now.prior()));
                pg.holdClientsBack();
                pg.report.changed();
            } else {
                chooseActing(now.prior());
            }
        }
    }

    private void onNotify(PgShard from, PgInfo info) {
        boolean known = pg.peerInfo.containsKey(from);
        switch (pg.state) {
            case PgState.GetInfo now -> {
                pg.peerInfo.put(from, info);
                int startedBefore = pg.data.history.lastEpochStarted();
                pg.data.mergeHistory(info.history());
                if (pg.data.history.lastEpochStarted() != startedBefore) {
                    getInfo(); // fewer intervals matter now
                } else {
                    now.awaiting().remove(from);
                    checkGetInfo();
                }
            }
            case PgState.Down now -> {
                pg.peerInfo.put(from, info);
                pg.data.mergeHistory(info.history());
                getInfo();
            }
            case PgState.Incomplete now -> {
                pg.peerInfo.put(from, info);
                pg.data.mergeHistory(info.history());
                getInfo();
            }
            case PgState.Active now -> {
                if (!pg.members.contains(from) && !info.isAbsent()) {
                    pg.peerInfo.put(from, info);
                    onStray(from, info);
                }
            }
            default -> {
                if (!known) {
                    pg.peerInfo.put(from, info);
                }
            }
        }
    }

    // ---- whose log is the truth

    private void chooseActing(PriorSet prior) {
        TreeMap<PgShard, PgInfo> infos = present();
        ActingChoice choice = choose(infos, lag());
        if (choice == null) {
            pg.enter(new PgState.Incomplete(prior));
            pg.holdClientsBack();
            pg.report.changed();
            return;
        }
        if (!choice.want().equals(Intervals.present(pg.mapping.acting()))) {
            wantActing(prior, choice.want());
            return;
        }
        pg.backfillTargets = choice.backfill();
        pg.members = Intervals.members(pg.mapping.acting(), pg.pool.erasure());
        pg.members.addAll(choice.backfill());
        pg.asyncTargets = choice.async();
        pg.members.addAll(choice.async());
        if (choice.best().equals(pg.whoami())) {
            getMissing(prior);
            return;
        }
        PgInfo truth = infos.get(choice.best());
        Eversion since = pg.data.lastUpdate();
        for (PgShard member : pg.members) {
            PgInfo info = infos.get(member);
            if (info != null && info.lastUpdate().compareTo(truth.logTail()) >= 0 && info.lastUpdate().compareTo(since) < 0) {
                since = info.lastUpdate();
            }
        }
        pg.enter(new PgState.GetLog(prior, choice.best()));
        query(choice.best(), PgQuery.Kind.LOG, since);
    }

    private @Nullable ActingChoice choose(TreeMap<PgShard, PgInfo> infos, ActingChoice.Lag lag) {
        return ActingChoice.choose(
                infos, pg.mapping.up(), pg.mapping.acting(), pg.shell.whoami(), pg.pool, pg.data.past, lag);
    }

    private ActingChoice.Lag lag() {
        PgSettings settings = pg.shell.settings();
        return new ActingChoice.Lag(settings.asyncRecovery(), settings.ownLogPrimary());
    }

    private TreeMap<PgShard, PgInfo> present() {
        TreeMap<PgShard, PgInfo> infos = new TreeMap<>();
        pg.peerInfo.forEach((member, info) -> {
            if (pg.map.isUp(member.osd())) {
                infos.put(member, info);
            }
        });
        infos.put(pg.whoami(), pg.data.info());
        return infos;
    }

    private void askFor(List<Integer> want) {
        List<Integer> wish = want.equals(Intervals.present(pg.mapping.up())) ? List.of() : want;
        pg.shell.wantPgTemp(pg.data.pgid.pgid(), wish);
    }

    private void wantActing(PriorSet prior, List<Integer> want) {
        askFor(want);
        pg.enter(new PgState.WaitActingChange(prior, want));
        pg.report.changed();
    }

    private void onAuthoritativeLog(PgState.GetLog now, MOSDPGLog message) {
        Transaction transaction = new Transaction();
        pg.data.merge(message.log(), message.info(), pg.shell.store(), transaction);
        pg.data.mergeHistory(message.info().history());
        pg.data.lastEpochStarted = Math.max(pg.data.lastEpochStarted, message.info().lastEpochStarted());
        pg.data.lastIntervalStarted = Math.max(pg.data.lastIntervalStarted, message.info().lastIntervalStarted());
        PgDisk.writeInfo(pg.data, pg.map.epoch(), transaction);
        pg.shell.submit(pg.data.collection, transaction, () -> {});
        pg.peerInfo.put(now.from(), message.info());
        pg.peerMissing.put(now.from(), MissingSet.of(message.missing()));
        getMissing(now.prior());
    }

    // ---- who lacks what

    private void getMissing(PriorSet prior) {
        SortedSet<PgShard> awaiting = new TreeSet<>();
        for (PgShard member : pg.members) {
            if (member.equals(pg.whoami())) {
                continue;
            }
            PgInfo info = pg.peerInfo.getOrDefault(member, PgInfo.absent(pg.data.pgid));
            if (info.isAbsent() || info.isEmpty() || needsRestart(member, info)) {
                pg.peerMissing.put(member, new MissingSet());
            } else if (pg.peerMissing.containsKey(member)) {
                // the one whose log we took
                current.remove(member);
            } else if (info.lastUpdate().equals(pg.data.lastUpdate()) && lacksNothing(info)) {
                pg.peerMissing.put(member, new MissingSet());
                if (!info.isIncomplete()) {
                    current.add(member);
                }
            } else {
                awaiting.add(member);
            }
        }
        pg.enter(new PgState.GetMissing(prior, awaiting));
        for (PgShard member : awaiting) {
            askMissing(member);
        }
        checkGetMissing();
    }

    /// Versions alone do not tell: a damaged object may be older than the log.
    private static boolean lacksNothing(PgInfo info) {
        return info.lastComplete().equals(info.lastUpdate())
                && info.stats().sum().get(ObjectStatSum.Field.NUM_OBJECTS_MISSING) == 0;
    }

    /// Its copy must be filled from the beginning.
    private boolean needsRestart(PgShard member, PgInfo info) {
        return pg.backfillTargets.contains(member)
                && (info.lastUpdate().compareTo(pg.data.log.tail()) < 0 || info.lastBackfill().isMin() || info.isAbsent());
    }

    private void onMemberLog(PgShard from, MOSDPGLog message) {
        MissingSet missing = MissingSet.of(message.missing());
        PgInfo info = message.info();
        Eversion common = LogMerge.resolvePeer(pg.data.log, message.log(), missing, info.lastBackfill());
        pg.peerMissing.put(from, missing);
        pg.peerInfo.put(from, info.withVersions(common, info.lastComplete(), info.logTail()));
    }

    private void checkGetMissing() {
        if (pg.state instanceof PgState.GetMissing now && now.awaiting().isEmpty()) {
            if (needsUpThru()) {
                pg.enter(new PgState.WaitUpThru(now.prior()));
                pg.shell.wantUpThru(pg.data.history.sameIntervalSince());
            } else {
                activate();
            }
        }
    }

    // ---- activation

    private void activate() {
        if (pg.enoughAct()) { // else nothing can be acknowledged, and the group may go on without us
            pg.data.lastEpochStarted = pg.map.epoch();
            pg.data.lastIntervalStarted = pg.data.history.sameIntervalSince();
        }
        pg.data.updateLastComplete();
        pg.enter(new PgState.Activating(new TreeSet<>(pg.members)));
        for (PgShard member : pg.members) {
            if (!member.equals(pg.whoami())) {
                activateMember(member);
            }
        }
        pg.lost.onActivate();
        Transaction transaction = new Transaction();
        PgDisk.writeInfo(pg.data, pg.map.epoch(), transaction);
        pg.shell.submit(pg.data.collection, transaction, pg.inInterval(() -> onActivated(pg.whoami())));
        pg.report.changed();
    }

    private void activateMember(PgShard member) {
        PgInfo theirs = pg.peerInfo.getOrDefault(member, PgInfo.absent(pg.data.pgid));
        PgInfo ours = pg.data.info();
        MissingSet missing = pg.peerMissing.computeIfAbsent(member, m -> new MissingSet());
        HObject filled = theirs.lastBackfill();
        if (current.contains(member)) {
            pg.shell.send(
                    member.osd(), new MOSDPGInfo2(pgidOf(member), pg.map.epoch(), pg.map.epoch(), ours));
        } else {
            PgLogData log;
            if (needsRestart(member, theirs)) {
                log = pg.data.log.copyAfter(pg.data.log.tail());
                missing.clear();
                filled = HObject.MIN;
            } else {
                if (theirs.lastUpdate().compareTo(pg.data.log.tail()) < 0) {
                    throw new IllegalStateException(member + " at " + theirs + " is behind our log: " + pg);
                }
                log = pg.data.log.copyAfter(theirs.lastUpdate());
                for (PgLogEntry entry : log.entries()) {
                    if (entry.object().compareTo(filled) <= 0) {
                        missing.addNext(entry);
                    }
                }
            }
            pg.shell.send(
                    member.osd(),
                    new MOSDPGLog(
                            pg.map.epoch(),
                            pg.map.epoch(),
                            member.shard(),
                            pg.whoami().shard(),
                            ours.withLastBackfill(filled),
                            log,
                            PgMissing.EMPTY,
                            pg.data.past));
        }
        missing.takeDirty();
        pg.peerInfo.put(member, ours.withLastBackfill(filled));
    }

    /// The monitors had the group made: they hear of it once it is active.
    void tellMade() {
        madeAsked = !pg.isActive();
        if (!madeAsked) {
            pg.shell.created(pg.data.pgid.pgid());
        }
    }

    private void onActivated(PgShard member) {
        if (pg.state instanceof PgState.Activating now && now.awaiting().remove(member) && now.awaiting().isEmpty()) {
            if (pg.data.history.lastEpochStarted() == 0 || madeAsked) {
                pg.shell.created(pg.data.pgid.pgid());
                madeAsked = false;
            }
            if (pg.enoughAct()) { // else what was begun in an interval before would seem to have started
                pg.data.history =
                        pg.data.history.withStarted(pg.data.lastEpochStarted, pg.data.lastIntervalStarted);
            }
            pg.persistInfo();
            pg.enter(new PgState.Active());
            shareInfo();
            pg.report.changed();
            if (pg.isPremerge() && Intervals.present(pg.mapping.acting()).size() < pg.pool.size()) {
                tellReadiness(false);
            }
            pg.recovery.start();
            pg.startOps();
        }
    }

    /// Tells the members what we know of the group's history.
    void shareInfo() {
        for (PgShard member : pg.members) {
            if (!member.equals(pg.whoami())) {
                pg.shell.send(
                        member.osd(),
                        new MOSDPGInfo2(pgidOf(member), pg.map.epoch(), pg.map.epoch(), pg.data.info()));
            }
        }
    }

    // ---- active

    /// Nothing is missing anywhere and nobody is to be filled.
    void onRecovered() {
        ActingChoice choice = choose(present(), ActingChoice.Lag.ANY);
        if (choice != null && !choice.want().equals(Intervals.present(pg.mapping.acting()))) {
            askFor(choice.want());
            return;
        }
        clean = true;
        pg.priority.forget();
        pg.scrubber.onRecovered();
        if (Intervals.present(pg.mapping.acting()).size() >= pg.pool.size()) {
            pg.data.history =
                    pg.data.history.withClean(pg.map.epoch(), pg.data.history.sameIntervalSince());
            pg.data.past = PastIntervals.EMPTY;
            pg.persistInfo();
            shareInfo();
            pg.peerInfo.forEach(this::onStray);
            if (pg.isPremerge()) {
                tellReadiness(true);
            }
        }
        pg.report.changed();
    }

    /// There is one merge at a time: that of the last group there is.
    private void tellReadiness(boolean can) {
        PgId pgid = pg.data.pgid.pgid();
        PgId source = new PgId(pgid.pool(), pg.pool.pgNum() - 1);
        PgHistory history = pg.data.history;
        toldReadiness = true;
        pg.shell.readyToMerge(
                PgMerge.target(source, pg.pool.pgNumPending()),
                new MergeReadiness.Ready(
                        pgid,
                        source,
                        pg.map.epoch(),
                        pg.data.lastUpdate(),
                        history.lastEpochStarted(),
                        history.lastEpochClean(),
                        can));
    }

    /// The interval is over.
    void takeBackReadiness() {
        if (toldReadiness) {
            toldReadiness = false;
            pg.shell.notReadyToMerge(pg.data.pgid.pgid());
        }
    }

    /// Somebody outside of the interval has a copy: a source while objects are missing, and waste afterwards.
    private void onStray(PgShard from, PgInfo info) {
        if (pg.members.contains(from) || info.isAbsent()) {
            return;
        }
        if (isFullyClean()) {
            pg.shell.send(from.osd(), new MOSDPGRemove(pg.map.epoch(), pgidOf(from)));
            return;
        }
        pg.recovery.onNewSource();
        // those who are caught up behind clients count: they will act soon, and peering would not have one more
        ActingChoice choice = choose(present(), ActingChoice.Lag.ANY);
        boolean tooFew = Intervals.present(pg.mapping.acting()).size() < pg.pool.size();
        if (tooFew && choice != null && choice.want().contains(from.osd())) {
            askFor(choice.want());
        }
    }

    boolean isFullyClean() {
        return clean && Intervals.present(pg.mapping.acting()).size() >= pg.pool.size();
    }

    /// Asks a member what it lacks. If our log has its newest entry, its log agrees with ours up to there;
    /// else we must see all of it to know where they part.
    void askMissing(PgShard member) {
        Eversion theirs = pg.peerInfo.get(member).lastUpdate();
        boolean agrees = pg.data.log.floor(theirs).equals(theirs);
        query(member, agrees ? PgQuery.Kind.LOG : PgQuery.Kind.FULLLOG, agrees ? theirs : Eversion.ZERO);
    }

    // ---- events

    /// A newer map of the same interval.
    ///
    /// @param gone members outside of the interval that went down or were restarted
    void onMap(SortedSet<PgShard> gone) {
        PriorSet prior = pg.state.dependsOn();
        boolean wantedGone = pg.state instanceof PgState.WaitActingChange waiting
                && waiting.want().stream().anyMatch(osd -> !pg.map.isUp(osd));
        boolean sourceGone = pg.state instanceof PgState.GetLog asking && gone.contains(asking.from());
        if (wantedGone || sourceGone || (prior != null && prior.affectedBy(pg.map, pg.resetEpoch()))) {
            pg.restartPeering();
            return;
        }
        gone.forEach(this::forget);
        if (toldReadiness) {
            tellReadiness(isFullyClean()); // what was said before the pool changed is void
        }
        if (pg.state instanceof PgState.WaitUpThru && !needsUpThru()) {
            activate();
        }
    }

    /// What a member outside of the interval had, and was asked for, is void; when it comes back it tells us again.
    private void forget(PgShard member) {
        pg.peerInfo.remove(member);
        pg.backend.lostSource(member);
        pg.peerMissing.remove(member);
        pg.recovery.forget(member);
    }

    void handle(int osd, PgMessage message) {
        switch (message) {
            case MOSDPGNotify2 notify -> onNotify(new PgShard(osd, notify.told().from()), notify.told().info());
            case MOSDPGLog log -> onLog(new PgShard(osd, log.from()), log);
            case MOSDPGInfo2 info -> onActivated(new PgShard(osd, info.info().pgid().shard()));
            case MOSDPGScan scan -> pg.backfill.onDigest(scan);
            case MOSDPGBackfill done -> pg.backfill.onFinished(PgShard.of(osd), done);
            case MOSDScrubReserve answer -> pg.scrubber.onReserve(answer);
            case MOSDRepScrubMap map -> pg.scrubber.onMap(map);
            case MOSDRepScrub question -> {} // from one that was primary
            case MOSDPGQuery2 query -> {} // from one that thinks it is primary, in an older map
            default -> pg.backend.handle(message);
        }
    }

    private void onLog(PgShard from, MOSDPGLog log) {
        if (pg.state instanceof PgState.GetLog now && now.from().equals(from)) {
            onAuthoritativeLog(now, log);
        } else if (pg.state instanceof PgState.GetMissing now && now.awaiting().remove(from)) {
            onMemberLog(from, log);
            checkGetMissing();
        } else if (pg.state instanceof PgState.Active && !pg.members.contains(from)) {
            onMemberLog(from, log);
            pg.recovery.onNewSource();
        }
    }
}
