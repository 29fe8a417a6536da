package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one member has of a range of a group's objects (`ScrubMap`): the primary compares those of all members.
///
/// @param validThrough the newest change that the member had taken in
@CephType("ScrubMap")
public record ScrubMap(NavigableMap<HObject, Item> objects, Eversion validThrough, Eversion incrementalSince) {
    public static final ScrubMap EMPTY = new ScrubMap(new TreeMap<>(), Eversion.ZERO, Eversion.ZERO);

    /// One object's copy (`ScrubMap::object`).
    ///
    /// @param size in bytes; -1 if it cannot be read
    /// @param dataDigest crc32c of the data from seed -1; null unless the scrub is deep
    /// @param omapDigest likewise of the omap: header, then each key and value with their lengths
    /// @param largeOmap the omap is beyond what an object should hold; keys and bytes are then given twice
    @CephType("ScrubMap::object")
    public record Item(
            NavigableMap<String, Bytes> attrs,
            long size,
            @Nullable Integer dataDigest,
            @Nullable Integer omapDigest,
            boolean readError,
            boolean statError,
            boolean largeOmap,
            long omapKeys,
            long omapBytes) {
        public static Item decode(WireReader in) {
            return in.versioned(10, Item::decodeBody);
        }

        // version 8: whose fault a read error is; 9: large omaps; 10: omap sums
        private static Item decodeBody(WireReader in, int version) {
            long size = in.u64();
            in.bool(); // whether the entry takes an earlier one back: never sent
            NavigableMap<String, Bytes> attrs = in.map(WireReader::string, WireReader::bytes);
            int data = in.u32();
            boolean dataPresent = in.bool();
            in.u32();
            in.list(WireReader::u64);
            int omap = in.u32();
            boolean omapPresent = in.bool();
            boolean readError = in.bool();
            boolean statError = in.bool();
            if (version >= 8) {
                readError = in.bool();
                in.skip(2); // erasure code
            }
            boolean large = false;
            if (version >= 9) {
                large = in.bool();
                in.skip(16);
            }
            long bytes = version >= 10 ? in.u64() : 0;
            long keys = version >= 10 ? in.u64() : 0;
            return new Item(
                    attrs, size, dataPresent ? data : null, omapPresent ? omap : null, readError, statError, large, keys,
                    bytes);
        }

        public void encode(WireWriter out) {
            out.versioned(10, 7, () -> {
                out.u64(size).bool(false).map(attrs, WireWriter::string, WireWriter::bytes);
                out.u32(dataDigest == null ? 0 : dataDigest).bool(dataDigest != null).u32(0).u32(0);
                out.u32(omapDigest == null ? 0 : omapDigest).bool(omapDigest != null);
                out.bool(readError).bool(statError).bool(readError).bool(false).bool(false);
                out.bool(largeOmap).u64(largeOmap ? omapKeys : 0).u64(largeOmap ? omapBytes : 0);
                out.u64(omapBytes).u64(omapKeys);
            });
        }
    }

    public static ScrubMap decode(WireReader in) {
        return in.versioned(3, (body, version) -> {
            NavigableMap<HObject, Item> objects = body.map(HObject::decode, Item::decode);
            body.map(WireReader::string, WireReader::string); // attributes of the collection, unused
            body.bytes(); // a log, unused
            return new ScrubMap(objects, Eversion.decode(body), Eversion.decode(body));
        });
    }

    public void encode(WireWriter out) {
        out.versioned(3, 2, () -> {
            out.map(objects, (w, o) -> o.encode(w), (w, i) -> i.encode(w)).u32(0).u32(0);
            validThrough.encode(out);
            incrementalSince.encode(out);
        });
    }
}
