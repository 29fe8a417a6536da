package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// The sum over a pool's groups (`pool_stat_t`).
///
/// @param store what its objects take on the OSDs
/// @param stores how many OSDs counted that
/// @param up places filled in the groups' up sets
/// @param acting the same in the acting sets
@CephType("pool_stat_t")
public record PoolStat(
        ObjectStatSum sum, StoreStatfs store, long logSize, long ondiskLogSize, int up, int acting, int stores) {
    public static final PoolStat ZERO = new PoolStat(ObjectStatSum.ZERO, StoreStatfs.ZERO, 0, 0, 0, 0, 0);

    public static PoolStat of(PgStat pg) {
        return new PoolStat(
                pg.sum(),
                StoreStatfs.ZERO,
                pg.logSize(),
                pg.ondiskLogSize(),
                pg.up().size(),
                pg.acting().size(),
                0);
    }

    public PoolStat plus(PoolStat o) {
        return new PoolStat(
                sum.plus(o.sum),
                store.plus(o.store),
                logSize + o.logSize,
                ondiskLogSize + o.ondiskLogSize,
                up + o.up,
                acting + o.acting,
                stores + o.stores);
    }

    public PoolStat minus(PoolStat o) {
        return new PoolStat(
                sum.minus(o.sum),
                store.minus(o.store),
                logSize - o.logSize,
                ondiskLogSize - o.ondiskLogSize,
                up - o.up,
                acting - o.acting,
                stores - o.stores);
    }

    /// Adds what one OSD holds for the pool.
    public PoolStat plusStore(StoreStatfs more) {
        return new PoolStat(sum, store.plus(more), logSize, ondiskLogSize, up, acting, stores + 1);
    }

    public static PoolStat decode(WireReader in) {
        return in.versioned(7, (b, version) -> {
            ObjectStatSum sum = b.versioned(2, (stats, v) -> {
                ObjectStatSum decoded = ObjectStatSum.decode(stats);
                stats.rest();
                return decoded;
            });
            long log = b.u64();
            long ondiskLog = b.u64();
            int up = version >= 6 ? b.u32() : 0;
            int acting = version >= 6 ? b.u32() : 0;
            StoreStatfs store = version >= 7 ? StoreStatfs.decode(b) : StoreStatfs.ZERO;
            return new PoolStat(sum, store, log, ondiskLog, up, acting, version >= 7 ? b.u32() : 0);
        });
    }

    public void encode(WireWriter out) {
        out.versioned(7, 5, () -> {
            out.versioned(2, 2, () -> {
                sum.encode(out);
                out.u32(0);
            });
            out.u64(logSize).u64(ondiskLogSize).u32(up).u32(acting);
            store.encode(out);
            out.u32(stores);
        });
    }
}
