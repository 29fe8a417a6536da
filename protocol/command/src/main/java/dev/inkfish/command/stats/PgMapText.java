package dev.inkfish.command.stats;

import dev.inkfish.command.Formatter;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgStates;
import dev.inkfish.wire.osd.PoolStat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The summary of all groups, as `ceph -s`, `ceph pg stat` and `ceph osd pool stats` show it
/// (`PGMapDigest::print_summary` and its parts). Plain text and structured output are two methods of one
/// name: the one with a formatter writes members of the section that is open.
public final class PgMapText {
    private static final String PAD = "             ";

    private PgMapText() {}

    /// The `pgmap` section of `ceph -s`.
    public static void summary(PgMapDigest digest, Formatter f) {
        f.openArray("pgs_by_state");
        for (Map.Entry<Long, Integer> state : byCount(digest)) {
            f.openObject("pgs_by_state_element")
                    .dump("state_name", PgStates.text(state.getKey()))
                    .dump("count", state.getValue())
                    .close();
        }
        f.close();
        OsdStat osds = digest.osdSum();
        f.dump("num_pgs", digest.pgs());
        f.dump("num_pools", digest.poolSums().size());
        f.dump("num_objects", digest.sum().sum().get(Field.NUM_OBJECTS));
        f.dump("data_bytes", digest.sum().sum().get(Field.NUM_BYTES));
        f.dump("bytes_used", osds.statfs().usedRaw());
        f.dump("bytes_avail", osds.statfs().available());
        f.dump("bytes_total", osds.statfs().total());
        if (digest.unknownPgs() > 0) {
            f.dump("unknown_pgs_ratio", (double) ((float) digest.unknownPgs() / (float) digest.pgs()));
        }
        if (inactive(digest) > 0) {
            f.dump("inactive_pgs_ratio", (double) ((float) inactive(digest) / (float) digest.pgs()));
        }
        recovery(digest.sum().sum(), f);
        recoveryRate(digest.sumDelta().change(), digest.sumDelta().over(), f);
        clientRate(digest.sumDelta().change(), digest.sumDelta().over(), f);
    }

    /// The lines below `data:` of `ceph -s`, and the section `io:` where there is any.
    public static String summary(PgMapDigest digest) {
        StringBuilder out = new StringBuilder();
        OsdStat osds = digest.osdSum();
        ObjectStatSum sum = digest.sum().sum();
        out.append("    pools:   ").append(digest.poolSums().size()).append(" pools, ");
        out.append(digest.pgs()).append(" pgs\n");
        out.append("    objects: ").append(Units.count(sum.get(Field.NUM_OBJECTS))).append(" objects, ");
        out.append(Units.bytes(sum.get(Field.NUM_BYTES))).append('\n');
        out.append("    usage:   ").append(Units.bytes(osds.statfs().usedRaw())).append(" used, ");
        out.append(Units.bytes(osds.statfs().available())).append(" / ");
        out.append(Units.bytes(osds.statfs().total())).append(" avail\n");
        List<String> lines = new ArrayList<>();
        if (digest.unknownPgs() > 0) {
            lines.add(Units.fixed((float) digest.unknownPgs() / (float) digest.pgs() * 100.0, 3) + "% pgs unknown");
        }
        if (inactive(digest) > 0) {
            lines.add(Units.fixed((float) inactive(digest) / (float) digest.pgs() * 100.0, 3) + "% pgs not active");
        }
        lines.addAll(recovery(sum));
        List<Map.Entry<Long, Integer>> states = byCount(digest);
        int width = states.isEmpty() ? 1 : String.valueOf(states.getFirst().getValue()).length();
        states.forEach(state -> {
            String count = String.valueOf(state.getValue());
            lines.add(count + " ".repeat(width - count.length()) + " " + PgStates.text(state.getKey()));
        });
        out.append("    pgs:     ").append(String.join("\n" + PAD, lines)).append(lines.isEmpty() ? "" : "\n");
        String client = clientRate(digest.sumDelta().change(), digest.sumDelta().over());
        String recovery = recoveryRate(digest.sumDelta().change(), digest.sumDelta().over());
        if (!client.isEmpty() || !recovery.isEmpty()) {
            out.append(" \n  io:\n");
        }
        if (!client.isEmpty()) {
            out.append("    client:   ").append(client).append('\n');
        }
        if (!recovery.isEmpty()) {
            out.append("    recovery: ").append(recovery).append('\n');
        }
        return out.toString();
    }

    private static long inactive(PgMapDigest digest) {
        return digest.pgs() - digest.activePgs() - digest.unknownPgs();
    }

    /// States by falling count.
    private static List<Map.Entry<Long, Integer>> byCount(PgMapDigest digest) {
        List<Map.Entry<Long, Integer>> states = new ArrayList<>(digest.byState().entrySet());
        states.sort(Map.Entry.<Long, Integer>comparingByValue().reversed());
        return states;
    }

