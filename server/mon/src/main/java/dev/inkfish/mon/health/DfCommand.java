package dev.inkfish.mon.health;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.TextTable;
import dev.inkfish.command.TextTable.Align;
import dev.inkfish.command.stats.Units;
import dev.inkfish.mon.mgr.MgrStatService;
import dev.inkfish.mon.mgr.PoolUsage;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.StoreStatfs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// `ceph df`: what the OSDs hold and what pools make of it (`PGMapDigest::dump_cluster_stats`, `dump_pool_stats_full`).
public final class DfCommand {
    private final Supplier<OsdMap> osdMap;
    private final MgrStatService stats;

    public DfCommand(Supplier<OsdMap> osdMap, MgrStatService stats) {
        this.osdMap = osdMap;
        this.stats = stats;
    }

    public void register(CommandTable table) {
        table.add("df name=detail,type=CephChoices,strings=detail,req=false", "show cluster free space stats", "mon", "r",
                this::df);
    }

    private CommandResult df(CommandContext call) {
        boolean detail = call.string("detail").equals("detail");
        PgMapDigest digest = stats.digest();
        OsdMap map = osdMap.get();
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(raw(digest) + " \n--- POOLS ---\n" + pools(map, digest, detail));
        }
        f.openObject("stats");
        raw(digest, f);
        pools(map, digest, detail, f);
        return CommandResult.line(f.close());
    }

    private static void raw(PgMapDigest digest, Formatter f) {
        OsdStat sum = digest.osdSum();
        f.openObject("stats");
        sizes(sum.statfs(), f);
        f.dump("num_osds", sum.osds());
        f.dump("num_per_pool_osds", sum.perPoolOsds());
        f.dump("num_per_pool_omap_osds", sum.perPoolOmapOsds());
        f.close().openObject("stats_by_class");
        digest.osdSumByClass().forEach((name, stat) -> {
            f.openObject(name);
            sizes(stat.statfs(), f);
            f.close();
        });
        f.close();
    }

    private static void sizes(StoreStatfs statfs, Formatter f) {
        f.dump("total_bytes", statfs.total());
        f.dump("total_avail_bytes", statfs.available());
        f.dump("total_used_bytes", statfs.used());
        f.dump("total_used_raw_bytes", statfs.usedRaw());
        f.dump("total_used_raw_ratio", (double) statfs.usedRawRatio());
    }

    private static String raw(PgMapDigest digest) {
        TextTable table = new TextTable()
                .column("CLASS", Align.LEFT, Align.LEFT)
                .right("SIZE")
                .right("AVAIL")
                .right("USED")
                .right("RAW USED")
                .right("%RAW USED");
        digest.osdSumByClass().forEach((name, stat) -> table.row(sizes(name, stat.statfs())));
        table.row(sizes("TOTAL", digest.osdSum().statfs()));
        return "--- RAW STORAGE ---\n" + table;
    }

    private static List<String> sizes(String name, StoreStatfs statfs) {
        return List.of(
                name,
                Units.bytes(statfs.total()),
                Units.bytes(statfs.available()),
                Units.bytes(statfs.used()),
                Units.bytes(statfs.usedRaw()),
                Units.percent(statfs.usedRawRatio() * 100f));
    }

    private static void pools(OsdMap map, PgMapDigest digest, boolean detail, Formatter f) {
        f.openArray("pools");
        for (Map.Entry<Long, PgPool> pool : map.pools().entrySet()) {
            long id = pool.getKey();
            if (digest.poolSums().containsKey((int) id)) {
                f.openObject("pool").dump("name", map.poolName(id)).dump("id", id).openObject("stats");
                pool(PoolUsage.of(map, digest, id, pool.getValue()), detail, f);
                f.close().close();
            }
        }
        f.close();
    }

    private static void pool(PoolUsage usage, boolean detail, Formatter f) {
        ObjectStatSum sum = usage.stat().sum();
        f.dump("stored", usage.stored());
        if (detail) {
            f.dump("stored_data", usage.storedData());
            f.dump("stored_omap", usage.storedOmap());
        }
        f.dump("objects", sum.get(Field.NUM_OBJECTS));
        f.dump("kb_used", usage.used() + 1023 >> 10);
        f.dump("bytes_used", usage.used());
        if (detail) {
            f.dump("data_bytes_used", usage.usedData());
            f.dump("omap_bytes_used", usage.usedOmap());
        }
        f.dump("percent_used", (double) usage.percentUsed());
        f.dump("max_avail", usage.maxAvail());
        if (detail) {
            f.dump("quota_objects", usage.pool().quotaMaxObjects());
            f.dump("quota_bytes", usage.pool().quotaMaxBytes());
            f.dump("dirty", usage.pool().isTier() ? sum.get(Field.NUM_OBJECTS_DIRTY) : 0);
            f.dump("rd", sum.get(Field.NUM_RD));
            f.dump("rd_bytes", sum.get(Field.NUM_RD_KB) * 1024);
            f.dump("wr", sum.get(Field.NUM_WR));
            f.dump("wr_bytes", sum.get(Field.NUM_WR_KB) * 1024);
            f.dump("compress_bytes_used", usage.stat().store().compressedAllocated());
            f.dump("compress_under_bytes", usage.stat().store().compressedOriginal());
            f.dump("stored_raw", usage.storedRaw());
            f.dump("avail_raw", usage.availRaw());
        }
    }

    private static String pools(OsdMap map, PgMapDigest digest, boolean detail) {
        TextTable table = new TextTable()
                .column("POOL", Align.LEFT, Align.LEFT)
                .right("ID")
                .right("PGS")
                .right("STORED");
        if (detail) {
            table.right("(DATA)").right("(OMAP)");
        }
        table.right("OBJECTS").right("USED");
        if (detail) {
            table.right("(DATA)").right("(OMAP)");
        }
        table.right("%USED").right("MAX AVAIL");
        if (detail) {
            table.right("QUOTA OBJECTS").right("QUOTA BYTES").right("DIRTY").right("USED COMPR").right("UNDER COMPR");
        }
        for (Map.Entry<Long, PgPool> pool : map.pools().entrySet()) {
            long id = pool.getKey();
            if (digest.poolSums().containsKey((int) id)) {
                List<String> row = new ArrayList<>(List.of(
                        String.valueOf(map.poolName(id)),
                        Long.toString(id),
                        Long.toString(digest.byPool().getOrDefault(id, 0L))));
                row.addAll(pool(PoolUsage.of(map, digest, id, pool.getValue()), detail));
                table.row(row);
            }
        }
        return table.toString();
    }

    private static List<String> pool(PoolUsage usage, boolean detail) {
        ObjectStatSum sum = usage.stat().sum();
        List<String> cells = new ArrayList<>();
        cells.add(Units.bytes(usage.stored()));
        if (detail) {
            cells.add(Units.bytes(usage.storedData()));
            cells.add(Units.bytes(usage.storedOmap()));
        }
        cells.add(Units.count(sum.get(Field.NUM_OBJECTS)));
        cells.add(Units.bytes(usage.used()));
        if (detail) {
            cells.add(Units.bytes(usage.usedData()));
            cells.add(Units.bytes(usage.usedOmap()));
        }
        cells.add(Units.percent(usage.percentUsed() * 100f));
        cells.add(Units.bytes(usage.maxAvail()));
        if (detail) {
            PgPool pool = usage.pool();
            cells.add(pool.quotaMaxObjects() == 0 ? "N/A" : Units.count(pool.quotaMaxObjects()));
            cells.add(pool.quotaMaxBytes() == 0 ? "N/A" : Units.bytes(pool.quotaMaxBytes()));
            cells.add(pool.isTier() ? Units.count(sum.get(Field.NUM_OBJECTS_DIRTY)) : "N/A");
            cells.add(Units.bytes(usage.stat().store().compressedAllocated()));
            cells.add(Units.bytes(usage.stat().store().compressedOriginal()));
        }
        return cells;
    }
}
