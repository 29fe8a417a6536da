package dev.inkfish.osd.scrub;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.osd.InconsistentSnapSet;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.ScrubMap;
import dev.inkfish.wire.osd.ScrubObjectId;
import dev.inkfish.wire.osd.SnapSet;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Checks each object's clones against its snap set and adds up the group's statistics
/// (`PrimaryLogPG::scrub_snapshot_metadata`). An object and its clones are always in one chunk.
public final class CloneCheck {
    private final PgId pgid;
    private final ScrubMode mode;
    private final ScrubFindings findings;

    public CloneCheck(PgId pgid, ScrubMode mode, ScrubFindings findings) {
        this.pgid = pgid;
        this.mode = mode;
        this.findings = findings;
    }

    /// @param objects of a chunk, each as it ought to be
    public void check(NavigableMap<HObject, ScrubMap.Item> objects) {
        TreeMap<HObject, NavigableMap<HObject, ScrubMap.Item>> families = new TreeMap<>();
        objects.forEach((object, item) -> families.computeIfAbsent(object.toHead(), h -> new TreeMap<>()).put(object, item));
        families.forEach((head, family) -> new Family(head, family).check());
    }

    private void line(HObject object, String text) {
        findings.errorLines.add(mode.text() + " " + pgid + " " + object + " : " + text);
    }

    private void error(HObject object, String text) {
        findings.shallowErrors++;
        line(object, text);
    }

    /// An object and its clones.
    private final class Family {
        private final HObject head;
        private final NavigableMap<HObject, ScrubMap.Item> members;
        private final ScrubMap.@Nullable Item headItem;
        private @Nullable SnapSet snapSet;
        private long errors;
        private Bytes attr = Bytes.EMPTY;
        private final List<Long> extra = new ArrayList<>();
        private final List<Long> lacking = new ArrayList<>();
        private int badClones;

        Family(HObject head, NavigableMap<HObject, ScrubMap.Item> members) {
            this.head = head;
            this.members = members;
            this.headItem = members.get(head);
        }

        void check() {
            if (headItem != null) {
                checkHead(headItem);
            }
            if (snapSet != null) {
                lackingClones(snapSet);
            }
            members.descendingMap().forEach((object, item) -> {
                if (!object.isHead()) {
                    checkClone(object, item);
                }
            });
            if (!lacking.isEmpty()) {
                line(head, lacking.size() + " missing clone(s)");
            }
            if (headItem != null && (errors != 0 || badClones > 0)) {
                findings.snapSets.add(
                        new InconsistentSnapSet(errors, ScrubObjectId.of(head), extra, lacking, attr));
            }
        }

        private void checkHead(ScrubMap.Item item) {
            ObjectInfo info = info(head, item);
            if (info == null) {
                errors |= infoError(item);
            } else {
                errors |= sizeError(head, item, info);
                findings.add(Field.NUM_BYTES, info.size());
                count(info);
            }
            findings.add(Field.NUM_OBJECTS, 1);
            Bytes set = item.attrs().get(ScrubAttrs.SNAPSET);
            if (set == null) {
                error(head, "no 'snapset' attr");
                errors |= InconsistentSnapSet.SNAPSET_MISSING;
                return;
            }
            snapSet = ScrubAttrs.snapSet(item);
            if (snapSet == null) {
                error(head, "can't decode 'snapset' attr");
                errors |= InconsistentSnapSet.SNAPSET_CORRUPTED;
                return;
            }
            attr = set;
            if (!snapSet.clones().isEmpty() && snapSet.seq() == 0) {
                error(head, "snaps.seq not set");
                errors |= InconsistentSnapSet.SNAPSET_ERROR;
            }
        }

        private void lackingClones(SnapSet set) {
            for (long id : set.clones().descendingKeySet()) {
                HObject clone = head.withSnap(id);
                if (!members.containsKey(clone)) {
                    lacking.add(id);
                    error(head, "expected clone " + clone + " " + lacking.size() + " missing");
                    errors |= InconsistentSnapSet.CLONE_MISSING;
                }
            }
        }

        private void checkClone(HObject object, ScrubMap.Item item) {
            long found = 0;
            ObjectInfo info = info(object, item);
            if (info == null) {
                found |= infoError(item);
            } else {
                found |= sizeError(object, item, info);
            }
            SnapSet.Clone known = snapSet == null ? null : snapSet.clones().get(object.snap());
            if (snapSet == null || known == null) {
                boolean noSet = headItem != null && snapSet == null;
                error(object, noSet ? "clone ignored due to missing snapset" : "is an unexpected clone");
                found |= InconsistentSnapSet.HEADLESS;
                if (headItem != null) {
                    errors |= InconsistentSnapSet.EXTRA_CLONES;
                    extra.add(object.snap());
                }
            } else {
                found |= checkKnown(object, info, known, snapSet);
                findings.add(Field.NUM_OBJECTS, 1);
                findings.add(Field.NUM_OBJECT_CLONES, 1);
                if (info != null) {
                    count(info);
                }
            }
            if (found != 0) {
                badClones++;
                findings.snapSets.add(new InconsistentSnapSet(
                        found, ScrubObjectId.of(object), List.of(), List.of(), Bytes.EMPTY));
            }
        }

        private long checkKnown(HObject object, @Nullable ObjectInfo info, SnapSet.Clone known, SnapSet set) {
            long found = 0;
            if (info != null && info.size() != known.size()) {
                error(object, "size " + info.size() + " != clone_size " + known.size());
                found = InconsistentSnapSet.SIZE_MISMATCH;
            }
            if (known.overlap().size() > known.size()) {
                error(object, "bad interval_set in clone_overlap");
                return InconsistentSnapSet.SIZE_MISMATCH;
            }
            findings.add(Field.NUM_BYTES, set.cloneBytes(object.snap()));
            return found;
        }

        private @Nullable ObjectInfo info(HObject object, ScrubMap.Item item) {
            ObjectInfo info = ScrubAttrs.info(item);
            if (info == null) {
                boolean there = item.attrs().containsKey(ScrubAttrs.INFO);
                error(object, there ? "can't decode '_' attr" : "no '_' attr");
            }
            return info;
        }

        private long infoError(ScrubMap.Item item) {
            return item.attrs().containsKey(ScrubAttrs.INFO)
                    ? InconsistentSnapSet.INFO_CORRUPTED | InconsistentSnapSet.INFO_MISSING
                    : InconsistentSnapSet.INFO_MISSING;
        }

        private long sizeError(HObject object, ScrubMap.Item item, ObjectInfo info) {
            if (info.size() == item.size()) {
                return 0;
            }
            error(object, "on disk size (" + item.size() + ") does not match object info size (" + info.size()
                    + ") adjusted for ondisk to (" + info.size() + ")");
            return InconsistentSnapSet.SIZE_MISMATCH;
        }

        private void count(ObjectInfo info) {
            findings.add(Field.NUM_OBJECTS_DIRTY, info.has(ObjectInfo.DIRTY) ? 1 : 0);
            findings.add(Field.NUM_WHITEOUTS, info.has(ObjectInfo.WHITEOUT) ? 1 : 0);
            findings.add(Field.NUM_OBJECTS_OMAP, info.has(ObjectInfo.OMAP) ? 1 : 0);
        }
    }
}