    /// `ceph pg stat`
    public static void oneLine(PgMapDigest digest, Formatter f) {
        f.openArray("num_pg_by_state");
        digest.byState().forEach((state, count) ->
                f.openObject("state").dump("name", PgStates.text(state)).dump("num", count).close());
        f.close();
        f.dump("num_pgs", digest.pgs());
        f.dump("num_bytes", digest.sum().sum().get(Field.NUM_BYTES));
        f.dump("total_bytes", digest.osdSum().statfs().total());
        f.dump("total_avail_bytes", digest.osdSum().statfs().available());
        f.dump("total_used_bytes", digest.osdSum().statfs().used());
        f.dump("total_used_raw_bytes", digest.osdSum().statfs().usedRaw());
        ObjectStatSum change = floor(digest.sumDelta().change().sum());
        double seconds = digest.sumDelta().over().toSeconds();
        if (change.get(Field.NUM_RD) != 0) {
            f.dump("read_bytes_sec", rate(change.get(Field.NUM_RD_KB) << 10, seconds));
        }
        if (change.get(Field.NUM_WR) != 0) {
            f.dump("write_bytes_sec", rate(change.get(Field.NUM_WR_KB) << 10, seconds));
        }
        if (change.get(Field.NUM_RD) != 0 || change.get(Field.NUM_WR) != 0) {
            f.dump("io_sec", rate(change.get(Field.NUM_RD) + change.get(Field.NUM_WR), seconds));
        }
        recovery(digest.sum().sum(), f);
        recoveryRate(digest.sumDelta().change(), digest.sumDelta().over(), f);
    }

    public static String oneLine(PgMapDigest digest) {
        StringBuilder out = new StringBuilder();
        List<String> states = new ArrayList<>();
        digest.byState().forEach((state, count) -> states.add(count + " " + PgStates.text(state)));
        out.append(digest.pgs()).append(" pgs: ").append(String.join(", ", states)).append("; ");
        out.append(Units.bytes(digest.sum().sum().get(Field.NUM_BYTES))).append(" data, ");
        out.append(Units.bytes(digest.osdSum().statfs().used())).append(" used, ");
        out.append(Units.bytes(digest.osdSum().statfs().available())).append(" / ");
        out.append(Units.bytes(digest.osdSum().statfs().total())).append(" avail");
        ObjectStatSum change = floor(digest.sumDelta().change().sum());
        double seconds = digest.sumDelta().over().toSeconds();
        if (change.get(Field.NUM_RD) != 0 || change.get(Field.NUM_WR) != 0) {
            out.append("; ");
            if (change.get(Field.NUM_RD) != 0) {
                out.append(Units.bytes(rate(change.get(Field.NUM_RD_KB) << 10, seconds))).append("/s rd, ");
            }
            if (change.get(Field.NUM_WR) != 0) {
                out.append(Units.bytes(rate(change.get(Field.NUM_WR_KB) << 10, seconds))).append("/s wr, ");
            }
            out.append(Units.count(rate(change.get(Field.NUM_RD) + change.get(Field.NUM_WR), seconds))).append(" op/s");
        }
        recovery(digest.sum().sum()).forEach(line -> out.append("; ").append(line));
        String recovering = recoveryRate(digest.sumDelta().change(), digest.sumDelta().over());
        if (!recovering.isEmpty()) {
            out.append("; ").append(recovering).append(" recovering");
        }
        return out.toString();
    }

    /// Objects that miss copies, are in the wrong place, or cannot be found.
    public static void recovery(ObjectStatSum sum, Formatter f) {
        recovery(sum, "degraded", Field.NUM_OBJECTS_DEGRADED, Field.NUM_OBJECT_COPIES, f);
        recovery(sum, "misplaced", Field.NUM_OBJECTS_MISPLACED, Field.NUM_OBJECT_COPIES, f);
        recovery(sum, "unfound", Field.NUM_OBJECTS_UNFOUND, Field.NUM_OBJECTS, f);
    }

    private static void recovery(ObjectStatSum sum, String what, Field part, Field whole, Formatter f) {
        if (sum.get(part) != 0 && sum.get(whole) > 0) {
            f.dump(what + "_objects", sum.get(part));
            f.dump(what + "_total", sum.get(whole));
            f.dump(what + "_ratio", (double) sum.get(part) / (double) sum.get(whole) * 100.0 / 100.0);
        }
    }

