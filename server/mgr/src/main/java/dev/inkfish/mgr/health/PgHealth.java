package dev.inkfish.mgr.health;

import dev.inkfish.command.stats.Units;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.HealthStatus;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Groups that are not as they should be: codes `PG_*` (first part of `PGMap::get_health_checks`).
final class PgHealth {
    /// `mon_health_max_detail`
    static final int MAX_DETAIL = 50;

    /// What follows from a group's state, in the order in which Ceph lists it.
    private enum Consequence {
        UNAVAILABLE("PG_AVAILABILITY", HealthStatus.HEALTH_WARN, "Reduced data availability: "),
        DEGRADED("PG_DEGRADED", HealthStatus.HEALTH_WARN, "Degraded data redundancy: "),
        BACKFILL_FULL(
                "PG_BACKFILL_FULL",
                HealthStatus.HEALTH_WARN,
                "Low space hindering backfill (add storage if this doesn't resolve itself): "),
        DAMAGED("PG_DAMAGED", HealthStatus.HEALTH_ERR, "Possible data damage: "),
        RECOVERY_FULL("PG_RECOVERY_FULL", HealthStatus.HEALTH_ERR, "Full OSDs blocking recovery: ");

        private final String code;
        private final HealthStatus severity;
        private final String summary;

        Consequence(String code, HealthStatus severity, String summary) {
            this.code = code;
            this.severity = severity;
            this.summary = summary;
        }
    }

    /// A state that is worth a check.
    ///
    /// @param since for states that are normal for a while: when the group was last in order
    /// @param absent it is wrong not to be in that state
    private record Rule(
            PgStates state, Consequence consequence, @Nullable Function<PgStat, Utime> since, boolean absent) {
        boolean applies(PgStat pg, Utime cutoff) {
            return state.in(pg.state()) != absent && (since == null || since.apply(pg).compareTo(cutoff) < 0);
        }

        String name() {
            return state == PgStates.ACTIVE ? "inactive" : PgStates.text(state.bit());
        }
    }

    private static Rule now(PgStates state, Consequence consequence) {
        return new Rule(state, consequence, null, false);
    }

    private static Rule stuck(PgStates state, Consequence consequence, Function<PgStat, Utime> since) {
        return new Rule(state, consequence, since, false);
    }

    /// By rising bit: the order in which states are named.
    private static final List<Rule> RULES = List.of(
            new Rule(PgStates.ACTIVE, Consequence.UNAVAILABLE, pg -> pg.stamps().active(), true),
            now(PgStates.DOWN, Consequence.UNAVAILABLE),
            now(PgStates.RECOVERY_UNFOUND, Consequence.DAMAGED),
            now(PgStates.BACKFILL_UNFOUND, Consequence.DAMAGED),
            now(PgStates.DEGRADED, Consequence.DEGRADED),
            now(PgStates.INCONSISTENT, Consequence.DAMAGED),
            stuck(PgStates.PEERING, Consequence.UNAVAILABLE, pg -> pg.stamps().peered()),
            now(PgStates.INCOMPLETE, Consequence.UNAVAILABLE),
            stuck(PgStates.STALE, Consequence.UNAVAILABLE, pg -> pg.stamps().unstale()),
            now(PgStates.BACKFILL_TOOFULL, Consequence.BACKFILL_FULL),
            stuck(PgStates.UNDERSIZED, Consequence.DEGRADED, pg -> pg.stamps().fullsized()),
            now(PgStates.RECOVERY_TOOFULL, Consequence.RECOVERY_FULL),
            now(PgStates.SNAPTRIM_ERROR, Consequence.DAMAGED));

    private static final class Found {
        private final NavigableMap<Integer, Integer> countByRule = new TreeMap<>();
        private final NavigableMap<PgId, String> messages = new TreeMap<>();
    }

    private PgHealth() {}

    static void check(PgMap pgMap, Utime now, long stuckSeconds, NavigableMap<String, HealthCheck> checks) {
        Utime cutoff = Utime.ofNanos(Math.max(0, now.toNanos() - stuckSeconds * 1_000_000_000L));
        NavigableMap<Consequence, Found> found = new TreeMap<>();
        pgMap.pgs().forEach((id, pg) -> {
            for (int i = 0; i < RULES.size(); i++) {
                Rule rule = RULES.get(i);
                if (rule.applies(pg, cutoff)) {
                    Found of = found.computeIfAbsent(rule.consequence, c -> new Found());
                    of.countByRule.merge(i, 1, Integer::sum);
                    if (of.messages.size() <= MAX_DETAIL) {
                        of.messages.put(id, message(id, pg, rule, pgMap.osdMap(), now));
                    }
                }
            }
        });
        found.forEach((consequence, of) -> {
            List<String> parts = new ArrayList<>();
            if (consequence == Consequence.DEGRADED) {
                var sum = pgMap.sum().sum();
                long degraded = sum.get(Field.NUM_OBJECTS_DEGRADED);
                long copies = sum.get(Field.NUM_OBJECT_COPIES);
                if (degraded != 0 && copies > 0) {
                    parts.add(degraded + "/" + copies + " objects degraded (" + Units.ratio(degraded, copies) + "%)");
                }
            }
            long total = 0;
            for (Map.Entry<Integer, Integer> count : of.countByRule.entrySet()) {
                int n = count.getValue();
                parts.add(n + (n > 1 ? " pgs " : " pg ") + RULES.get(count.getKey()).name());
                total += n;
            }
            checks.put(
                    consequence.code,
                    new HealthCheck(
                            consequence.severity,
                            consequence.summary + String.join(", ", parts),
                            List.copyOf(of.messages.values()),
                            total));
        });
    }

    private static String message(PgId id, PgStat pg, Rule rule, OsdMap map, Utime now) {
        StringBuilder out = new StringBuilder("pg ").append(id).append(" is ");
        if (rule.since != null) {
            Utime since = rule.since.apply(pg);
            out.append("stuck ").append(rule.name());
            out.append(since.isZero() ? " since forever" : " for " + Units.span(since, now));
            out.append(", current state ").append(PgStates.text(pg.state()));
            out.append(", last acting ").append(set(pg.acting()));
        } else {
            out.append(PgStates.text(pg.state())).append(", acting ").append(set(pg.acting()));
            if (pg.sum().get(Field.NUM_OBJECTS_UNFOUND) != 0) {
                out.append(", ").append(pg.sum().get(Field.NUM_OBJECTS_UNFOUND)).append(" unfound");
            }
        }
        PgPool pool = map.pool(id.pool());
        if (PgStates.INCOMPLETE.in(pg.state()) && pool != null && pool.minSize() > 1) {
            out.append(" (reducing pool ").append(map.poolName(id.pool())).append(" min_size from ");
            out.append(pool.minSize()).append(" may help; search ceph.com/docs for 'incomplete')");
        }
        return out.toString();
    }

    /// `[1,0,NONE]`
    static String set(List<Integer> osds) {
        return "[" + String.join(",", osds.stream()
                .map(osd -> osd == Integer.MAX_VALUE ? "NONE" : String.valueOf(osd))
                .toList()) + "]";
    }
}
