package dev.inkfish.objclass.journal;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What a section of a journal's entries belongs to (`cls::journal::Tag`).
///
/// @param series tags that follow one another; a newer one of the series takes the place of the older
@CephType("cls::journal::Tag")
record JournalTag(long id, long series, Bytes data) {
    /// `TAG_CLASS_NEW`: asks for a new series.
    static final long NEW_SERIES = -1L;

    static JournalTag decode(WireReader in) {
        return in.versioned(1, (body, version) -> new JournalTag(body.u64(), body.u64(), body.bytes()));
    }

    void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.u64(id).u64(series).bytes(data));
    }
}
