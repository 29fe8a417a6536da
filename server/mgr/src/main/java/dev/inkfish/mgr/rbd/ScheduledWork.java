package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.rados.PoolIo;
import java.util.List;
import java.util.SortedMap;

/// A kind of work that is done on a schedule.
interface ScheduledWork {
    /// In commands: `rbd NAME schedule add`.
    String name();

    /// Of the manager's module: where the schedule for everything is kept.
    String option();

    /// Of each pool: where the schedules for it and its parts are kept.
    String object();

    boolean isPerImage();

    /// @throws dev.inkfish.wire.CephException EINVAL if a namespace cannot have a schedule
    void checkNamespace(PoolIo io);

    /// @throws dev.inkfish.wire.CephException EINVAL if an image cannot have a schedule
    void checkImage(PoolIo io, String imageId);

    /// What there is to work on in a pool and its namespaces, with what a listing calls it.
    SortedMap<ScheduleTarget, String> targets(PoolIo pool, String poolName);

    void run(PoolIo io, ScheduleTarget target);

    ObjectNode status(List<Planned> planned);

    record Planned(String time, ScheduleTarget target, String label) {}
}
