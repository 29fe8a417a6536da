package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.wire.mon.OsdPerfQuery;
import java.util.List;
import java.util.NavigableMap;

/// What the work on images needs of the manager.
public interface RbdHost {
    RadosClient rados();

    /// `rbd_default_pool`
    String defaultPool();

    /// Waits until the newest OSD map that the monitors have is known here.
    void awaitLatestMap();

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
