package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Empties the trash of what users threw away and whose time has come (`Trash::purge`).
final class TrashPurges implements ScheduledWork {
    private static final Logger LOG = LoggerFactory.getLogger(TrashPurges.class);
    private static final int THROWN_BY_USER = 0;
    private static final int PARENT_THROWN_BY_USER = 4;
    private static final long NANOS = 1_000_000_000L;

    private final RbdHost host;

    TrashPurges(RbdHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "trash purge";
    }

    @Override
    public String option() {
        return "trash_purge_schedule";
    }

    @Override
    public String object() {
        return "rbd_trash_purge_schedule";
    }

    @Override
    public boolean isPerImage() {
        return false;
    }

    @Override
    public void checkNamespace(PoolIo io) {}

    @Override
    public void checkImage(PoolIo io, String imageId) {
        throw new CephException(Errno.EINVAL, "image level is not allowed");
    }

    @Override
    public SortedMap<ScheduleTarget, String> targets(PoolIo pool, String poolName) {
        TreeMap<ScheduleTarget, String> all = new TreeMap<>();
        all.put(new ScheduleTarget(pool.pool(), "", ""), poolName);
        RbdPools.namespaces(pool).forEach(nspace -> all.put(new ScheduleTarget(pool.pool(), nspace, ""), poolName));
        return all;
    }

    /// A parent can go once its clones have gone: those that were busy are tried again as long as others were removed.
    @Override
    public void run(PoolIo io, ScheduleTarget target) {
        long now = System.currentTimeMillis() / 1000;
        List<String> left = new ArrayList<>();
        TrashEntry.list(io).forEach((id, entry) -> {
            boolean users = entry.source() == THROWN_BY_USER || entry.source() == PARENT_THROWN_BY_USER;
            if (users && entry.deferredUntil().toNanos() / NANOS <= now) {
                left.add(id);
            }
        });
        while (left.removeIf(id -> remove(io, id, now))) {
            LOG.debug("{} images are left to remove", left.size());
        }
    }

    private boolean remove(PoolIo io, String id, long now) {
        try {
            ImageRemoval.fromTrash(host, io, id, now, (done, total) -> {});
            return true;
        } catch (CephException e) {
            LOG.info("image {} stays in the trash: {}", id, e.getMessage());
            return false;
        }
    }

    @Override
    public ObjectNode status(List<Planned> planned) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        planned.forEach(each -> all.addObject()
                .put("schedule_time", each.time())
                .put("pool_id", Long.toString(each.target().pool()))
                .put("pool_name", each.label())
                .put("namespace", each.target().nspace()));
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        shown.set("scheduled", all);
        return shown;
    }
}
