package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// An object's clones (`SnapSet`); immutable. It is kept with the head, also where that is a whiteout.
///
/// @param seq the newest snapshot context that wrote the object
/// @param snaps those of that context, newest first; kept for old readers
/// @param clones by the id of each, which is the newest snapshot it was made for; ascending
@CephType("SnapSet")
public record SnapSet(long seq, List<Long> snaps, NavigableMap<Long, Clone> clones) {
    public static final SnapSet EMPTY = new SnapSet(0, List.of(), new TreeMap<>());

    /// @param snaps the snapshots it serves, newest first
    /// @param overlap what is the same in the next newer clone or the head
    public record Clone(List<Long> snaps, IntervalSet overlap, long size) {
        public Clone withOverlap(IntervalSet other) {
            return new Clone(snaps, other, size);
        }

        public Clone withSnaps(List<Long> other) {
            return new Clone(other, overlap, size);
        }
    }

    public SnapSet {
        clones = Collections.unmodifiableNavigableMap(clones);
    }

    public SnapSet withClone(long id, Clone clone) {
        NavigableMap<Long, Clone> copy = new TreeMap<>(clones);
        copy.put(id, clone);
        return new SnapSet(seq, snaps, copy);
    }

    public SnapSet withoutClone(long id) {
        NavigableMap<Long, Clone> copy = new TreeMap<>(clones);
        copy.remove(id);
        return new SnapSet(seq, snaps, copy);
    }

    public SnapSet withContext(long newSeq, List<Long> newSnaps) {
        return new SnapSet(newSeq, newSnaps, clones);
    }

    /// The bytes of a clone that are not shared with its newer neighbour.
    public long cloneBytes(long id) {
        Clone clone = clones.get(id);
        return clone == null ? 0 : clone.size - clone.overlap.size();
    }

    public static SnapSet decode(WireReader in) {
        return in.versioned(3, (body, version) -> {
            long seq = body.u64();
            body.skip(1); // whether the head exists: always true
            List<Long> snaps = body.list(WireReader::u64);
            List<Long> ids = body.list(WireReader::u64);
            NavigableMap<Long, IntervalSet> overlaps = body.map(WireReader::u64, IntervalSet::decode);
            NavigableMap<Long, Long> sizes = body.map(WireReader::u64, WireReader::u64);
            NavigableMap<Long, List<Long>> cloneSnaps =
                    version >= 3 ? body.map(WireReader::u64, r -> r.list(WireReader::u64)) : new TreeMap<>();
            NavigableMap<Long, Clone> clones = new TreeMap<>();
            for (long id : ids) {
                clones.put(id, new Clone(
                        cloneSnaps.getOrDefault(id, List.of()),
                        overlaps.getOrDefault(id, IntervalSet.EMPTY),
                        sizes.getOrDefault(id, 0L)));
            }
            return new SnapSet(seq, snaps, clones);
        });
    }

    public void encode(WireWriter out) {
        out.versioned(3, 2, () -> {
            out.u64(seq).bool(true).list(snaps, WireWriter::u64);
            out.list(new ArrayList<>(clones.keySet()), WireWriter::u64);
            out.map(clones, WireWriter::u64, (w, clone) -> clone.overlap.encode(w));
            out.map(clones, WireWriter::u64, (w, clone) -> w.u64(clone.size));
            out.map(clones, WireWriter::u64, (w, clone) -> w.list(clone.snaps, WireWriter::u64));
        });
    }
}
