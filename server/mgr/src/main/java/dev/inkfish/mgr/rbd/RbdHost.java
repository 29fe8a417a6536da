package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.mon.OsdPerfQuery;
import java.util.List;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// What the work on images needs of the manager.
public interface RbdHost {
    RadosClient rados();

    /// `rbd_default_pool`
    String defaultPool();

    /// Waits until the newest OSD map that the monitors have is known here.
    void awaitLatestMap();

    /// Keeps a client that has gone from coming back to write; waits until the map that says so is known here.
    void blocklist(EntityAddr client);

    /// Of a module, as the monitors keep it; empty if it is not set.
    String moduleOption(String module, String name);

    /// @param value null to unset it
    void setModuleOption(String module, String name, @Nullable String value);

    /// A new snapshot id of a pool.
    long createSnapId(long pool);

    /// What the snapshot preserves is removed.
    void removeSnapId(long pool, long snap);

    /// From the monitors' store of `ceph config-key`.
    ///
    /// @throws CephException ENOENT if there is no such key
    String configKey(String key);

    // operations that OSDs count apart

    void addPerfQuery(OsdPerfQuery query, List<OsdPerfQuery.Limit> limits);

    void removePerfQuery(OsdPerfQuery query);

    /// What was counted since the last time, by key.
    NavigableMap<List<List<String>>, long[]> takePerf(OsdPerfQuery query);

    // progress, as `ceph progress` shows it

    void progress(String id, String message, double progress, JsonNode refs);

    void completed(String id);

    void failed(String id, String why);
}
