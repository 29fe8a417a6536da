package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.mgr.command.PythonJson;
import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The schedules of one kind of work: that for everything in the module's option, others in an object of their pool.
/// Guarded by [Scheduler].
final class ScheduleBook {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduleBook.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Entry(Level level, LinkedHashSet<ScheduleItem> items) {}

    private final RbdHost host;
    private final ScheduledWork work;
    /// By the level's id.
    private final TreeMap<String, Entry> entries = new TreeMap<>();

    ScheduleBook(RbdHost host, ScheduledWork work) {
        this.host = host;
        this.work = work;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    boolean concerns(Level level) {
        return entries.values().stream().anyMatch(entry -> entry.level.overlaps(level));
    }

    /// That of the narrowest level with one; null for none.
    @Nullable LinkedHashSet<ScheduleItem> find(ScheduleTarget target) {
        String pool = Long.toString(target.pool());
        for (String id : List.of(pool + "/" + target.nspace() + "/" + target.image(), pool + "/" + target.nspace(), pool, "")) {
            Entry entry = entries.get(id);
            if (entry != null) {
                return entry.items;
            }
        }
        return null;
    }

    void add(Level level, ScheduleItem item) {
        Entry entry = entries.computeIfAbsent(level.id(), id -> new Entry(level, new LinkedHashSet<>()));
        entry.items.add(item);
        save(level, entry.items);
    }

    /// @param item null for all
    void remove(Level level, @Nullable ScheduleItem item) {
        Entry entry = entries.get(level.id());
        if (entry == null) {
            save(level, new LinkedHashSet<>());
            return;
        }
        if (item == null) {
            entry.items.clear();
        } else {
            entry.items.remove(item);
        }
        if (entry.items.isEmpty()) {
            entries.remove(level.id());
        }
        save(level, entry.items);
    }

    /// Of a level, or that which it inherits, and of all its parts.
    ObjectNode list(Level level) {
        Level from = level;
        if (!entries.containsKey(level.id())) {
            for (Entry entry : entries.values()) {
                boolean closer = from.equals(level) || entry.level.isWithin(from);
                if (level.isWithin(entry.level) && closer) {
                    from = entry.level;
                }
            }
        }
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        for (Entry entry : entries.values()) {
            if (entry.level.id().equals(from.id()) || entry.level.isWithin(level)) {
                ObjectNode shown = JsonNodeFactory.instance.objectNode().put("name", entry.level.name());
                shown.set("schedule", json(entry.items));
                all.set(entry.level.id(), shown);
            }
        }
        return all;
    }

    // ---- where they are kept

    private void save(Level level, LinkedHashSet<ScheduleItem> items) {
        String text = items.isEmpty() ? null : PythonJson.pretty(json(items));
        Long pool = level.pool();
        if (pool == null) {
            host.setModuleOption("rbd_support", work.option(), text);
            return;
        }
        PoolIo io = host.rados().pool(pool);
        if (text != null) {
            io.run(work.object(), ObjectOps.of().omapSet(Map.of(level.id(), Bytes.utf8(text)))).orThrow("keep the schedule");
        } else {
            forget(io, List.of(level.id()));
        }
    }

    private void forget(PoolIo io, List<String> ids) {
        Reply reply = io.run(work.object(), ObjectOps.of().omapRemove(ids));
        if (!reply.failedWith(Errno.ENOENT)) {
            reply.orThrow("forget the schedule");
        }
    }

    /// Reads all of them again; those of what is gone are forgotten.
    void load() {
        entries.clear();
        String global = host.moduleOption("rbd_support", work.option());
        if (!global.isEmpty()) {
            take(Level.GLOBAL, global);
        }
        host.rados().map().pools().keySet().forEach(pool -> {
            if (!RbdPools.isOne(host.rados().map(), pool)) {
                return;
            }
            PoolIo io = host.rados().pool(pool);
            try {
                loadPool(io);
            } catch (CephException e) {
                LOG.warn("schedules of pool {} cannot be read: {}", pool, e.getMessage());
            }
        });
    }

    private void loadPool(PoolIo io) {
        List<String> stale = new ArrayList<>();
        io.omap(work.object()).forEach((id, text) -> {
            Level level = Levels.ofId(host.rados(), id, work);
            if (level == null) {
                stale.add(id);
            } else {
                take(level, text.utf8());
            }
        });
        if (!stale.isEmpty()) {
            forget(io, stale);
        }
    }

    private void take(Level level, String text) {
        LinkedHashSet<ScheduleItem> items = new LinkedHashSet<>();
        try {
            for (JsonNode item : JSON.readTree(text)) {
                items.add(ScheduleItem.parse(item.path("interval").asText(), item.path("start_time").asText("")));
            }
        } catch (JsonProcessingException | CephException e) {
            LOG.error("a schedule for '{}' makes no sense: {}", level.name(), text);
            return;
        }
        if (!items.isEmpty()) {
            entries.put(level.id(), new Entry(level, items));
        }
    }

    private static ArrayNode json(LinkedHashSet<ScheduleItem> items) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (ScheduleItem item : items) {
            ScheduleItem.Start start = item.start();
            all.addObject().put("interval", item.interval()).put("start_time", start == null ? null : start.toString());
        }
        return all;
    }
}
