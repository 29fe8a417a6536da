package dev.inkfish.mgr.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/// Tells the progress log of groups that move because an OSD was marked in or out, and, while they do, of how many groups
/// are active and clean (`PgRecoveryEvent`, `GlobalRecoveryEvent` of the module `progress`).
public final class RecoveryEvents {
    private static final String GLOBAL = "Global Recovery Event";

    /// @param left groups that are not where they should be yet
    /// @param before the bytes that were recovered of each when it began
    private record Event(int osd, int epoch, int total, NavigableSet<PgId> left, NavigableMap<PgId, Long> before) {}

    private final ProgressLog log;
    private final NavigableMap<String, Event> events = new TreeMap<>();
    private OsdMap last = OsdMap.empty();
    private String global = "";
    private int globalEpoch;
    private long globalClean = -1;

    public RecoveryEvents(ProgressLog log) {
        this.log = log;
    }

    public void clear() {
        events.clear();
        global = "";
    }

    /// Every few seconds.
    public void look(PgMap map, Utime now) {
        OsdMap osdMap = map.osdMap();
        if (last.epoch() > 0 && osdMap.epoch() > last.epoch()) {
            List<Integer> marked = osdMap.osds().stream()
                    .filter(osd -> last.exists(osd) && last.isIn(osd) != osdMap.isIn(osd)).toList();
            List<Moved> moved = marked.isEmpty() ? List.of() : moved(osdMap);
            marked.forEach(osd -> marked(osd, osdMap, map, moved, now));
        }
        last = osdMap;
        for (Iterator<Map.Entry<String, Event>> each = events.entrySet().iterator(); each.hasNext();) {
            Map.Entry<String, Event> event = each.next();
            if (!log.has(event.getKey())) {
                each.remove(); // somebody cleared the log
                continue;
            }
            double progress = progress(event.getValue(), map);
            show(event.getKey(), event.getValue(), progress, now);
            if (progress >= 1) {
                log.complete(event.getKey(), now);
                each.remove();
            }
        }
        lookAtAll(map, now);
    }

    private static String id(String of, Utime now) {
        return UUID.nameUUIDFromBytes((of + now.toNanos()).getBytes(StandardCharsets.UTF_8)).toString();
    }

    /// A group whose members changed.
    private record Moved(PgId pg, Set<Integer> members) {}

    private List<Moved> moved(OsdMap next) {
        List<Moved> moved = new ArrayList<>();
        for (Map.Entry<Long, PgPool> pool : last.pools().entrySet()) {
            for (int seed = 0; seed < pool.getValue().pgNum(); seed++) {
                PgId pg = new PgId(pool.getKey(), seed);
                Set<Integer> was = new HashSet<>(last.place(pg).acting());
                Set<Integer> is = new HashSet<>(next.place(pg).acting());
                if (!was.equals(is)) {
                    was.addAll(is);
                    moved.add(new Moved(pg, was));
                }
            }
        }
        return moved;
    }

    private void marked(int osd, OsdMap next, PgMap map, List<Moved> all, Utime now) {
        boolean in = next.isIn(osd);
        if (in) {
            events.entrySet().removeIf(event -> {
                boolean over = event.getValue().osd == osd;
                if (over) {
                    log.complete(event.getKey(), now);
                }
                return over;
            });
        }
        NavigableSet<PgId> moved = new TreeSet<>();
        NavigableMap<PgId, Long> before = new TreeMap<>();
        all.stream().filter(each -> each.members.contains(osd)).map(Moved::pg).forEach(pg -> {
            moved.add(pg);
            before.put(pg, map.pgs().getOrDefault(pg, PgStat.EMPTY).sum().get(Field.NUM_BYTES_RECOVERED));
        });
        if (!moved.isEmpty()) {
            String id = id("osd." + osd + in, now);
            Event event = new Event(osd, next.epoch(), moved.size(), moved, before);
            events.put(id, event);
            log.update(id, "Rebalancing after osd." + osd + " marked " + (in ? "in" : "out"), 0, refs("osd", osd), false, now);
        }
    }

    private static ArrayNode refs(String type, Object id) {
        ArrayNode refs = JsonNodeFactory.instance.arrayNode();
        ArrayNode ref = refs.addArray().add(type);
        if (id instanceof Integer number) {
            ref.add(number);
        } else {
            ref.add(id.toString());
        }
        return refs;
    }

    private void show(String id, Event event, double progress, Utime now) {
        String how = last.isIn(event.osd) ? "in" : "out";
        log.update(id, "Rebalancing after osd." + event.osd + " marked " + how, progress, refs("osd", event.osd), false, now);
    }

    /// Groups that are done, and parts of those that are not.
    private static double progress(Event event, PgMap map) {
        double parts = 0;
        for (Iterator<PgId> each = event.left.iterator(); each.hasNext();) {
            PgId pg = each.next();
            PgStat stat = map.pgs().get(pg);
            if (stat == null) {
                each.remove();
                continue;
            }
            if (Integer.compareUnsigned(stat.reported().epoch(), event.epoch) < 0) {
                continue;
            }
            long bytes = stat.sum().get(Field.NUM_BYTES);
            if (isClean(stat)) {
                each.remove();
            } else if (bytes > 0) {
                long recovered = stat.sum().get(Field.NUM_BYTES_RECOVERED) - event.before.getOrDefault(pg, 0L);
                parts += Math.clamp((double) recovered / bytes, 0, 1);
            }
        }
        return Math.clamp((event.total - event.left.size() + parts) / event.total, 0, 1);
    }

    private static boolean isClean(PgStat pg) {
        return PgStates.ACTIVE.in(pg.state()) && PgStates.CLEAN.in(pg.state());
    }

    private void lookAtAll(PgMap map, Utime now) {
        long clean = map.pgs().values().stream().filter(RecoveryEvents::isClean).count();
        long all = map.pgs().size();
        if (global.isEmpty() || !log.has(global)) {
            global = "";
            if (log.isIdle() || all == 0 || clean == all) {
                return;
            }
            global = id(GLOBAL, now);
            globalEpoch = map.osdMap().epoch();
            globalClean = clean;
            log.update(global, GLOBAL, 0, refs("global", ""), true, now);
            return;
        }
        // those whose last report is older may have had nothing to do with it
        long skipped = map.pgs().values().stream().filter(RecoveryEvents::isClean)
                .filter(pg -> Integer.compareUnsigned(pg.reported().epoch(), globalEpoch) < 0).count();
        double progress = clean == all ? 1 : all == skipped ? 0 : Math.min(1, (double) clean / (all - skipped));
        if (clean != globalClean) {
            log.update(global, GLOBAL, progress, refs("global", ""), true, now);
        }
        if (clean == all) {
            log.complete(global, now);
            global = "";
        }
    }
}