    public static List<String> recovery(ObjectStatSum sum) {
        List<String> lines = new ArrayList<>();
        recovery(sum, "degraded", Field.NUM_OBJECTS_DEGRADED, Field.NUM_OBJECT_COPIES, lines);
        recovery(sum, "misplaced", Field.NUM_OBJECTS_MISPLACED, Field.NUM_OBJECT_COPIES, lines);
        recovery(sum, "unfound", Field.NUM_OBJECTS_UNFOUND, Field.NUM_OBJECTS, lines);
        return lines;
    }

    private static void recovery(ObjectStatSum sum, String what, Field part, Field whole, List<String> lines) {
        if (sum.get(part) != 0 && sum.get(whole) > 0) {
            lines.add(sum.get(part) + "/" + sum.get(whole) + " objects " + what + " ("
                    + Units.ratio(sum.get(part), sum.get(whole)) + "%)");
        }
    }

    public static void recoveryRate(PoolStat change, Utime over, Formatter f) {
        ObjectStatSum sum = floor(change.sum());
        if (isRecovering(sum)) {
            f.dump("recovering_objects_per_sec", rate(sum.get(Field.NUM_OBJECTS_RECOVERED), over.toSeconds()));
            f.dump("recovering_bytes_per_sec", rate(sum.get(Field.NUM_BYTES_RECOVERED), over.toSeconds()));
            f.dump("recovering_keys_per_sec", rate(sum.get(Field.NUM_KEYS_RECOVERED), over.toSeconds()));
            f.dump("num_objects_recovered", sum.get(Field.NUM_OBJECTS_RECOVERED));
            f.dump("num_bytes_recovered", sum.get(Field.NUM_BYTES_RECOVERED));
            f.dump("num_keys_recovered", sum.get(Field.NUM_KEYS_RECOVERED));
        }
    }

    public static String recoveryRate(PoolStat change, Utime over) {
        ObjectStatSum sum = floor(change.sum());
        if (!isRecovering(sum)) {
            return "";
        }
        long objects = rate(sum.get(Field.NUM_OBJECTS_RECOVERED), over.toSeconds());
        long keys = rate(sum.get(Field.NUM_KEYS_RECOVERED), over.toSeconds());
        return Units.bytes(rate(sum.get(Field.NUM_BYTES_RECOVERED), over.toSeconds())) + "/s"
                + (keys != 0 ? ", " + Units.count(keys) + " keys/s" : "")
                + (objects != 0 ? ", " + Units.count(objects) + " objects/s" : "");
    }

    private static boolean isRecovering(ObjectStatSum sum) {
        return sum.get(Field.NUM_OBJECTS_RECOVERED) != 0
                || sum.get(Field.NUM_BYTES_RECOVERED) != 0
                || sum.get(Field.NUM_KEYS_RECOVERED) != 0;
    }

    public static void clientRate(PoolStat change, Utime over, Formatter f) {
        ObjectStatSum sum = floor(change.sum());
        if (sum.get(Field.NUM_RD) == 0 && sum.get(Field.NUM_WR) == 0) {
            return;
        }
        if (sum.get(Field.NUM_RD) != 0) {
            f.dump("read_bytes_sec", rate(sum.get(Field.NUM_RD_KB) << 10, over.toSeconds()));
        }
        if (sum.get(Field.NUM_WR) != 0) {
            f.dump("write_bytes_sec", rate(sum.get(Field.NUM_WR_KB) << 10, over.toSeconds()));
        }
        f.dump("read_op_per_sec", rate(sum.get(Field.NUM_RD), over.toSeconds()));
        f.dump("write_op_per_sec", rate(sum.get(Field.NUM_WR), over.toSeconds()));
    }

    public static String clientRate(PoolStat change, Utime over) {
        ObjectStatSum sum = floor(change.sum());
        if (sum.get(Field.NUM_RD) == 0 && sum.get(Field.NUM_WR) == 0) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        if (sum.get(Field.NUM_RD) != 0) {
            out.append(Units.bytes(rate(sum.get(Field.NUM_RD_KB) << 10, over.toSeconds()))).append("/s rd, ");
        }
        if (sum.get(Field.NUM_WR) != 0) {
            out.append(Units.bytes(rate(sum.get(Field.NUM_WR_KB) << 10, over.toSeconds()))).append("/s wr, ");
        }
        out.append(Units.count(rate(sum.get(Field.NUM_RD), over.toSeconds()))).append(" op/s rd, ");
        return out.append(Units.count(rate(sum.get(Field.NUM_WR), over.toSeconds()))).append(" op/s wr").toString();
    }

    private static long rate(long amount, double seconds) {
        return seconds <= 0 ? 0 : (long) (amount / seconds);
    }

    /// A sum may go backward when a group's primary changes: then nothing happened.
    private static ObjectStatSum floor(ObjectStatSum sum) {
        ObjectStatSum result = sum;
        for (Field field : Field.values()) {
            if (sum.get(field) < 0) {
                result = result.with(field, 0);
            }
        }
        return result;
    }
}
