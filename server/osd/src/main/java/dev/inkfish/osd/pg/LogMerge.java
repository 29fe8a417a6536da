package dev.inkfish.osd.pg;

import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgLogDup;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgMissing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// How a log that went another way is brought back to the authoritative one (`PGLog::merge_log`).
///
/// Entries that the authoritative log does not have are divergent: nobody was told that they are durable.
/// Replicated groups keep no old contents, so the object of a divergent entry is removed and becomes missing in
/// the version the authoritative log gives it. The primary works out in the same way what a member will
/// lack once it has done this itself: both use [#resolve].
final class LogMerge {
    private LogMerge() {}

    /// What a merge did to the log.
    ///
    /// @param remove the objects whose copy here must be removed
    /// @param extended older entries came in front, and the dups are others: below it is only what happened besides
    /// @param dropped entries that diverged
    record Merged(
            SortedSet<HObject> remove,
            boolean extended,
            List<PgLogEntry> dropped,
            List<PgLogEntry> added,
            List<PgLogDup> dups) {}

    /// Merges the authoritative log into ours.
    ///
    /// @param lastBackfill objects above it are not kept here and not missing
    static Merged merge(PgLog log, MissingSet missing, PgLogData authority, HObject lastBackfill) {
        SortedSet<HObject> remove = new TreeSet<>();
        if (authority.tail().compareTo(log.head()) > 0) {
            throw new IllegalStateException("a log from " + authority.tail() + " does not reach " + log.head());
        }
        boolean extended = authority.tail().compareTo(log.tail()) < 0;
        if (extended) {
            // another member needs entries that we have trimmed
            log.extend(authority.tail(), authority.entries());
        }
        Eversion common = lastCommon(authority, log.head());
        List<PgLogEntry> divergent = log.rewindTo(common);
        List<PgLogDup> dups = log.addDups(authority.dups());
        List<PgLogEntry> added = new ArrayList<>();
        for (PgLogEntry entry : authority.entries()) {
            if (entry.version().compareTo(log.head()) <= 0) {
                continue;
            }
            log.append(entry);
            added.add(entry);
            if (entry.object().compareTo(lastBackfill) <= 0) {
                if (entry.isDelete()) {
                    remove.add(entry.object());
                }
                missing.addNext(entry);
            }
        }
        log.advanceTo(authority.head());
        resolve(divergent, log, common, missing, lastBackfill, remove);
        return new Merged(remove, extended, divergent, added, dups);
    }

    /// The newest version of the authoritative log, or its tail, that is not above our head: up to here both agree.
    private static Eversion lastCommon(PgLogData authority, Eversion head) {
        Eversion common = authority.tail();
        for (PgLogEntry entry : authority.entries()) {
            if (entry.version().compareTo(head) > 0) {
                break;
            }
            common = entry.version();
        }
        return common;
    }

    /// What a member lacks whose log is `theirs`, once it has dropped what diverges from ours. `missing` is
    /// what it says it lacks, and is changed.
    ///
    /// @return the version up to which its log agrees with ours
    static Eversion resolvePeer(PgLog ours, PgLogData theirs, MissingSet missing, HObject lastBackfill) {
        Eversion common = ours.floor(theirs.head());
        List<PgLogEntry> divergent = new ArrayList<>();
        for (PgLogEntry entry : theirs.entries()) {
            if (entry.version().compareTo(common) > 0) {
                divergent.add(entry);
            }
        }
        resolve(divergent, ours, common, missing, lastBackfill, new TreeSet<>());
        return common;
    }

    /// @param common versions above it in `divergent` are void; above it in `log` they are the truth
    private static void resolve(
            List<PgLogEntry> divergent,
            PgLog log,
            Eversion common,
            MissingSet missing,
            HObject lastBackfill,
            SortedSet<HObject> remove) {
        Map<HObject, PgLogEntry> firsts = new LinkedHashMap<>();
        for (PgLogEntry entry : divergent) {
            if (!entry.isError() && entry.object().compareTo(lastBackfill) <= 0) {
                firsts.putIfAbsent(entry.object(), entry);
            }
        }
        firsts.forEach((object, first) -> {
            PgLogEntry newest = log.newest(object);
            PgMissing.Item lacking = missing.get(object);
            boolean created = first.priorVersion().isZero() || first.kind() == PgLogEntry.Kind.CLONE;
            if (newest != null && newest.version().compareTo(common) > 0) {
                remove.add(object);
                if (newest.isDelete()) {
                    missing.remove(object);
                } else {
                    missing.put(object, newest.version(), Eversion.ZERO);
                }
            } else if (created) {
                remove.add(object);
                missing.remove(object);
            } else if (lacking != null && lacking.have().equals(first.priorVersion())) {
                missing.remove(object);
            } else {
                remove.add(object);
                missing.put(object, first.priorVersion(), Eversion.ZERO);
            }
        });
    }
}
