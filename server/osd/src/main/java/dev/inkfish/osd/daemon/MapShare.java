package dev.inkfish.osd.daemon;

import dev.inkfish.net.Connection;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.message.MOSDMap;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// Maps for peers that are behind (`OSDService::maybe_share_map`): clients and other OSDs learn from us what they have
/// not heard from a monitor. May be used from any thread.
final class MapShare {
    /// As many increments are kept.
    private static final int KEPT = 200;
    /// `osd_map_share_max_epochs`
    private static final int MOST = 40;

    private final OsdDaemon daemon;
    private final ConcurrentSkipListMap<Integer, Bytes> increments = new ConcurrentSkipListMap<>();

    MapShare(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    /// What a monitor sent may be handed on as it is.
    void learn(MOSDMap message) {
        message.incrementals().forEach((epoch, increment) -> increments.put(epoch, increment.compact()));
        while (increments.size() > KEPT) {
            increments.pollFirstEntry();
        }
    }

    int newest() {
        return daemon.map().epoch();
    }

    /// Sends what a peer needs that has the map of `epoch`.
    void send(Connection to, int epoch) {
        OsdMap map = daemon.map();
        NavigableMap<Integer, Bytes> missing = increments(to.features(), epoch, map.epoch());
        NavigableMap<Integer, Bytes> full = new TreeMap<>();
        int oldest = daemon.maps().superblock().oldestMap();
        if (missing.isEmpty()) {
            full.put(map.epoch(), map.encode(OsdMap.significantFeatures(to.features())));
            oldest = map.epoch();
        }
        to.send(new MOSDMap(daemon.fsid(), missing, full, oldest, map.epoch()), 0);
    }

    /// The increments from one map to the other; none if some are not there, or not as the peer reads them.
    private NavigableMap<Integer, Bytes> increments(long features, int from, int to) {
        boolean readable = OsdMap.significantFeatures(features) == OsdMap.significantFeatures(Features.PACIFIC);
        if (from == 0 || to - from > MOST || !readable) {
            return new TreeMap<>();
        }
        NavigableMap<Integer, Bytes> missing = new TreeMap<>(increments.subMap(from, false, to, true));
        return missing.size() == to - from ? missing : new TreeMap<>();
    }
}
