package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// The snapshots that a write must preserve (`SnapContext`).
///
/// @param seq the newest snapshot id there is
/// @param snaps those that exist, newest first
@CephType("SnapContext")
public record SnapContext(long seq, List<Long> snaps) {
    public static final SnapContext NONE = new SnapContext(0, List.of());

    public static SnapContext decode(WireReader in) {
        return new SnapContext(in.u64(), in.list(WireReader::u64));
    }

    public void encode(WireWriter out) {
        out.u64(seq).list(snaps, WireWriter::u64);
    }

    /// Newest first, none above seq.
    public boolean isValid() {
        if (!snaps.isEmpty() && Long.compareUnsigned(seq, snaps.getFirst()) < 0) {
            return false;
        }
        for (int i = 1; i < snaps.size(); i++) {
            if (Long.compareUnsigned(snaps.get(i - 1), snaps.get(i)) <= 0) {
                return false;
            }
        }
        return snaps.isEmpty() || snaps.getLast() != 0;
    }
}
