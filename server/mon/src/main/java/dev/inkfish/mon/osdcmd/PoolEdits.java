package dev.inkfish.mon.osdcmd;

import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.function.Consumer;

/// Looks pools up and changes them in the next epoch.
final class PoolEdits {
    private final OsdMaps maps;

    PoolEdits(OsdMaps maps) {
        this.maps = maps;
    }

    /// The id of a committed pool; ENOENT if there is none of the name.
    long id(String name) {
        long id = maps.map().poolId(name);
        if (id < 0) {
            throw new CephException(Errno.ENOENT, "unrecognized pool '" + name + "'");
        }
        return id;
    }

    /// The pool as it will be.
    PgPool pool(long id) {
        PgPool pool = maps.pending().pool(maps.map(), id);
        if (pool == null) {
            throw new IllegalStateException("pool " + id);
        }
        return pool;
    }

    /// The pool as it is.
    PgPool committed(long id) {
        PgPool pool = maps.map().pool(id);
        if (pool == null) {
            throw new IllegalStateException("pool " + id);
        }
        return pool;
    }

    void change(long id, Consumer<PgPool.Draft> change) {
        OsdMapIncremental pending = maps.pending();
        PgPool.Draft draft = pool(id).edit();
        change.accept(draft);
        draft.lastChange = pending.epoch;
        pending.newPools.put(id, draft.pool());
    }
}
