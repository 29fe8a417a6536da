package dev.inkfish.osd.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.InconsistentSnapSet;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.ScrubMap;
import dev.inkfish.wire.osd.SnapSet;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What Ceph's `osd-scrub-snaps.sh` does to heads and clones, and what is told of it.
class CloneCheckTest {
    private static final HObject HEAD = HObject.head("obj", "", 5, "", 1);

    private final TreeMap<HObject, ScrubMap.Item> objects = new TreeMap<>();
    private final ScrubFindings findings = new ScrubFindings();

    private static ObjectInfo info(HObject object, long size) {
        ObjectInfo blank = ObjectInfo.blank(object);
        return new ObjectInfo(object, new Eversion(1, 1), Eversion.ZERO, null, size, blank.mtime(), 0, 0, 1,
                blank.watchers(), 0, blank.localMtime(), -1, -1, 0, 0, 0);
    }

    private void put(HObject object, long size, long infoSize, SnapSet set) {
        TreeMap<String, Bytes> attrs = new TreeMap<>();
        attrs.put("_", WireWriter.encode(info(object, infoSize), (i, out) -> i.encode(out, Features.PACIFIC)));
        if (set != null) {
            attrs.put("snapset", WireWriter.encode(set, SnapSet::encode));
        }
        objects.put(object, new ScrubMap.Item(attrs, size, null, null, false, false, false, 0, 0));
    }

    private static SnapSet clones(long... ids) {
        SnapSet set = SnapSet.EMPTY.withContext(9, List.of());
        for (long id : ids) {
            set = set.withClone(id, new SnapSet.Clone(List.of(id), IntervalSet.EMPTY, 100));
        }
        return set;
    }

    private List<String> check() {
        new CloneCheck(new PgId(1, 0), new ScrubMode(false, false), findings).check(objects);
        return findings.errorLines;
    }

    private InconsistentSnapSet of(long snap) {
        return findings.snapSets.stream().filter(each -> each.object().snap() == snap).findFirst().orElseThrow();
    }

    @Test
    void whatIsRightIsCountedAndNotTold() {
        put(HEAD, 50, 50, clones(2, 4));
        put(HEAD.withSnap(2), 100, 100, null);
        put(HEAD.withSnap(4), 100, 100, null);
        assertThat(check()).isEmpty();
        assertThat(findings.snapSets).isEmpty();
        assertThat(findings.sum.get(Field.NUM_OBJECTS)).isEqualTo(3);
        assertThat(findings.sum.get(Field.NUM_OBJECT_CLONES)).isEqualTo(2);
        assertThat(findings.sum.get(Field.NUM_BYTES)).isEqualTo(250);
    }

    @Test
    void clonesThatAreMissingOrTooMany() {
        put(HEAD, 50, 50, clones(2, 4));
        put(HEAD.withSnap(3), 100, 100, null);
        put(HEAD.withSnap(4), 100, 100, null);
        assertThat(check()).containsExactly(
                "scrub 1.0 1:a0000000:::obj:head : expected clone 1:a0000000:::obj:2 1 missing",
                "scrub 1.0 1:a0000000:::obj:3 : is an unexpected clone",
                "scrub 1.0 1:a0000000:::obj:head : 1 missing clone(s)");
        assertThat(findings.shallowErrors).isEqualTo(2);
        InconsistentSnapSet head = of(HObject.HEAD);
        assertThat(head.errors()).isEqualTo(InconsistentSnapSet.CLONE_MISSING | InconsistentSnapSet.EXTRA_CLONES);
        assertThat(head.missing()).containsExactly(2L);
        assertThat(head.clones()).containsExactly(3L);
        assertThat(of(3).errors()).isEqualTo(InconsistentSnapSet.HEADLESS);
    }

    @Test
    void clonesWithoutAHeadAndOfAnotherSize() {
        put(HEAD.withSnap(4), 100, 100, null);
        HObject other = HObject.head("other", "", 9, "", 1);
        put(other, 10, 10, clones(7));
        put(other.withSnap(7), 60, 60, null);
        assertThat(check()).containsExactlyInAnyOrder(
                "scrub 1.0 1:a0000000:::obj:4 : is an unexpected clone",
                "scrub 1.0 1:90000000:::other:7 : size 60 != clone_size 100");
        assertThat(of(4).errors()).isEqualTo(InconsistentSnapSet.HEADLESS);
        assertThat(of(7).errors()).isEqualTo(InconsistentSnapSet.SIZE_MISMATCH);
        assertThat(of(HObject.HEAD).errors()).isZero(); // the head of the bad clone is listed too
    }

    @Test
    void aHeadWhoseSnapSetIsGone() {
        put(HEAD, 50, 60, null);
        put(HEAD.withSnap(4), 100, 100, null);
        assertThat(check()).containsExactly(
                "scrub 1.0 1:a0000000:::obj:head : on disk size (50) does not match object info size (60) adjusted for"
                        + " ondisk to (60)",
                "scrub 1.0 1:a0000000:::obj:head : no 'snapset' attr",
                "scrub 1.0 1:a0000000:::obj:4 : clone ignored due to missing snapset");
        assertThat(of(HObject.HEAD).errors())
                .isEqualTo(InconsistentSnapSet.SIZE_MISMATCH | InconsistentSnapSet.SNAPSET_MISSING | InconsistentSnapSet.EXTRA_CLONES);
    }
}
