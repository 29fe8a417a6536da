package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// The answer to the operation that lists inconsistencies (`scrub_ls_result_t`).
///
/// @param interval the epoch since which the group's interval lasts; the next page is asked with it
/// @param values encoded [InconsistentObject]s or [InconsistentSnapSet]s
@CephType("scrub_ls_result_t")
public record ScrubListing(int interval, List<Bytes> values) {
    /// The question (`scrub_ls_arg_t`).
    ///
    /// @param interval of an earlier page, or 0
    /// @param after the last object of the page before, without its locator; an empty name for none
    @CephType("scrub_ls_arg_t")
    public record Query(int interval, boolean snapSets, ScrubObjectId after, long count) {
        public static Query decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Query(
                    body.u32(),
                    body.u32() != 0,
                    new ScrubObjectId(body.string(), body.string(), "", body.u64()),
                    body.u64()));
        }

        public void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.u32(interval)
                    .u32(snapSets ? 1 : 0)
                    .string(after.name())
                    .string(after.nspace())
                    .u64(after.snap())
                    .u64(count));
        }
    }

    public static ScrubListing decode(WireReader in) {
        return in.versioned(1, (body, version) -> new ScrubListing(body.u32(), body.list(WireReader::bytes)));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.u32(interval).list(values, WireWriter::bytes));
    }
}
