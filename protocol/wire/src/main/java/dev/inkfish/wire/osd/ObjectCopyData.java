package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.NavigableMap;

/// A part of an object on its way to a copy: the answer to `copy-get` (`object_copy_data_t`).
///
/// @param omapData an encoded map of keys to values; empty for none
/// @param flags bits of the [#FLAG_DATA_DIGEST] kind
/// @param requests requests that changed the object, so that a copy recognises their resends
@CephType("object_copy_data_t")
public record ObjectCopyData(
        long size,
        Utime mtime,
        NavigableMap<String, Bytes> attrs,
        Bytes data,
        Bytes omapData,
        Cursor cursor,
        Bytes omapHeader,
        List<Long> snaps,
        long snapSeq,
        int flags,
        int dataDigest,
        int omapDigest,
        List<Request> requests,
        long truncateSeq,
        long truncateSize,
        NavigableMap<Integer, Integer> requestCodes) {
    public static final int FLAG_DATA_DIGEST = 1;
    public static final int FLAG_OMAP_DIGEST = 2;

    public record Request(OsdReqId reqid, long userVersion) {}

    /// How far a copy has come (`object_copy_cursor_t`).
    @CephType("object_copy_cursor_t")
    public record Cursor(boolean attrComplete, long dataOffset, boolean dataComplete, String omapOffset,
            boolean omapComplete) {
        public static final Cursor START = new Cursor(false, 0, false, "", false);

        public boolean isInitial() {
            return !attrComplete && dataOffset == 0 && omapOffset.isEmpty();
        }

        public boolean isComplete() {
            return attrComplete && dataComplete && omapComplete;
        }

        public static Cursor decode(WireReader in) {
            return in.versioned(1, (body, version) ->
                    new Cursor(body.bool(), body.u64(), body.bool(), body.string(), body.bool()));
        }

        public void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.bool(attrComplete)
                    .u64(dataOffset)
                    .bool(dataComplete)
                    .string(omapOffset)
                    .bool(omapComplete));
        }
    }

    public static ObjectCopyData decode(WireReader in) {
        return in.versioned(8, (body, version) -> new ObjectCopyData(
                body.u64(),
                Utime.decode(body),
                body.map(WireReader::string, WireReader::bytes),
                body.bytes(),
                body.bytes(),
                Cursor.decode(body),
                body.bytes(),
                body.list(WireReader::u64),
                body.u64(),
                body.u32(),
                body.u32(),
                body.u32(),
                body.list(r -> new Request(OsdReqId.decode(r), r.u64())),
                body.u64(),
                body.u64(),
                body.map(WireReader::u32, WireReader::u32)));
    }

    public void encode(WireWriter out) {
        out.versioned(8, 5, () -> {
            out.u64(size);
            mtime.encode(out);
            out.map(attrs, WireWriter::string, WireWriter::bytes).bytes(data).bytes(omapData);
            cursor.encode(out);
            out.bytes(omapHeader).list(snaps, WireWriter::u64).u64(snapSeq);
            out.u32(flags).u32(dataDigest).u32(omapDigest);
            out.list(requests, (w, r) -> {
                r.reqid.encode(w);
                w.u64(r.userVersion);
            });
            out.u64(truncateSeq).u64(truncateSize).map(requestCodes, WireWriter::u32, WireWriter::u32);
        });
    }
}
