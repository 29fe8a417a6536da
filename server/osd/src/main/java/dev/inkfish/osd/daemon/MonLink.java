package dev.inkfish.osd.daemon;

import dev.inkfish.net.MonClient;
import dev.inkfish.osd.pg.MergeReadiness;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDAlive;
import dev.inkfish.wire.message.MOSDBeacon;
import dev.inkfish.wire.message.MOSDPGCreated;
import dev.inkfish.wire.message.MOSDPGReadyToMerge;
import dev.inkfish.wire.message.MOSDPGTemp;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What the OSD wants of the monitors and has not got yet: said once, and again after each reconnect. On the
/// control thread.
final class MonLink {
    private final OsdDaemon daemon;
    private final MonClient client;
    private final NavigableMap<PgId, List<Integer>> pgTemp = new TreeMap<>();
    private final NavigableMap<PgId, List<Integer>> pgTempUnsent = new TreeMap<>();
    private final MergeReadiness readiness = new MergeReadiness();
    private int upThruWanted;
    private int upThruAsked;

    MonLink(OsdDaemon daemon, MonClient client) {
        this.daemon = daemon;
        this.client = client;
    }

    void wantUpThru(int epoch, int have) {
        upThruWanted = Math.max(upThruWanted, epoch);
        OsdMap map = daemon.map();
        if (upThruWanted > upThruAsked && map.osdInfo(daemon.whoami()).upThru() < upThruWanted) {
            upThruAsked = Math.max(have, upThruWanted);
            client.send(new MOSDAlive(upThruAsked, upThruWanted));
        }
    }

    /// The wishes of all groups that are in the queue by then go out in one message.
    void wantPgTemp(PgId pgid, List<Integer> acting) {
        if (acting.isEmpty() && !daemon.map().pgTemp().containsKey(pgid) && !pgTemp.containsKey(pgid)) {
            return;
        }
        pgTemp.put(pgid, acting);
        if (pgTempUnsent.isEmpty()) {
            daemon.control(this::sendPgTemp);
        }
        pgTempUnsent.put(pgid, acting);
    }

    private void sendPgTemp() {
        client.send(new MOSDPGTemp(daemon.map().epoch(), new TreeMap<>(pgTempUnsent), false));
        pgTempUnsent.clear();
    }

    void readyToMerge(PgId target, MergeReadiness.Ready ready) {
        MOSDPGReadyToMerge message = readiness.add(target, ready);
        if (message != null) {
            client.send(message);
        }
    }

    void notReadyToMerge(PgId pgid) {
        readiness.forget(pgid);
    }

    void created(PgId pgid) {
        client.send(new MOSDPGCreated(pgid));
    }

    void onMap(OsdMap map) {
        pgTemp.entrySet()
                .removeIf(wish -> wish.getValue().equals(map.pgTemp().getOrDefault(wish.getKey(), List.of())));
        if (map.osdInfo(daemon.whoami()).upThru() >= upThruWanted) {
            upThruAsked = 0;
        }
    }

    /// A new session with a monitor: what was said before may be lost.
    void onSession() {
        if (daemon.map().osdInfo(daemon.whoami()).upThru() < upThruWanted) {
            upThruAsked = Math.max(daemon.map().epoch(), upThruWanted);
            client.send(new MOSDAlive(upThruAsked, upThruWanted));
        }
        if (!pgTemp.isEmpty()) {
            client.send(new MOSDPGTemp(daemon.map().epoch(), new TreeMap<>(pgTemp), false));
        }
        readiness.sent().forEach(client::send);
    }

    void beacon(List<PgId> pgs, int minLastEpochClean) {
        client.send(new MOSDBeacon(daemon.map().epoch(), new ArrayList<>(pgs), minLastEpochClean, Utime.ZERO));
    }
}
