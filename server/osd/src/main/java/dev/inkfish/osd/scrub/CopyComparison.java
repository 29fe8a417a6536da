package dev.inkfish.osd.scrub;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.InconsistentObject;
import dev.inkfish.wire.osd.InconsistentObject.Shard;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.ScrubMap;
import dev.inkfish.wire.osd.ScrubObjectId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Compares the copies of a range of objects (`PGBackend::be_compare_scrubmaps`): which is the truth, who differs from
/// it and in what.
///
/// A copy that is at odds with itself (unreadable, without info, of another size than its info says) is never the truth;
/// of the others the newest is; among equals the one that is what its info
/// says, then the one that most others agree with, then the primary's. An error is *deep* if only reading the contents shows it.
public final class CopyComparison {
    private final PgId pgid;
    private final PgShard primary;
    private final ScrubMode mode;
    private final Utime now;
    private final ScrubSettings settings;
    private final ScrubFindings findings;

    public CopyComparison(
            PgId pgid, PgShard primary, ScrubMode mode, Utime now, ScrubSettings settings, ScrubFindings findings) {
        this.pgid = pgid;
        this.primary = primary;
        this.mode = mode;
        this.now = now;
        this.settings = settings;
        this.findings = findings;
    }

    /// One member's copy of the object under comparison, and what is wrong with it.
    private static final class Copy {
        final PgShard member;
        final ScrubMap.@Nullable Item item;
        @Nullable ObjectInfo info;
        long errors;
        final List<String> complaints = new ArrayList<>();

        Copy(PgShard member, ScrubMap.@Nullable Item item) {
            this.member = member;
            this.item = item;
        }

        void complain(long error, String text) {
            errors |= error;
            complaints.add(text);
        }

        Shard shard(PgShard primary, @Nullable Copy truth) {
            boolean isPrimary = member.equals(primary);
            return item == null
                    ? new Shard(errors, isPrimary, new TreeMap<>(), -1, null, null, false)
                    : new Shard(
                            errors, isPrimary, item.attrs(), item.size(), item.omapDigest(), item.dataDigest(), this == truth);
        }
    }

    /// Adds to the findings.
    ///
    /// @return the range as it ought to be, as far as that is known: what the clones are checked by
    public NavigableMap<HObject, ScrubMap.Item> compare(NavigableMap<PgShard, ScrubMap> maps) {
        TreeSet<HObject> all = new TreeSet<>();
        maps.values().forEach(map -> all.addAll(map.objects().keySet()));
        ScrubMap ours = maps.get(primary);
        TreeMap<HObject, ScrubMap.Item> truth = new TreeMap<>(ours == null ? new TreeMap<>() : ours.objects());
        truth.values().forEach(this::countOmap);
        largeOmaps(truth);
        for (HObject object : all) {
            ScrubMap.Item good = compareObject(object, maps);
            if (good != null) {
                truth.put(object, good);
            }
        }
        return truth;
    }

    private void countOmap(ScrubMap.Item item) {
        findings.omapBytes += item.omapBytes();
        findings.omapKeys += item.omapKeys();
    }

    private void largeOmaps(NavigableMap<HObject, ScrubMap.Item> objects) {
        objects.forEach((object, item) -> {
            if (item.largeOmap()) {
                findings.largeOmaps++;
                findings.warnLines.add("Large omap object found. Object: " + object + " PG: " + pgid.pool() + "."
                        + Integer.toHexString(object.hash()) + " (" + pgid + ") Key count: " + item.omapKeys()
                        + " Size (bytes): " + item.omapBytes());
            }
        });
    }

    private List<Copy> copies(HObject object, NavigableMap<PgShard, ScrubMap> maps) {
        List<Copy> copies = new ArrayList<>();
        maps.forEach((member, map) -> {
            Copy copy = new Copy(member, map.objects().get(object));
            if (copy.item != null) {
                judgeAlone(object, copy, copy.item);
            }
            copies.add(copy);
        });
        return copies;
    }

    // ---- one copy by itself

