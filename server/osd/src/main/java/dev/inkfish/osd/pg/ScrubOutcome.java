package dev.inkfish.osd.pg;

import dev.inkfish.osd.scrub.ScrubFindings;
import dev.inkfish.osd.scrub.ScrubMode;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgHistory.ScrubStamps;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgShard;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What follows from a finished scrub (`PG::scrub_finish`): the statistics are checked, errors counted and told, a repair
/// is set going, stamps are noted.
final class ScrubOutcome {
    private static final Field[] CHECKED = {
        Field.NUM_OBJECTS, Field.NUM_OBJECT_CLONES, Field.NUM_OBJECTS_OMAP, Field.NUM_WHITEOUTS, Field.NUM_BYTES
    };

    private final Pg pg;
    private final Scrubber scrubber;
    /// A repair's objects are being copied.
    private boolean repairing;
    private boolean recheckWanted;
    private boolean recheck;
    private boolean failedRepair;

    ScrubOutcome(Pg pg, Scrubber scrubber) {
        this.pg = pg;
        this.scrubber = scrubber;
    }

    void reset() {
        repairing = false;
        recheckWanted = false;
        recheck = false;
        failedRepair = false;
    }

    boolean isRepairing() {
        return repairing;
    }

    boolean hasFailedRepair() {
        return failedRepair;
    }

    boolean isRecheck() {
        return recheck;
    }

    void forgetFailure() {
        failedRepair = false;
    }

    /// The copies that a repair wanted are there.
    void onRecovered() {
        if (repairing) {
            repairing = false;
            if (recheckWanted) {
                recheckWanted = false;
                recheck = true;
                scrubber.plan.request(new ScrubMode(true, false));
            }
            pg.report.changed();
        }
    }

    void conclude(ScrubRun run) {
        ScrubFindings findings = run.findings;
        int fixed = checkSums(run);
        ScrubMode mode = autoRepairGivenUp(run) ? new ScrubMode(true, false) : run.mode;
        if (findings.isRepairable()) {
            error(findings.missing.size() + " missing, " + findings.inconsistent.size() + " inconsistent objects", mode);
            if (mode.repair()) {
                fixed += findings.bad();
            }
        }
        summarize(findings, mode, fixed);
        boolean mends = mode.repair() && findings.isRepairable();
        int shallow = findings.shallowErrors;
        int deep = findings.deepErrors;
        if (mode.repair()) {
            if (fixed == findings.errors()) {
                shallow = 0;
                deep = 0;
            } else if (mends) {
                recheckWanted = true; // to learn which errors are left
            } else if (findings.errors() > 0) {
                failedRepair = true;
            }
        }
        note(run, shallow, deep);
        if (mends) {
            repair(findings);
        }
        pg.persistInfo();
        pg.peering.shareInfo();
        pg.report.changed();
    }

    /// A repair that nobody asked for does not touch a group in which much is wrong.
    private boolean autoRepairGivenUp(ScrubRun run) {
        return run.mode.repair()
                && run.automatic
                && run.findings.authoritative.size() > pg.shell.scrubSettings().autoRepairErrors();
    }

    private void error(String text, ScrubMode mode) {
        pg.shell.clusterLog(PgShell.LogLevel.ERROR, pg.data.pgid.pgid() + " " + mode.text() + " " + text);
    }

    private void summarize(ScrubFindings findings, ScrubMode mode, int fixed) {
        StringBuilder text = new StringBuilder();
        text.append(findings.errors() > 0 ? findings.errors() + " errors" : "ok");
        long deepBefore = pg.data.sum.get(Field.NUM_DEEP_SCRUB_ERRORS);
        if (!mode.deep() && deepBefore > 0) {
            text.append(" ( ").append(deepBefore).append(" remaining deep scrub error details lost)");
        }
        if (mode.repair()) {
            text.append(", ").append(fixed).append(" fixed");
        }
        PgShell.LogLevel level = findings.errors() > 0 ? PgShell.LogLevel.ERROR : PgShell.LogLevel.DEBUG;
        pg.shell.clusterLog(level, pg.data.pgid.pgid() + " " + mode.text() + " " + text);
    }

    // ---- sums

