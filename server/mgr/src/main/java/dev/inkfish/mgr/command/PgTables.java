package dev.inkfish.mgr.command;

import dev.inkfish.command.Stamp;
import dev.inkfish.command.TextTable;
import dev.inkfish.command.TextTable.Align;
import dev.inkfish.command.stats.Units;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import dev.inkfish.wire.osd.PoolStat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/// The tables of `pg dump` and `pg ls` (`PGMap::dump_pg_stats` and its kin).
final class PgTables {
    static final String OMAP_NOTE = "\n* NOTE: Omap statistics are gathered during deep scrub and may be inaccurate soon "
            + "afterwards depending on utilization. See http://docs.ceph.com/en/latest/dev/placement-group/#omap-statistics "
            + "for further details.";
    private static final List<Field> COUNTS = List.of(
            Field.NUM_OBJECTS,
            Field.NUM_OBJECTS_MISSING_ON_PRIMARY,
            Field.NUM_OBJECTS_DEGRADED,
            Field.NUM_OBJECTS_MISPLACED,
            Field.NUM_OBJECTS_UNFOUND,
            Field.NUM_BYTES,
            Field.NUM_OMAP_BYTES,
            Field.NUM_OMAP_KEYS);

    private PgTables() {}

    private static TextTable table(String first, String... others) {
        TextTable table = new TextTable().left(first);
        for (String heading : others) {
            table.column(heading, Align.LEFT, Align.RIGHT);
        }
        return table;
    }

    static String pgs(PgMap map) {
        TextTable table = table(
                "PG_STAT", "OBJECTS", "MISSING_ON_PRIMARY", "DEGRADED", "MISPLACED", "UNFOUND", "BYTES", "OMAP_BYTES*",
                "OMAP_KEYS*", "LOG", "DISK_LOG", "STATE", "STATE_STAMP", "VERSION", "REPORTED", "UP", "UP_PRIMARY",
                "ACTING", "ACTING_PRIMARY", "LAST_SCRUB", "SCRUB_STAMP", "LAST_DEEP_SCRUB", "DEEP_SCRUB_STAMP",
                "SNAPTRIMQ_LEN");
        map.pgs().forEach((id, pg) -> {
            List<String> row = counts(id.toString(), pg.sum());
            row.add(Long.toString(pg.logSize()));
            row.add(Long.toString(pg.ondiskLogSize()));
            row.add(PgStates.text(pg.state()));
            row.add(Stamp.text(pg.stamps().change()));
            row.add(pg.version().toString());
            row.add(pg.reported().epoch() + ":" + pg.reported().sequence());
            row.add(set(pg.up()));
            row.add(Integer.toString(pg.upPrimary()));
            row.add(set(pg.acting()));
            row.add(Integer.toString(pg.actingPrimary()));
            row.add(pg.scrubs().lastScrub().toString());
            row.add(Stamp.text(pg.scrubs().lastScrubStamp()));
            row.add(pg.scrubs().lastDeepScrub().toString());
            row.add(Stamp.text(pg.scrubs().lastDeepScrubStamp()));
            row.add(Integer.toString(pg.snapTrimQueueLength()));
            table.row(row);
        });
        return table.toString();
    }

    static String pgsBrief(NavigableMap<PgId, PgStat> pgs) {
        TextTable table = table("PG_STAT", "STATE", "UP", "UP_PRIMARY", "ACTING", "ACTING_PRIMARY");
        pgs.forEach((id, pg) -> table.row(
                id, PgStates.text(pg.state()), set(pg.up()), pg.upPrimary(), set(pg.acting()), pg.actingPrimary()));
        return table.toString();
    }

    /// `pg ls`
    static String list(NavigableMap<PgId, PgStat> pgs, Utime now) {
        TextTable table = table(
                "PG", "OBJECTS", "DEGRADED", "MISPLACED", "UNFOUND", "BYTES", "OMAP_BYTES*", "OMAP_KEYS*", "LOG", "STATE",
                "SINCE", "VERSION", "REPORTED", "UP", "ACTING", "SCRUB_STAMP", "DEEP_SCRUB_STAMP");
        pgs.forEach((id, pg) -> {
            List<String> row = counts(id.toString(), pg.sum());
            row.remove(2);
            row.add(Long.toString(pg.logSize()));
            row.add(PgStates.text(pg.state()));
            row.add(Units.span(pg.stamps().change(), now));
            row.add(pg.version().toString());
            row.add(pg.reported().epoch() + ":" + pg.reported().sequence());
            row.add(set(pg.up()) + "p" + pg.upPrimary());
            row.add(set(pg.acting()) + "p" + pg.actingPrimary());
            row.add(Stamp.text(pg.scrubs().lastScrubStamp()));
            row.add(Stamp.text(pg.scrubs().lastDeepScrubStamp()));
            table.row(row);
        });
        return table.toString();
    }