    private void judgeAlone(HObject object, Copy copy, ScrubMap.Item item) {
        if (item.readError()) {
            copy.complain(Shard.READ_ERROR, "candidate had a read error");
        }
        if (item.statError()) {
            copy.complain(Shard.STAT_ERROR, "candidate had a stat error");
            return;
        }
        if (object.isHead()) {
            if (!item.attrs().containsKey(ScrubAttrs.SNAPSET)) {
                copy.complain(Shard.SNAPSET_MISSING, "candidate had a missing snapset key");
            } else if (ScrubAttrs.snapSet(item) == null) {
                copy.complain(Shard.SNAPSET_CORRUPTED, "candidate had a corrupt snapset");
            }
        }
        if (!item.attrs().containsKey(ScrubAttrs.INFO)) {
            copy.complain(Shard.INFO_MISSING, "candidate had a missing info key");
            return;
        }
        copy.info = ScrubAttrs.info(item);
        if (copy.info == null) {
            copy.complain(Shard.INFO_CORRUPTED, "candidate had a corrupt info");
        } else if (copy.info.size() != item.size()) {
            copy.complain(Shard.OBJECT_SIZE_INFO_MISMATCH, "candidate size " + item.size() + " info size "
                    + copy.info.size() + " mismatch");
        }
    }

    private @Nullable Copy choose(List<Copy> copies) {
        Copy best = null;
        Rank bestRank = null;
        for (Copy copy : copies) {
            if (copy.info == null || copy.item == null || copy.errors != 0) {
                continue;
            }
            Rank rank = rank(copy, copy.item, copy.info, copies);
            if (bestRank == null || rank.compareTo(bestRank) > 0) {
                best = copy;
                bestRank = rank;
            }
        }
        return best;
    }

    /// How much speaks for a copy.
    ///
    /// @param digests how many its info knows
    /// @param asTold its contents are what its info says
    /// @param supporters copies with the same contents
    private record Rank(Eversion version, int digests, boolean asTold, int supporters, boolean primary)
            implements Comparable<Rank> {
        private static final Comparator<Rank> ORDER = Comparator.comparing(Rank::version)
                .thenComparing(Rank::digests)
                .thenComparing(Rank::asTold)
                .thenComparing(Rank::supporters)
                .thenComparing(Rank::primary);

        @Override
        public int compareTo(Rank other) {
            return ORDER.compare(this, other);
        }
    }

    private Rank rank(Copy copy, ScrubMap.Item item, ObjectInfo info, List<Copy> copies) {
        int digests = Integer.bitCount(info.flags() & (ObjectInfo.DATA_DIGEST | ObjectInfo.OMAP_DIGEST));
        boolean asTold = isAsTold(item.dataDigest(), info, ObjectInfo.DATA_DIGEST, info.dataDigest())
                && isAsTold(item.omapDigest(), info, ObjectInfo.OMAP_DIGEST, info.omapDigest());
        int supporters = 0;
        for (Copy other : copies) {
            supporters += other.errors == 0 && item.equals(other.item) ? 1 : 0;
        }
        return new Rank(info.version(), digests, asTold, supporters, copy.member.equals(primary));
    }

    private static boolean isAsTold(@Nullable Integer found, ObjectInfo info, int flag, int told) {
        return found == null || !info.has(flag) || found == told;
    }

    // ---- all copies

    /// @return the good copy, if some copy is bad
    private ScrubMap.@Nullable Item compareObject(HObject object, NavigableMap<PgShard, ScrubMap> maps) {
        List<Copy> copies = copies(object, maps);
        copies.forEach(copy -> {
            if (!copy.complaints.isEmpty()) {
                line("shard " + copy.member + " soid " + object + " : " + String.join(", ", copy.complaints));
                copy.complaints.clear();
            }
        });
        Copy truth = choose(copies);
        if (truth == null || truth.info == null || truth.item == null) {
            return noTruth(object, copies);
        }
        return new Verdict(object, truth, truth.item, truth.info, copies).reach();
    }

    private ScrubMap.@Nullable Item noTruth(HObject object, List<Copy> copies) {
        for (Copy copy : copies) {
            if (copy.item == null) {
                copy.errors |= Shard.MISSING;
            }
            count(copy.errors);
        }
        note(object, 0, 0, copies, null);
        line("soid " + object + " : failed to pick suitable object info");
        return null;
    }

    private void count(long shardErrors) {
        if ((shardErrors & Shard.DEEP_ERRORS) != 0) {
            findings.deepErrors++;
        } else if (shardErrors != 0) {
            findings.shallowErrors++;
        }
    }

    private void note(HObject object, long errors, long version, List<Copy> copies, @Nullable Copy truth) {
        TreeMap<PgShard, Shard> shards = new TreeMap<>();
        long union = 0;
        for (Copy copy : copies) {
            shards.put(copy.member, copy.shard(primary, truth));
            union |= copy.errors;
        }
        if (errors != 0 || union != 0) {
            findings.objects.add(new InconsistentObject(errors, ScrubObjectId.of(object), version, shards, union));
        }
    }

