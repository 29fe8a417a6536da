package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.PgLogData;
import java.util.List;

/// Removes a copy that nobody needs, a batch of objects at a time.
final class PgRemoval {
    private static final int BATCH = 128;

    private final Pg pg;

    PgRemoval(Pg pg) {
        this.pg = pg;
    }

    /// First the copy says of itself, durably, that it is not complete: if the removal is interrupted, what
    /// is left of it is not taken for a whole.
    void start() {
        pg.enter(new PgState.Removing());
        pg.data.missing.clear();
        pg.data.lastBackfill = HObject.MIN;
        pg.data.log.reset(PgLogData.EMPTY);
        pg.data.updateLastComplete();
        Transaction transaction = new Transaction();
        PgDisk.writeLog(pg.data, transaction);
        PgDisk.writeInfo(pg.data, pg.map.epoch(), transaction);
        pg.shell.submit(pg.data.collection, transaction, pg.inInterval(this::next));
    }

    private void next() {
        List<GhObject> objects =
                pg.shell.store().list(pg.data.collection, GhObject.MIN, GhObject.MAX, BATCH);
        Transaction transaction = new Transaction();
        boolean last = objects.size() < BATCH;
        for (GhObject object : objects) {
            if (last || !object.hobject().equals(PgDisk.OBJECT)) {
                transaction.remove(pg.data.collection, object);
            }
        }
        if (last) {
            transaction.removeCollection(pg.data.collection);
            pg.shell.submit(pg.data.collection, transaction, () -> {});
            pg.shell.removed(pg);
        } else {
            pg.shell.submit(pg.data.collection, transaction, pg.inInterval(this::next));
        }
    }
}
