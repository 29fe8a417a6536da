package dev.inkfish.mgr.core;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;

/// The statistics as `pg getmap` gives them (`PGMap::encode`, version 8).
public final class PgMapCodec {
    private static final int VERSION = 8;

    private PgMapCodec() {}

    public static Bytes encode(PgMap map) {
        WireWriter out = new WireWriter();
        out.versioned(VERSION, VERSION, () -> {
            out.u64(map.version());
            out.map(map.pgs(), (w, pg) -> pg.encode(w), (w, stat) -> stat.encode(w));
            out.map(map.osds(), WireWriter::u32, (w, stat) -> stat.encode(w));
            out.u32(0).u32(0); // epochs of OSD maps, which Ceph leaves at 0, too
            map.stamp().encode(out);
            out.u32(map.osdMap().pools().keySet().stream().mapToInt(pool -> map.poolStores(pool).size()).sum());
            map.osdMap().pools().keySet().forEach(pool -> map.poolStores(pool).forEach((osd, store) -> {
                out.u64(pool).u32(osd);
                store.encode(out);
            }));
        });
        return out.toBytes();
    }
}
