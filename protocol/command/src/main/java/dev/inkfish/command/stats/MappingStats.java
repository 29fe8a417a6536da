package dev.inkfish.command.stats;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.GeneralFormat;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How evenly groups lie on the OSDs that are up and in, now and after a change (`OSDMap::summarize_mapping_stats`).
public final class MappingStats {
    private final NavigableMap<Integer, Integer> now;
    private final @Nullable NavigableMap<Integer, Integer> next;
    private final int total;
    private final int moved;
    private final float average;

    /// @param now groups by OSD, of those that are up and in
    /// @param next the same after the change; null where none is considered
    /// @param total copies that the pools want
    /// @param moved copies that the change moves
    public MappingStats(
            NavigableMap<Integer, Integer> now, @Nullable NavigableMap<Integer, Integer> next, int total, int moved) {
        this.now = new TreeMap<>(now);
        this.next = next;
        this.total = total;
        this.moved = moved;
        this.average = now.isEmpty() ? 0 : (float) total / now.size();
    }

    private float deviation(NavigableMap<Integer, Integer> counts) {
        float sum = 0;
        for (int osd : now.keySet()) {
            float off = counts.getOrDefault(osd, 0) - average;
            sum += off * off;
        }
        return (float) Math.sqrt(sum / now.size());
    }

    private float expected() {
        return (float) Math.sqrt(average * (1.0 - 1.0 / now.size()));
    }

    private int extreme(boolean least) {
        int found = -1;
        for (Map.Entry<Integer, Integer> each : now.entrySet()) {
            if (found < 0 || (least ? each.getValue() < now.get(found) : each.getValue() > now.get(found))) {
                found = each.getKey();
            }
        }
        return found;
    }

    private static String text(float value) {
        return GeneralFormat.format(value, 6);
    }

    /// Empty without an OSD.
    public String text() {
        if (now.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        if (next != null) {
            float percent = total == 0 ? 0 : moved * 100f / total;
            out.append("moved ").append(moved).append(" / ").append(total).append(" (").append(text(percent)).append("%)\n");
        }
        out.append("avg ").append(text(average)).append("\nstddev ").append(text(deviation(now)));
        if (next != null) {
            out.append(" -> ").append(text(deviation(next)));
        }
        out.append(" (expected baseline ").append(text(expected())).append(")\n");
        line(out, "min", extreme(true));
        line(out, "max", extreme(false));
        return out.toString();
    }

    private void line(StringBuilder out, String what, int osd) {
        out.append(what).append(" osd.").append(osd).append(" with ").append(now.get(osd));
        if (next != null) {
            out.append(" -> ").append(next.getOrDefault(osd, 0));
        }
        out.append(" pgs (").append(share(now.get(osd)));
        if (next != null) {
            out.append(" -> ").append(share(next.getOrDefault(osd, 0)));
        }
        out.append(" * mean)\n");
    }

    private String share(int count) {
        return text(average == 0 ? 0 : count / average);
    }

    /// Adds the section `utilization`.
    public void dump(Formatter f) {
        if (now.isEmpty()) {
            return;
        }
        f.openObject("utilization");
        if (next != null) {
            f.dump("moved_pgs", moved).dump("total_pgs", total);
        }
        f.dump("avg_pgs", (double) average).dump("std_dev", (double) deviation(now));
        f.dump("expected_baseline_std_dev", (double) expected());
        if (next != null) {
            f.dump("new_std_dev", (double) deviation(next));
        }
        member(f, "min", extreme(true));
        member(f, "max", extreme(false));
        f.close();
    }

    private void member(Formatter f, String what, int osd) {
        f.dump(what + "_osd", osd).dump(what + "_osd_pgs", now.get(osd));
        if (next != null) {
            f.dump("new_" + what + "_osd_pgs", next.getOrDefault(osd, 0));
        }
    }
}
