package dev.inkfish.osd.daemon;

import dev.inkfish.net.Connection;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.message.MOSDFailure;
import dev.inkfish.wire.message.MOSDPing;
import dev.inkfish.wire.osd.OsdStat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches other OSDs (`OSD::heartbeat`): pings the neighbours by number, on the connection that replication
/// uses, and tells the monitors who has been silent for `osd_heartbeat_grace`. On the control thread.
final class Heartbeats {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    /// A tick of a second may come a little early.
    private static final long SLACK_NANOS = 200_000_000;
    /// The monitors are told again: the first report may have been lost with a session.
    private static final long AGAIN_NANOS = 5_000_000_000L;

    private final OsdDaemon daemon;
    /// When each watched peer was heard last, in nanoseconds of our clock.
    private final TreeMap<Integer, Long> heard = new TreeMap<>();
    /// When we said last that a peer is silent.
    private final TreeMap<Integer, Long> reported = new TreeMap<>();
    private final TreeMap<Integer, PingTimes> pingTimes = new TreeMap<>();
    private long lastCheck = System.nanoTime();
    private long lastPing;

    Heartbeats(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    List<Integer> peers() {
        return new ArrayList<>(heard.keySet());
    }

    /// Chooses whom to watch: up to `osd_heartbeat_min_peers`, those behind us by number.
    void onMap(OsdMap map) {
        List<Integer> up = new ArrayList<>();
        for (int osd : map.osds()) {
            if (map.isUp(osd) && osd != daemon.whoami()) {
                up.add(osd);
            }
        }
        int wanted = (int) daemon.config().conf().integer("osd_heartbeat_min_peers");
        TreeSet<Integer> chosen = new TreeSet<>();
        int behind = (int) up.stream().filter(osd -> osd < daemon.whoami()).count();
        for (int i = 0; i < Math.min(wanted, up.size()); i++) {
            chosen.add(up.get((behind + i) % up.size()));
        }
        heard.keySet().retainAll(chosen);
        reported.keySet().retainAll(chosen);
        pingTimes.keySet().retainAll(chosen);
        chosen.forEach(osd -> heard.putIfAbsent(osd, System.nanoTime()));
    }

    /// We were down in the map, or did not run: what was heard before says nothing.
    void forget() {
        heard.replaceAll((osd, before) -> System.nanoTime());
        reported.clear();
    }

    /// A new session with a monitor: what was reported over the one before may be lost.
    void onSession() {
        reported.replaceAll((osd, before) -> before - AGAIN_NANOS);
    }

    /// Once a second: pings every `osd_heartbeat_interval`, reports who has been silent for too long.
    void tick() {
        OsdMap map = daemon.map();
        long now = System.nanoTime();
        long grace = (long) (daemon.config().conf().decimal("osd_heartbeat_grace") * 1e9);
        if (now - lastCheck > grace / 2) {
            LOG.warn("osd.{} was stopped for {} s itself", daemon.whoami(), (now - lastCheck) / 1_000_000_000L);
            forget();
        }
        lastCheck = now;
        if (!map.isUp(daemon.whoami())) {
            return;
        }
        if (now - lastPing >= (long) (daemon.config().conf().decimal("osd_heartbeat_interval") * 1e9) - SLACK_NANOS) {
            lastPing = now;
            ping(map, now);
        }
        for (int osd : peers()) {
            long silent = now - heard.get(osd);
            if (silent > grace && map.isUp(osd)) {
                report(osd, map, MOSDFailure.FAILED, silent);
            }
        }
    }

    private void ping(OsdMap map, long now) {
        for (int osd : peers()) {
            Connection connection = daemon.peers().connection(osd, map);
            if (connection != null) {
                connection.send(
                        new MOSDPing(
                                daemon.fsid(),
                                map.epoch(),
                                MOSDPing.Op.PING,
                                OsdDaemon.now(),
                                map.osdInfo(daemon.whoami()).upFrom(),
                                now,
                                now),
                        0);
            }
        }
    }

    /// The peer's machine refuses connections: it is gone for sure, if that is where it is.
    void onRefused(int osd, EntityAddrVec addrs) {
        OsdMap map = daemon.map();
        if (heard.containsKey(osd) && map.isUp(osd) && map.clusterAddrs(osd).equals(addrs)) {
            report(osd, map, MOSDFailure.FAILED | MOSDFailure.IMMEDIATE, 0);
        }
    }

    private void report(int osd, OsdMap map, int flags, long silentNanos) {
        long now = System.nanoTime();
        Long before = reported.get(osd);
        if (before != null && now - before < AGAIN_NANOS) {
            return;
        }
        if (reported.put(osd, now) == null) {
            LOG.info("osd.{} hears nothing of osd.{} for {} s", daemon.whoami(), osd, silentNanos / 1_000_000_000L);
        }
        daemon.monClient()
                .send(new MOSDFailure(
                        daemon.fsid(),
                        osd,
                        map.publicAddrs(osd),
                        map.epoch(),
                        flags,
                        (int) (silentNanos / 1_000_000_000L)));
    }

    /// How long each peer that is watched takes to answer.
    NavigableMap<Integer, PingTimes> pingTimes() {
        return Collections.unmodifiableNavigableMap(pingTimes);
    }

    /// The same as it is reported.
    NavigableMap<Integer, OsdStat.PingTimes> reported() {
        NavigableMap<Integer, OsdStat.PingTimes> all = new TreeMap<>();
        long now = System.nanoTime();
        long seconds = OsdDaemon.now().seconds();
        pingTimes.forEach((osd, times) -> all.put(osd, times.reported((int) (seconds - (now - times.lastAt()) / 1_000_000_000L))));
        return all;
    }

    /// @param sent when the ping that it answers was sent
    void onReply(int osd, long sent) {
        long now = System.nanoTime();
        if (heard.containsKey(osd)) {
            pingTimes.computeIfAbsent(osd, o -> new PingTimes()).add(Math.max(0, now - sent), now);
        }
        if (heard.replace(osd, now) != null && reported.remove(osd) != null) {
            OsdMap map = daemon.map();
            daemon.monClient()
                    .send(new MOSDFailure(daemon.fsid(), osd, map.publicAddrs(osd), map.epoch(), 0, 0));
        }
    }
}
