package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.SnapSet;
import java.util.LinkedHashMap;
import java.util.Map;

/// The decoded infos of the objects used last. They only repeat what the store holds, so that any may be
/// forgotten at any time.
final class ObjectContexts {
    /// The attribute that holds an [ObjectInfo].
    static final String INFO_ATTR = "_";
    /// The attribute, of heads, that holds a [SnapSet].
    static final String SNAPSET_ATTR = "ss";

    private final PgHost host;
    private final LinkedHashMap<HObject, ObjectContext> cache;

    ObjectContexts(PgHost host, int capacity) {
        this.host = host;
        this.cache = new LinkedHashMap<>(64, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<HObject, ObjectContext> eldest) {
                return size() > capacity;
            }
        };
    }

    ObjectContext get(HObject object) {
        ObjectContext cached = cache.get(object);
        if (cached != null) {
            return cached;
        }
        ObjectContext loaded = load(object);
        cache.put(object, loaded);
        return loaded;
    }

    void put(ObjectContext context) {
        cache.put(context.object(), context);
    }

    void forget(HObject object) {
        cache.remove(object);
    }

    int size() {
        return cache.size();
    }

    void clear() {
        cache.clear();
    }

    private ObjectContext load(HObject object) {
        ObjectStore store = host.store();
        GhObject id = GhObject.of(object);
        if (!store.exists(host.collection(), id)) {
            return ObjectContext.missing(object);
        }
        Bytes info = store.attr(host.collection(), id, INFO_ATTR);
        if (info == null) {
            throw new CephException(Errno.EIO, object + " has no info");
        }
        Bytes snaps = object.isHead() ? store.attr(host.collection(), id, SNAPSET_ATTR) : null;
        try {
            return new ObjectContext(
                    object,
                    true,
                    ObjectInfo.decode(info.reader()),
                    snaps == null ? SnapSet.EMPTY : SnapSet.decode(snaps.reader()));
        } catch (DecodeException e) {
            throw new CephException(Errno.EIO, object + ": " + e.getMessage());
        }
    }
}
