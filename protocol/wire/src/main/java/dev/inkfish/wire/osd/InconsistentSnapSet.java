package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// What a scrub found wrong with an object's clones (`inconsistent_snapset_t`): of a head, or of one clone.
///
/// @param clones that are there though the snap set does not name them
/// @param missing that the snap set names
/// @param snapSet the head's attribute
@CephType("inconsistent_snapset_wrapper")
public record InconsistentSnapSet(
        long errors, ScrubObjectId object, List<Long> clones, List<Long> missing, Bytes snapSet) {
    public static final long SNAPSET_MISSING = 1;
    public static final long SNAPSET_CORRUPTED = 1 << 1;
    public static final long CLONE_MISSING = 1 << 2;
    public static final long SNAPSET_ERROR = 1 << 3;
    public static final long HEADLESS = 1 << 5;
    public static final long SIZE_MISMATCH = 1 << 6;
    public static final long INFO_MISSING = 1 << 7;
    public static final long INFO_CORRUPTED = 1 << 8;
    public static final long EXTRA_CLONES = 1 << 9;

    public static InconsistentSnapSet decode(WireReader in) {
        return in.versioned(2, (body, version) -> new InconsistentSnapSet(
                body.u64(),
                ScrubObjectId.decode(body),
                body.list(WireReader::u64),
                body.list(WireReader::u64),
                version >= 2 ? body.bytes() : Bytes.EMPTY));
    }

    public void encode(WireWriter out) {
        out.versioned(2, 1, () -> {
            out.u64(errors);
            object.encode(out);
            out.list(clones, WireWriter::u64).list(missing, WireWriter::u64).bytes(snapSet);
        });
    }
}