    private void line(String text) {
        findings.errorLines.add(pgid + " " + text);
    }

    /// One object of which some copy can be taken for the truth.
    private final class Verdict {
        private final HObject object;
        private final Copy truth;
        private final ScrubMap.Item good;
        private final ObjectInfo info;
        private final List<Copy> copies;
        /// Between copies, without saying whose fault it is.
        private long errors;
        private boolean mendDigest;
        private final TreeSet<PgShard> missing = new TreeSet<>();
        private final TreeSet<PgShard> bad = new TreeSet<>();
        /// Differ from the truth, though nothing is wrong with them alone.
        private final TreeSet<PgShard> different = new TreeSet<>();
        private boolean anyGood;
        /// What the others are to become.
        private Copy model;

        Verdict(HObject object, Copy truth, ScrubMap.Item good, ObjectInfo info, List<Copy> copies) {
            this.object = object;
            this.truth = truth;
            this.good = good;
            this.info = info;
            this.copies = copies;
            this.model = truth;
        }

        ScrubMap.@Nullable Item reach() {
            copies.forEach(this::weigh);
            boolean decided = decide();
            if (decided && missing.isEmpty() && bad.isEmpty()) {
                noteDigests();
            }
            if ((errors & InconsistentObject.DEEP_ERRORS) != 0) {
                findings.deepErrors++;
            } else if (errors != 0) {
                findings.shallowErrors++;
            }
            note(object, errors, info.userVersion(), copies, truth);
            return findings.authoritative.containsKey(object) ? model.item : null;
        }

        private void weigh(Copy copy) {
            if (copy.item == null) {
                copy.errors |= Shard.MISSING;
                missing.add(copy.member);
                findings.shallowErrors++;
                line("shard " + copy.member + " " + object + " : missing");
                return;
            }
            compare(copy, copy.item);
            if (copy == truth && copy.errors == Shard.DATA_DIGEST_MISMATCH_INFO && mode.repair() && allAgree()) {
                mendDigest = true;
                copy.errors = 0;
                line("soid " + object + " : repairing object info data_digest");
            }
            String text = String.join(", ", copy.complaints);
            if (copy.errors != 0) {
                bad.add(copy.member);
                count(copy.errors);
                if (!text.isEmpty()) {
                    line("shard " + copy.member + " soid " + object + " : " + text);
                }
            } else if (!text.isEmpty() && !mendDigest) {
                different.add(copy.member);
                line("soid " + object + " : " + text);
            } else {
                anyGood = true;
            }
        }

        /// All copies that can be read hold the same data: then it is the info that is wrong.
        private boolean allAgree() {
            return copies.size() > 1 && copies.stream()
                    .allMatch(copy -> copy.item != null && java.util.Objects.equals(copy.item.dataDigest(), good.dataDigest()));
        }

        private void compare(Copy copy, ScrubMap.Item item) {
            compareDigests(copy, item);
            if (item.statError()) {
                return;
            }
            if ((copy.errors & (Shard.INFO_MISSING | Shard.INFO_CORRUPTED)) == 0
                    && !same(item, ScrubAttrs.INFO)) {
                differ(copy, InconsistentObject.INFO_INCONSISTENCY, "object info inconsistent ");
            }
            if (object.isHead() && (copy.errors & (Shard.SNAPSET_MISSING | Shard.SNAPSET_CORRUPTED)) == 0
                    && !same(item, ScrubAttrs.SNAPSET)) {
                differ(copy, InconsistentObject.SNAPSET_INCONSISTENCY, "snapset inconsistent ");
            }
            if (info.size() != item.size()) {
                copy.complain(Shard.SIZE_MISMATCH_INFO, "size " + item.size() + " != size " + info.size()
                        + " from auth oi " + ObjectInfoText.of(info));
            }
            if (good.size() != item.size()) {
                differ(copy, InconsistentObject.SIZE_MISMATCH,
                        "size " + item.size() + " != size " + good.size() + " from shard " + truth.member);
            }
            if (item.size() > settings.maxObjectSize() && (errors & InconsistentObject.SIZE_TOO_LARGE) == 0) {
                differ(copy, InconsistentObject.SIZE_TOO_LARGE,
                        "size " + item.size() + " > " + settings.maxObjectSize() + " is too large");
            }
            compareAttrs(copy, item);
        }

