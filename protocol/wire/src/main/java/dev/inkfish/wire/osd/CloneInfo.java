package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// One state of an object, as a client is told of it (`clone_info`).
///
/// @param cloneId [HObject#HEAD] for the present one
/// @param snaps the snapshots that read this clone, ascending
/// @param overlap ranges that are the same in the next newer state
@CephType("clone_info")
public record CloneInfo(long cloneId, List<Long> snaps, List<Range> overlap, long size) {
    public record Range(long offset, long length) {}

    public static CloneInfo decode(WireReader in) {
        return in.versioned(1, (body, version) -> new CloneInfo(
                body.u64(), body.list(WireReader::u64), body.list(r -> new Range(r.u64(), r.u64())), body.u64()));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.u64(cloneId)
                .list(snaps, WireWriter::u64)
                .list(overlap, (w, range) -> w.u64(range.offset).u64(range.length))
                .u64(size));
    }

    /// The answer to `list-snaps` (`obj_list_snap_response_t`): clones ascending, the head last.
    @CephType("obj_list_snap_response_t")
    public record Response(List<CloneInfo> clones, long seq) {
        public static Response decode(WireReader in) {
            return in.versioned(2, (body, version) -> new Response(
                    body.list(CloneInfo::decode), version >= 2 ? body.u64() : HObject.HEAD));
        }

        public void encode(WireWriter out) {
            out.versioned(2, 1, () -> out.list(clones, (w, each) -> each.encode(w)).u64(seq));
        }
    }
}
