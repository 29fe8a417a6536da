package dev.inkfish.mgr.rbd;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/// The pools that hold images, and the namespaces within.
final class RbdPools {
    private static final int PAGE = 512;

    private RbdPools() {}

    /// Of pools with the application `rbd`: each pool, then its namespaces.
    static List<PoolIo> all(RadosClient rados) {
        List<PoolIo> all = new ArrayList<>();
        OsdMap map = rados.map();
        map.pools().forEach((id, pool) -> {
            if (pool.applicationMetadata().containsKey("rbd")) {
                PoolIo io = rados.pool(id);
                all.add(io);
                try {
                    namespaces(io).forEach(name -> all.add(io.namespace(name)));
                } catch (CephException e) {
                    // the pool has just gone
                }
            }
        });
        return all;
    }

    static boolean isOne(OsdMap map, long pool) {
        PgPool known = map.pool(pool);
        return known != null && known.applicationMetadata().containsKey("rbd");
    }

    static List<String> namespaces(PoolIo io) {
        List<String> all = new ArrayList<>();
        while (true) {
            String after = all.isEmpty() ? "" : all.getLast();
            Reply reply = io.run("rbd_namespace", ObjectOps.of()
                    .ask("rbd", "namespace_list", new WireWriter().string(after).u64(PAGE).toBytes()));
            if (reply.failedWith(Errno.ENOENT)) {
                return all;
            }
            List<String> page = reply.orThrow("namespaces").output().reader().list(WireReader::string);
            all.addAll(page);
            if (page.size() < PAGE) {
                return all;
            }
        }
    }
}
