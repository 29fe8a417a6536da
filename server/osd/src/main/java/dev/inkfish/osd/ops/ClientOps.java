package dev.inkfish.osd.ops;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.message.MOSDOp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What clients ask of one group's objects, on its primary (`PrimaryLogPG`). The group calls it on its
/// shard and only while it is active; operations that come earlier wait in the group.
public interface ClientOps {
    /// The group has checked: we are primary and active, the map is new enough, the capabilities allow it,
    /// the cluster and pool flags allow it. Everything else is checked here.
    void handle(ClientSession session, MOSDOp op, long tid);

    /// The group became active as primary.
    void onActive();

    /// The interval is over: forget operations under way, contexts and timers. Operations that were handed
    /// over and not answered with an `MOSDOpReply` yet are handed over again, in their order, when the group is active again as
    /// primary: clients send again only if the primary changed. What was logged before is found by its request id.
    void onIntervalEnd();

    /// A new map: snapshots to trim, clients that are blocklisted now.
    void onMap(OsdMap map);

    /// The session's connection broke; its watches start to time out.
    void onDisconnect(ClientSession session);

    /// Notes the digests a scrub found in the object's info; null for one that is not known. Runs `done` when that is
    /// durable, or cannot be done.
    void recordDigests(HObject object, @Nullable Integer data, @Nullable Integer omap, Runnable done);

    /// The object is about to be replaced by another member's copy.
    void forget(HObject object);

    /// The watches of the group's objects that are in memory.
    default List<Watcher> watchers() {
        return List.of();
    }

    /// A client that watches an object.
    record Watcher(HObject object, EntityName name, long cookie, int timeoutSeconds, EntityAddr addr) {}

    /// How many objects' infos are kept in memory, so that they need not be read again.
    default int cachedObjects() {
        return 0;
    }

    default void dropCache() {}

    /// The removed snapshots that are still to be trimmed.
    IntervalSet snapTrimQueue();
}
