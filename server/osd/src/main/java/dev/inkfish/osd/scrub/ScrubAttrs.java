package dev.inkfish.osd.scrub;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.ScrubMap;
import dev.inkfish.wire.osd.SnapSet;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Attributes under the names by which Ceph's tools know them, and what the two that matter say.
final class ScrubAttrs {
    static final String INFO = "_";
    static final String SNAPSET = "snapset";
    private static final String OUR_SNAPSET = "ss";

    private ScrubAttrs() {}

    static NavigableMap<String, Bytes> toCeph(NavigableMap<String, Bytes> ours) {
        NavigableMap<String, Bytes> result = new TreeMap<>(ours);
        Bytes snapSet = result.remove(OUR_SNAPSET);
        if (snapSet != null) {
            result.put(SNAPSET, snapSet);
        }
        return result;
    }

    /// Null if it is missing or malformed.
    static @Nullable ObjectInfo info(ScrubMap.Item item) {
        Bytes attr = item.attrs().get(INFO);
        try {
            return attr == null ? null : ObjectInfo.decode(attr.reader());
        } catch (DecodeException e) {
            return null;
        }
    }

    /// Null if it is missing or malformed.
    static @Nullable SnapSet snapSet(ScrubMap.Item item) {
        Bytes attr = item.attrs().get(SNAPSET);
        try {
            return attr == null ? null : SnapSet.decode(attr.reader());
        } catch (DecodeException e) {
            return null;
        }
    }
}