    private static List<String> counts(String name, ObjectStatSum sum) {
        List<String> row = new ArrayList<>();
        row.add(name);
        COUNTS.forEach(field -> row.add(Long.toString(sum.get(field))));
        return row;
    }

    /// @param headed without a heading there is a line of blanks in its place
    static String pools(PgMap map, boolean headed) {
        List<List<String>> rows = new ArrayList<>();
        map.poolSums().descendingMap().forEach((id, stat) -> rows.add(pool(Long.toString(id), stat)));
        return sums(rows, headed ? "POOLID" : "");
    }

    static String sum(PgMap map, boolean headed) {
        return sums(List.of(pool("sum", map.sum())), headed ? "PG_STAT" : "");
    }

    private static List<String> pool(String name, PoolStat stat) {
        List<String> row = counts(name, stat.sum());
        row.add(Long.toString(stat.logSize()));
        row.add(Long.toString(stat.ondiskLogSize()));
        return row;
    }

    private static String sums(List<List<String>> rows, String first) {
        boolean headed = !first.isEmpty();
        TextTable table = headed
                ? table(first, "OBJECTS", "MISSING_ON_PRIMARY", "DEGRADED", "MISPLACED", "UNFOUND", "BYTES", "OMAP_BYTES*",
                        "OMAP_KEYS*", "LOG", "DISK_LOG")
                : table("", "", "", "", "", "", "", "", "", "", "");
        rows.forEach(table::row);
        String text = table.toString();
        return headed || rows.isEmpty() ? text : " ".repeat(text.indexOf('\n')) + "\n" + text;
    }

    static String osds(PgMap map) {
        TextTable table = table(
                "OSD_STAT", "USED", "AVAIL", "USED_RAW", "TOTAL", "HB_PEERS", "PG_SUM", "PRIMARY_PG_SUM");
        NavigableMap<Integer, PgMapDigest.PgCount> counts = map.countsByOsd();
        for (Map.Entry<Integer, OsdStat> osd : map.osds().entrySet()) {
            PgMapDigest.PgCount count = counts.getOrDefault(osd.getKey(), new PgMapDigest.PgCount(0, 0, 0));
            table.row(
                    osd.getKey(),
                    Units.bytes(osd.getValue().statfs().used()),
                    Units.bytes(osd.getValue().statfs().available()),
                    Units.bytes(osd.getValue().statfs().usedRaw()),
                    Units.bytes(osd.getValue().statfs().total()),
                    set(osd.getValue().hbPeers()),
                    count.acting(),
                    count.primary());
        }
        return table.row(osdSum(map)).toString();
    }

    static String osdSum(PgMap map, boolean headed) {
        TextTable table = headed ? table("OSD_STAT", "USED", "AVAIL", "USED_RAW", "TOTAL") : table("", "", "", "", "");
        return table.row(osdSum(map)).toString();
    }

    private static List<String> osdSum(PgMap map) {
        OsdStat sum = map.osdSum();
        return List.of(
                "sum",
                Units.bytes(sum.statfs().used()),
                Units.bytes(sum.statfs().available()),
                Units.bytes(sum.statfs().usedRaw()),
                Units.bytes(sum.statfs().total()));
    }

    static String head(PgMap map) {
        return "version " + map.version() + "\nstamp " + Stamp.text(map.stamp())
                + "\nlast_osdmap_epoch 0\nlast_pg_scan 0\n";
    }

    /// `[1,0,NONE]`
    static String set(List<Integer> osds) {
        return "[" + String.join(",", osds.stream()
                .map(osd -> osd == Integer.MAX_VALUE ? "NONE" : String.valueOf(osd))
                .toList()) + "]";
    }
}
