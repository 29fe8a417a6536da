package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.SortedMap;

/// One part of an object on its way to a member that lacks it. The layout is ours; only our daemons exchange it.
///
/// @param deleted the newest version is that the object is gone; the rest is empty
/// @param first the part that begins the copy: it carries attributes and omap header
/// @param last the part that ends it: the copy takes the object's place
/// @param size of the whole object
/// @param extents offset and data of this part
public record PushOp(
        HObject object,
        Eversion version,
        boolean deleted,
        boolean first,
        boolean last,
        long size,
        NavigableMap<Long, Bytes> extents,
        SortedMap<String, Bytes> attrs,
        Bytes omapHeader,
        SortedMap<Bytes, Bytes> omap) {
    public static PushOp decode(WireReader in) {
        return in.versioned(1, (body, version) -> {
            HObject object = HObject.decode(body);
            Eversion at = Eversion.decode(body);
            boolean deleted = body.bool();
            boolean first = body.bool();
            boolean last = body.bool();
            long size = body.u64();
            NavigableMap<Long, Bytes> extents = body.map(WireReader::u64, WireReader::bytes);
            NavigableMap<String, Bytes> attrs = body.map(WireReader::string, WireReader::bytes);
            Bytes header = body.bytes();
            return new PushOp(
                    object,
                    at,
                    deleted,
                    first,
                    last,
                    size,
                    extents,
                    attrs,
                    header,
                    body.map(WireReader::bytes, WireReader::bytes));
        });
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            object.encode(out);
            version.encode(out);
            out.bool(deleted).bool(first).bool(last).u64(size);
            out.map(extents, WireWriter::u64, WireWriter::bytes);
            out.map(attrs, WireWriter::string, WireWriter::bytes);
            out.bytes(omapHeader).map(omap, WireWriter::bytes, WireWriter::bytes);
        });
    }
}