        private void compareDigests(Copy copy, ScrubMap.Item item) {
            Integer data = item.dataDigest();
            Integer omap = item.omapDigest();
            if (data != null && good.dataDigest() != null && !data.equals(good.dataDigest())) {
                differ(copy, InconsistentObject.DATA_DIGEST_MISMATCH, "data_digest " + hex(data) + " != data_digest "
                        + hex(good.dataDigest()) + " from shard " + truth.member);
            }
            if (omap != null && good.omapDigest() != null && !omap.equals(good.omapDigest())) {
                differ(copy, InconsistentObject.OMAP_DIGEST_MISMATCH, "omap_digest " + hex(omap) + " != omap_digest "
                        + hex(good.omapDigest()) + " from shard " + truth.member);
            }
            if (data != null && info.has(ObjectInfo.DATA_DIGEST) && data != info.dataDigest()) {
                copy.complain(Shard.DATA_DIGEST_MISMATCH_INFO, "data_digest " + hex(data) + " != data_digest "
                        + hex(info.dataDigest()) + " from auth oi " + ObjectInfoText.of(info));
            }
            if (omap != null && info.has(ObjectInfo.OMAP_DIGEST) && omap != info.omapDigest()) {
                copy.complain(Shard.OMAP_DIGEST_MISMATCH_INFO, "omap_digest " + hex(omap) + " != omap_digest "
                        + hex(info.omapDigest()) + " from auth oi " + ObjectInfoText.of(info));
            }
        }

        private void compareAttrs(Copy copy, ScrubMap.Item item) {
            good.attrs().forEach((name, value) -> {
                if (isUsers(name)) {
                    Bytes other = item.attrs().get(name);
                    if (other == null) {
                        differ(copy, InconsistentObject.ATTR_NAME_MISMATCH, "attr name mismatch '" + name + "'");
                    } else if (!other.equals(value)) {
                        differ(copy, InconsistentObject.ATTR_VALUE_MISMATCH, "attr value mismatch '" + name + "'");
                    }
                }
            });
            item.attrs().keySet().forEach(name -> {
                if (isUsers(name) && !good.attrs().containsKey(name)) {
                    differ(copy, InconsistentObject.ATTR_NAME_MISMATCH, "attr name mismatch '" + name + "'");
                }
            });
        }

        /// The others are compared each in its own way.
        private static boolean isUsers(String name) {
            return !name.equals(ScrubAttrs.INFO) && !name.equals(ScrubAttrs.SNAPSET);
        }

        private boolean same(ScrubMap.Item item, String attr) {
            return java.util.Objects.equals(item.attrs().get(attr), good.attrs().get(attr));
        }

        private void differ(Copy copy, long error, String text) {
            errors |= error;
            copy.complaints.add(text);
        }

        /// @return false if no copy can be called good
        private boolean decide() {
            if (!anyGood) {
                if (different.isEmpty() && !mendDigest) {
                    line("soid " + object + " : failed to pick suitable auth object");
                    return false;
                }
                if (!different.isEmpty() && !different.contains(truth.member)) {
                    model = copies.stream().filter(copy -> copy.member.equals(different.first())).findFirst().orElse(truth);
                }
                different.remove(model.member);
            }
            bad.addAll(different);
            if (!missing.isEmpty()) {
                findings.missing.put(object, missing);
            }
            if (!bad.isEmpty()) {
                findings.inconsistent.put(object, bad);
            }
            if (!missing.isEmpty() || !bad.isEmpty()) {
                findings.authoritative.put(object, model.info == null ? info.version() : model.info.version());
            }
            return true;
        }

        /// An object that rests gets its digests noted, so that a later scrub can tell whose copy is wrong.
        private void noteDigests() {
            boolean dataKnown = good.dataDigest() == null || info.has(ObjectInfo.DATA_DIGEST);
            boolean omapKnown = good.omapDigest() == null || info.has(ObjectInfo.OMAP_DIGEST);
            boolean rests = now.toSeconds() - info.localMtime().toSeconds() > settings.digestMinAge();
            if (mendDigest || rests && !(dataKnown && omapKnown)) {
                findings.digests.put(object, new ScrubFindings.Digests(good.dataDigest(), good.omapDigest()));
            }
        }
    }

    private static String hex(int digest) {
        return "0x" + Integer.toHexString(digest);
    }
}
