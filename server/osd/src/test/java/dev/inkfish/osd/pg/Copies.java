package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.scrub.ScrubResults;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.SpgId;

/// What a copy of a group holds, in a form in which copies can be compared.
final class Copies {
    private Copies() {}

    static String content(ObjectStore store, SpgId pgid) {
        CollectionId collection = CollectionId.of(pgid);
        StringBuilder out = new StringBuilder();
        for (GhObject object : store.list(collection, GhObject.MIN, GhObject.MAX, Integer.MAX_VALUE)) {
            if (!object.hobject().equals(PgDisk.OBJECT) && !object.hobject().equals(ScrubResults.OBJECT)) {
                out.append(object)
                        .append(store.attrs(collection, object))
                        .append(store.read(collection, object, 0, Long.MAX_VALUE).toHex());
                store.omapScan(collection, object, Bytes.EMPTY, (k, v) -> {
                    out.append(k).append('=').append(v);
                    return true;
                });
                out.append('\n');
            }
        }
        return out.toString();
    }
}
