package dev.inkfish.osd.daemon;

import dev.inkfish.conf.Conf;
import dev.inkfish.net.Connection;
import dev.inkfish.net.MonClient;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.message.MConfig;
import dev.inkfish.wire.message.MMgrMap;
import dev.inkfish.wire.message.MOSDBoot;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.message.MOSDMarkMeDown;
import dev.inkfish.wire.message.MOSDPGCreate2;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.LogEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The session with the monitors: maps come in, and whenever the newest map does not show us as up, we ask
/// for it (`OSD::start_boot`). On the control thread; the callbacks of [MonClient] only hand over.
final class OsdBoot implements MonClient.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(OsdBoot.class);
    private static final long AGAIN_MILLIS = 2000;

    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final OsdDaemon daemon;
    /// The monitors' newest epoch when we last asked; we boot when we have it.
    private long newestKnown = Long.MAX_VALUE;
    private long askedAt;
    private long lastBeacon;
    /// We are up only in maps after this one: the epoch in which our addresses were taken.
    private int boundIn;
    /// The map that first showed us up since the process began, or 0.
    private int firstUp;
    private boolean wasUp;
    private boolean exists;
    private boolean placed;
    /// There was a session with a monitor.
    private boolean known;
    /// Since when monitors refuse us, by `System.nanoTime`, or 0.
    private long refusedSince;
    /// When maps said that we are down, by `System.nanoTime`.
    private final Deque<Long> markdowns = new ArrayDeque<>();

    OsdBoot(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    void start() {
        daemon.monClient().start();
        daemon.monClient().subscribe("osdmap", daemon.maps().newest() + 1);
        daemon.monClient().subscribe("mgrmap", 0);
        daemon.monClient().subscribe("config", 0);
        daemon.monClient().subscribe("osd_pg_creates", 0);
        daemon.heartbeats().onMap(daemon.map());
    }

    @Override
    public void onSession(long globalId) {
        daemon.control(() -> {
            known = true;
            daemon.monLink().onSession();
            daemon.heartbeats().onSession();
            if (placed || !daemon.config().conf().flag("osd_crush_update_on_start")) {
                askNewest();
            } else {
                place();
            }
        });
    }

    /// Tells our device class, unless we have one (`OSD::update_crush_device_class`), then our place.
    private void place() {
        if (!daemon.config().conf().flag("osd_class_update_on_start")) {
            placeInTree();
            return;
        }
        String command = String.format(
                "{\"prefix\": \"osd crush set-device-class\", \"class\": \"%s\", \"ids\": [\"%d\"]}",
                OsdFacts.deviceClass(daemon),
                daemon.whoami());
        daemon.monClient().command(command, Bytes.EMPTY, (code, status, output) -> daemon.control(() -> {
            // busy: somebody has chosen another class; not there: before the first boot
            if (code < 0 && code != Errno.EBUSY.code() && code != Errno.ENOENT.code()) {
                LOG.warn("osd.{}: cannot tell its device class: {} ({})", daemon.whoami(), status, code);
            }
            placeInTree();
        }));
    }

    /// Puts us into the CRUSH map where we belong, or leaves us where somebody put us
    /// (`OSD::update_crush_location`).
    private void placeInTree() {
        double configured = daemon.config().conf().decimal("osd_crush_initial_weight");
        double size = daemon.config().store().stats().total() / (double) (1L << 40);
        double weight = configured >= 0 ? configured : Math.max(0.00001, size);
        String command = String.format(
                java.util.Locale.ROOT,
                "{\"prefix\": \"osd crush create-or-move\", \"id\": %d, \"weight\": %.4f, \"args\": [%s]}",
                daemon.whoami(),
                weight,
                OsdFacts.location(daemon.config().conf()).stream()
                        .map(each -> "\"" + each.replace("\"", "") + "\"")
                        .collect(Collectors.joining(", ")));
        daemon.monClient().command(command, Bytes.EMPTY, (code, status, output) -> daemon.control(() -> {
            boolean unknown = code == Errno.ENOENT.code() && !wasUp; // before its first boot; asked again after it
            if (code < 0 && !unknown) {
                LOG.warn("osd.{}: cannot be placed in the CRUSH map: {} ({})", daemon.whoami(), status, code);
            }
            placed = code >= 0;
            if (!wasUp) {
                askNewest();
            }
        }));
    }

    @Override
    public void onRefused(int code, String reason) {
        LOG.warn("osd.{}: a monitor refuses: {} ({})", daemon.whoami(), reason, code);
        if (code == Errno.EACCES.code() || code == Errno.EPERM.code()) {
            long now = System.nanoTime();
            daemon.control(() -> notLetIn(reason, now));
        }
    }

    /// One whose key the monitors do not know does not look as if it ran. One that was let in goes on asking.
    private void notLetIn(String reason, long now) {
        refusedSince = refusedSince == 0 ? now : refusedSince;
        if (!known && !daemon.isStopping() && now - refusedSince > REFUSED_NANOS) {
            LOG.error("osd.{} ends, the monitors do not let it in: {}", daemon.whoami(), reason);
            daemon.abort();
        }
    }

    @Override
    public void onMessage(Connection connection, Message message, long tid) {
        daemon.control(() -> handle(message));
    }

    private void askNewest() {
        daemon.monClient().getVersion("osdmap", (newest, oldest) -> daemon.control(() -> {
            newestKnown = newest;
            bootIfReady();
        }));
    }

    /// Maps from another OSD: newer ones than we have, not all that we need.
    void fromPeer(MOSDMap maps) {
        onMaps(maps, false);
    }

    private void handle(Message message) {
        switch (message) {
            case MOSDMap maps -> onMaps(maps, true);
            case MMgrMap mgr -> daemon.reporter().onMgrMap(mgr.map());
            case MConfig config -> daemon.config().conf().replaceLayer(Conf.Layer.MON, config.config());
            case MOSDMarkMeDown ack -> daemon.onMarkedDown();
            case MOSDPGCreate2 create -> onCreate(create);
            default -> LOG.debug("osd.{}: monitor sent {}", daemon.whoami(), message);
        }
    }

    /// The monitors name groups that nobody has yet, new ones or ones that begin anew, to their primary.
    private void onCreate(MOSDPGCreate2 create) {
        int oldest = daemon.maps().superblock().oldestMap();
        create.pgs().forEach((pgid, created) -> {
            if (created.epoch() < oldest) {
                LOG.warn("osd.{}: no map {} any more to make {} in", daemon.whoami(), created.epoch(), pgid);
            } else {
                PgHistory history = create.histories().getOrDefault(pgid, PgHistory.created(created.epoch()));
                OsdShard shard = daemon.shardOf(pgid.pgid());
                shard.post(() -> shard.make(pgid, history, create.epoch(), oldest));
            }
        });
    }

    private void onMaps(MOSDMap message, boolean fromMonitor) {
        daemon.mapShare().learn(message);
        List<List<OsdMapView>> taken = new ArrayList<>();
        taken.add(daemon.maps().take(message, fromMonitor, () -> daemon.control(() -> {
            List<OsdMapView> fresh = taken.getFirst();
            daemon.publish(fresh);
            afterMaps();
        })));
        daemon.monClient().received("osdmap", daemon.maps().newest());
        if (taken.getFirst().isEmpty() && message.newest() > daemon.maps().newest()) {
            daemon.monClient().subscribe("osdmap", daemon.maps().newest() + 1); // a gap
        }
    }

    private void afterMaps() {
        boolean up = isUp(daemon.map());
        if (!daemon.isStopping() && mustGo()) {
            return;
        }
        if (up && !wasUp) {
            LOG.info("osd.{} is up in map {}", daemon.whoami(), daemon.map().epoch());
            firstUp = firstUp == 0 ? daemon.map().epoch() : firstUp;
            daemon.heartbeats().forget();
            daemon.maps().note(daemon.map().epoch(), daemon.maps().superblock().cleanThru());
            lastBeacon = 0;
            daemon.reporter().onUp();
            if (!placed && daemon.config().conf().flag("osd_crush_update_on_start")) {
                wasUp = true;
                place();
            }
        } else if (!up && wasUp && !daemon.isStopping()) {
            startAgain();
        }
        wasUp = up;
        bootIfReady();
    }

    /// One that runs does not come back by itself once somebody has removed or stopped it.
    private boolean mustGo() {
        OsdMap map = daemon.map();
        boolean existed = exists;
        exists = map.exists(daemon.whoami());
        if (existed && !exists) {
            resign("map says i do not exist");
        } else if (wasUp && map.hasState(daemon.whoami(), OsdMap.STOP)) {
            resign("map says i am stopped by admin");
        } else {
            return false;
        }
        return true;
    }

    private void resign(String why) {
        LOG.warn("osd.{}: {}. shutting down.", daemon.whoami(), why);
        daemon.end(OsdDaemon.Ending.RESIGNED);
    }

    /// The map says that we are down, or elsewhere, and we run: peers are to see a new instance, so that nothing which
    /// is still under way between the old ones counts.
    private void startAgain() {
        OsdMap map = daemon.map();
        int osd = daemon.whoami();
        EntityAddrVec before = daemon.clusterMessenger().addrs();
        LOG.warn("osd.{}: map {} wrongly says that we are down", osd, map.epoch());
        daemon.monClient().log(
                LogEntry.WARN,
                "cluster",
                map.isUp(osd)
                        ? "map e" + map.epoch() + " had wrong addresses of osd." + osd
                        : "Monitor daemon marked osd." + osd + " down, but it is still running");
        daemon.monClient().log(
                LogEntry.DEBUG,
                "cluster",
                "map e" + map.epoch() + " wrongly marked me down at e" + map.osdInfo(osd).downAt());
        if (tooOften()) {
            daemon.end(OsdDaemon.Ending.RESIGNED);
            return;
        }
        daemon.clusterMessenger().rebind();
        LOG.info("osd.{}: new addresses {}, before {}", osd, daemon.clusterMessenger().addrs(), before);
        boundIn = map.epoch();
        askedAt = 0;
        newestKnown = Long.MAX_VALUE;
        askNewest();
    }

    /// An OSD that is marked down again and again, and comes back each time, does more harm than good.
    private boolean tooOften() {
        long now = System.nanoTime();
        long period = daemon.config().conf().integer("osd_max_markdown_period");
        long most = daemon.config().conf().integer("osd_max_markdown_count");
        markdowns.addLast(now);
        while (now - markdowns.getFirst() > period * 1_000_000_000L) {
            markdowns.removeFirst();
        }
        if (markdowns.size() > most) {
            LOG.error("osd.{} marked down {} > osd_max_markdown_count {} in last {}.000000 seconds, shutting down",
                    daemon.whoami(), markdowns.size(), most, period);
            return true;
        }
        return false;
    }

    /// Whether the map shows this very instance.
    private boolean isUp(OsdMap map) {
        return map.isUp(daemon.whoami())
                && map.osdInfo(daemon.whoami()).upFrom() > boundIn
                && map.publicAddrs(daemon.whoami()).equals(daemon.publicMessenger().addrs())
                && map.clusterAddrs(daemon.whoami()).equals(daemon.clusterMessenger().addrs());
    }

    private void bootIfReady() {
        OsdMap map = daemon.map();
        boolean current = map.epoch() >= newestKnown;
        boolean waiting = System.currentTimeMillis() - askedAt < AGAIN_MILLIS;
        if (!current || waiting || isUp(map) || daemon.isStopping() || !daemon.health().isHealthy()) {
            return;
        }
        if (map.isDestroyed(daemon.whoami())) {
            resign("osdmap says I am destroyed");
            return;
        }
        askedAt = System.currentTimeMillis();
        EntityAddrVec cluster = daemon.clusterMessenger().addrs();
        daemon.monClient()
                .send(new MOSDBoot(
                        map.epoch(),
                        daemon.maps().superblock(),
                        cluster,
                        cluster,
                        firstUp,
                        daemon.publicMessenger().addrs(),
                        new TreeMap<>(OsdFacts.collect(daemon)),
                        Features.PACIFIC));
    }

    /// Once a second: asks again where nothing came, sends the beacon.
    void tick() {
        if (!isUp(daemon.map())) {
            bootIfReady();
            return;
        }
        long period = daemon.config().conf().integer("osd_beacon_report_interval") * 1000;
        if (System.currentTimeMillis() - lastBeacon >= period) {
            lastBeacon = System.currentTimeMillis();
            beacon();
        }
    }

    /// At once, if the map has this OSD.
    void sendBeacon() {
        if (isUp(daemon.map())) {
            lastBeacon = System.currentTimeMillis();
            beacon();
        }
    }

    private void beacon() {
        List<PgId> groups = new ArrayList<>();
        int[] oldest = {daemon.map().epoch()};
        int[] oldestOnDisk = {daemon.map().epoch()};
        int[] left = {daemon.shards().size()};
        for (OsdShard shard : daemon.shards()) {
            shard.post(() -> {
                List<PgId> ours = new ArrayList<>();
                int clean = Integer.MAX_VALUE;
                int onDisk = Integer.MAX_VALUE;
                for (var pg : shard.table().groups()) {
                    onDisk = Math.min(onDisk, pg.epochOnDisk());
                    if (pg.isPrimary()) {
                        ours.add(pg.pgid().pgid());
                        clean = Math.min(clean, pg.isClean() ? pg.epoch() : pg.info().history().lastEpochClean());
                    }
                }
                int shardClean = clean;
                int shardOnDisk = onDisk;
                daemon.control(() -> {
                    groups.addAll(ours);
                    oldest[0] = Math.min(oldest[0], shardClean);
                    oldestOnDisk[0] = Math.min(oldestOnDisk[0], shardOnDisk);
                    if (--left[0] == 0) {
                        daemon.monLink().beacon(groups, oldest[0]);
                        daemon.maps().trim(oldestOnDisk[0]);
                    }
                });
            });
        }
    }
}