    /// @return how many errors were mended
    private int checkSums(ScrubRun run) {
        ObjectStatSum found = run.findings.sum;
        ObjectStatSum have = pg.data.sum;
        boolean equal = true;
        for (Field field : CHECKED) {
            equal &= found.get(field) == have.get(field);
        }
        if (equal || pg.data.sumsInvalid) {
            takeSums(found);
            return 0;
        }
        run.findings.shallowErrors++;
        error(": stat mismatch, got " + pair(found, have, Field.NUM_OBJECTS, "objects")
                        + ", " + pair(found, have, Field.NUM_OBJECT_CLONES, "clones")
                        + ", " + pair(found, found, Field.NUM_OBJECTS_DIRTY, "dirty")
                        + ", " + pair(found, have, Field.NUM_OBJECTS_OMAP, "omap")
                        + ", " + pair(found, have, Field.NUM_OBJECTS_PINNED, "pinned")
                        + ", " + pair(found, have, Field.NUM_OBJECTS_HIT_SET_ARCHIVE, "hit_set_archive")
                        + ", " + pair(found, have, Field.NUM_WHITEOUTS, "whiteouts")
                        + ", " + pair(found, have, Field.NUM_BYTES, "bytes")
                        + ", " + pair(found, have, Field.NUM_OBJECTS_MANIFEST, "manifest objects")
                        + ", " + pair(found, have, Field.NUM_BYTES_HIT_SET_ARCHIVE, "hit_set_archive bytes") + ".",
                run.mode);
        if (!run.mode.repair()) {
            return 0;
        }
        takeSums(found);
        return 1;
    }

    private void takeSums(ObjectStatSum found) {
        pg.data.sumsInvalid = false;
        for (Field field : CHECKED) {
            pg.data.sum = pg.data.sum.with(field, found.get(field));
        }
    }

    private static String pair(ObjectStatSum found, ObjectStatSum have, Field field, String name) {
        return found.get(field) + "/" + have.get(field) + " " + name;
    }

    private void note(ScrubRun run, int shallow, int deep) {
        Utime now = pg.shell.now();
        Eversion at = pg.data.lastUpdate();
        ScrubStamps old = pg.data.history.scrubs();
        boolean clean = shallow == 0 && (deep == 0 || !run.mode.deep());
        pg.data.history = pg.data.history.withScrubs(new ScrubStamps(
                at,
                run.mode.deep() ? at : old.lastDeepScrub(),
                now,
                run.mode.deep() ? now : old.lastDeepScrubStamp(),
                clean ? now : old.lastCleanScrubStamp()));
        ObjectStatSum sum = pg.data.sum.with(Field.NUM_SHALLOW_SCRUB_ERRORS, shallow);
        if (run.mode.deep()) {
            sum = sum.with(Field.NUM_DEEP_SCRUB_ERRORS, deep)
                    .with(Field.NUM_LARGE_OMAP_OBJECTS, run.findings.largeOmaps)
                    .with(Field.NUM_OMAP_BYTES, run.findings.omapBytes)
                    .with(Field.NUM_OMAP_KEYS, run.findings.omapKeys);
        }
        long errors = sum.get(Field.NUM_SHALLOW_SCRUB_ERRORS) + sum.get(Field.NUM_DEEP_SCRUB_ERRORS);
        pg.data.sum = sum.with(Field.NUM_SCRUB_ERRORS, errors);
        if (run.recheck) {
            recheck = false;
            failedRepair = errors > 0;
        }
    }

    // ---- repair

    /// Bad copies count as missing; recovery replaces them by good ones.
    private void repair(ScrubFindings findings) {
        repairing = true;
        findings.authoritative.forEach((object, version) -> {
            SortedSet<PgShard> bad = new TreeSet<>(findings.missing.getOrDefault(object, new TreeSet<>()));
            bad.addAll(findings.inconsistent.getOrDefault(object, new TreeSet<>()));
            Eversion now = versionNow(object, version, bad);
            if (now != null) {
                markBad(object, now, bad);
            }
        });
        pg.recovery.resume();
    }

    /// Since the scrub was there the object may have been changed, which leaves what is bad bad, or removed.
    ///
    /// @return null if it is gone
    private @Nullable Eversion versionNow(HObject object, Eversion seen, SortedSet<PgShard> bad) {
        PgLogEntry newest = pg.data.log.newest(object);
        if (newest != null && newest.version().compareTo(seen) > 0) {
            return newest.isDelete() ? null : newest.version();
        }
        try {
            Eversion ours = pg.replica.version(GhObject.of(object));
            return ours.compareTo(seen) > 0 ? ours : seen;
        } catch (CephException e) {
            boolean gone = e.is(Errno.ENOENT) && !bad.contains(pg.whoami());
            return gone ? null : seen;
        }
    }

    private void markBad(HObject object, Eversion version, SortedSet<PgShard> bad) {
        for (PgShard member : bad) {
            if (member.equals(pg.whoami())) {
                pg.data.missing.put(object, version, Eversion.ZERO);
                pg.ops.forget(object);
            } else {
                MissingSet missing = pg.peerMissing.get(member);
                if (missing != null) {
                    missing.put(object, version, Eversion.ZERO);
                }
            }
        }
        pg.data.updateLastComplete();
    }
}
