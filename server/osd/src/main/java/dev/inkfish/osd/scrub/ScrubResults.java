package dev.inkfish.osd.scrub;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.InconsistentObject;
import dev.inkfish.wire.osd.InconsistentSnapSet;
import dev.inkfish.wire.osd.ScrubListing;
import dev.inkfish.wire.osd.ScrubObjectId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Where the primary keeps what the last scrub found (`Scrub::Store`): the omap of one object of the group's collection,
/// so that a group full of errors does not fill the memory. It is of no use after a restart, and removed then.
///
/// Keys: `o` an object, `s` a snap set; then namespace, name, snapshot and locator, so that a page can begin behind the
/// last object of the one before, which is named without its locator.
public final class ScrubResults {
    /// Sorts before every object of any pool.
    public static final HObject OBJECT = new HObject("scrub", "", HObject.HEAD, 0, false, "", Long.MIN_VALUE + 1);

    private static final GhObject ID = GhObject.of(OBJECT);
    private static final Bytes BEHIND = Bytes.hex("ff");

    private ScrubResults() {}

    /// A new scrub begins: forgets what was there.
    public static void restart(CollectionId collection, Transaction transaction) {
        transaction.remove(collection, ID).touch(collection, ID);
    }

    /// The group was loaded anew, or what was found is void.
    public static void forget(CollectionId collection, Transaction transaction) {
        transaction.remove(collection, ID);
    }

    public static void add(
            CollectionId collection,
            List<InconsistentObject> objects,
            List<InconsistentSnapSet> snapSets,
            Transaction transaction) {
        TreeMap<Bytes, Bytes> entries = new TreeMap<>();
        objects.forEach(each -> entries.put(key('o', each.object()), WireWriter.encode(each, InconsistentObject::encode)));
        snapSets.forEach(each -> entries.put(key('s', each.object()), WireWriter.encode(each, InconsistentSnapSet::encode)));
        if (!entries.isEmpty()) {
            transaction.omapSet(collection, ID, entries);
        }
    }

    /// A page of what was found.
    public static List<Bytes> list(ObjectStore store, CollectionId collection, ScrubListing.Query query) {
        char kind = query.snapSets() ? 's' : 'o';
        Bytes from = query.after().name().isEmpty()
                ? Bytes.utf8(String.valueOf(kind))
                : Bytes.concat(prefix(kind, query.after()), BEHIND);
        List<Bytes> values = new ArrayList<>();
        long most = Long.compareUnsigned(query.count(), 1000) > 0 ? 1000 : query.count();
        if (!store.exists(collection, ID)) {
            return values;
        }
        store.omapScan(collection, ID, from, (key, value) -> {
            if (key.get(0) != kind || values.size() >= most) {
                return false;
            }
            values.add(value);
            return true;
        });
        return values;
    }

    private static Bytes prefix(char kind, ScrubObjectId object) {
        Bytes names = Bytes.utf8(kind + object.nspace() + "\0" + object.name() + "\0");
        return Bytes.concat(names, Bytes.wrap(ByteBuffer.allocate(8).putLong(object.snap()).array()));
    }

    private static Bytes key(char kind, ScrubObjectId object) {
        return Bytes.concat(prefix(kind, object), Bytes.utf8(object.locator()));
    }
}
