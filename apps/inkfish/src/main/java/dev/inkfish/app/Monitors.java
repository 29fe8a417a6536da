package dev.inkfish.app;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.conf.log.DaemonLogs;
import dev.inkfish.mon.daemon.MonConfig;
import dev.inkfish.mon.daemon.MonDaemon;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Monitors made from the configuration: those a cluster begins with, and those that join it later.
final class Monitors {
    private static final EntityAuthName SHARED = EntityAuthName.parse("mon.");

    private static final Logger LOG = LoggerFactory.getLogger(Monitors.class);
    private static final int PROBE_MILLIS = 1000;
    private static final long JOIN_NANOS = 120_000_000_000L;

    private Monitors() {}

    static boolean isMade(ConfFile file, String id) {
        return Files.exists(directory(Conf.of("mon", id, file)).resolve("store.db"));
    }

    private static Path directory(Conf conf) {
        return Path.of(conf.string("mon_data"));
    }

    /// Makes the stores of a new cluster's monitors. Nothing where one of them has its store: then the cluster is not
    /// new, and one without a store has lost it.
    static void makeFirst(ClusterDir dir) throws IOException {
        ConfFile file = dir.readConf();
        List<String> names = dir.monitors();
        if (names.stream().anyMatch(name -> isMade(file, name))) {
            return;
        }
        Conf conf = Conf.of("mon", names.getFirst(), file);
        List<EntityAddrVec> addrs = MonHosts.parse(conf.string("mon_host"));
        if (addrs.size() < names.size()) {
            throw new UserError("mon_host has " + addrs.size() + " addresses for the monitors " + names);
        }
        List<MonInfo> monitors = new ArrayList<>();
        Map<String, Path> directories = new TreeMap<>();
        for (int i = 0; i < names.size(); i++) {
            monitors.add(new MonInfo(names.get(i), addrs.get(i)));
            directories.put(names.get(i), directory(Conf.of("mon", names.get(i), file)));
        }
        MonMap first = MonMap.initial(UUID.fromString(conf.string("fsid")), monitors, Credentials.now());
        String keys = Daemons.usesCephx(conf) ? initialKeys(conf).print() : "";
        MonDaemon.mkfs(directories, first, Bytes.utf8(keys), conf);
    }

    /// The keys that a new cluster's monitors begin with.
    private static KeyRing initialKeys(Conf conf) throws IOException {
        for (Path file : Credentials.keyrings(conf)) {
            if (Files.isReadable(file)) {
                return Credentials.read(file);
            }
        }
        throw new UserError("no keyring for a monitor among " + Credentials.keyrings(conf));
    }

    /// Starts a monitor. One without a store joins the others, except the first that the configuration names, where no
    /// other one is there: it begins the cluster alone, and the others join it.
    static MonDaemon start(ConfFile file, String id, EventLoops loops, @Nullable LocalNetwork network)
            throws IOException {
        Conf conf = Conf.of("mon", id, file);
        DaemonLogs.add(conf);
        if (!isMade(file, id)) {
            List<String> names = names(conf);
            EntityAddrVec own = ownAddress(conf, id, names);
            boolean first = names.isEmpty() || names.getFirst().equals(id);
            if (first && own != null && !isAnotherThere(conf, own)) {
                UUID fsid = UUID.fromString(conf.string("fsid"));
                MonMap map = MonMap.initial(fsid, List.of(new MonInfo(id, own)), Credentials.now());
                String keys = Daemons.usesCephx(conf) ? initialKeys(conf).print() : "";
                MonDaemon.mkfs(directory(conf), id, map, Bytes.utf8(keys), conf);
            } else {
                join(conf, id, own);
            }
        }
        return MonDaemon.start(new MonConfig(id, directory(conf), conf, loops, network));
    }

    private static List<String> names(Conf conf) {
        String members = conf.string("mon_initial_members").strip();
        return members.isEmpty() ? List.of() : List.of(members.split("[,;\\s]+"));
    }

    /// From the monitor's own section, or its place in `mon_host`; null where neither says it.
    private static @Nullable EntityAddrVec ownAddress(Conf conf, String id, List<String> names) {
        String addr = conf.string("mon_addr");
        if (!addr.isEmpty()) {
            return MonHosts.parse(Conf.monAddr(addr)).getFirst();
        }
        List<EntityAddrVec> hosts = MonHosts.parse(conf.string("mon_host"));
        if (hosts.size() == 1 && names.size() <= 1) {
            return names.isEmpty() || names.contains(id) ? hosts.getFirst() : null;
        }
        int place = names.indexOf(id);
        return place >= 0 && place < hosts.size() ? hosts.get(place) : null;
    }

    private static boolean isAnotherThere(Conf conf, EntityAddrVec own) {
        for (EntityAddrVec host : MonHosts.parse(conf.string("mon_host"))) {
            if (!host.equals(own)) {
                try (Socket probe = new Socket()) {
                    probe.connect(host.front().toSocketAddress(), PROBE_MILLIS);
                    return true;
                } catch (IOException e) {
                    // nobody
                }
            }
        }
        return false;
    }

    /// The others may still be looking for each other.
    private static void join(Conf conf, String id, @Nullable EntityAddrVec own) throws IOException {
        ClientAuth auth = Daemons.usesCephx(conf)
                ? Credentials.of(SHARED, sharedKey(conf).key(), List.of())
                : NoneAuth.client(SHARED);
        long end = System.nanoTime() + JOIN_NANOS;
        try (AdminClient others = AdminClient.connect(conf, SHARED, auth)) {
            while (true) {
                try {
                    MonMap map = askForMap(others, id, own);
                    MonDaemon.mkfsToJoin(directory(conf), map, sharedKey(conf));
                    return;
                } catch (UserError e) {
                    if (System.nanoTime() > end || !String.valueOf(e.getMessage()).contains(AdminClient.SILENCE)) {
                        throw e;
                    }
                    LOG.info("mon.{} waits for the others: {}", id, e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        }
    }

    private static EntityAuth sharedKey(Conf conf) throws IOException {
        if (!Daemons.usesCephx(conf)) {
            return EntityAuth.of(Credentials.newKey(), Map.of("mon", "allow *"));
        }
        EntityAuth key = initialKeys(conf).find(SHARED);
        if (key == null) {
            throw new UserError("no key of mon. in " + Credentials.keyrings(conf));
        }
        return key;
    }

    private static MonMap askForMap(AdminClient others, String id, @Nullable EntityAddrVec own)
            throws InterruptedException {
        MonMap map = getMap(others);
        if (map.rankOf(id) >= 0) {
            return map;
        }
        if (own == null) {
            throw new UserError("mon." + id + " is not in the monitor map: 'ceph mon add " + id
                    + " ADDRESS' first, or give its 'mon addr' in section [mon." + id + "]");
        }
        others.command("{\"prefix\":\"mon add\",\"name\":\"" + id + "\",\"addr\":\"" + text(own) + "\"}");
        return getMap(others);
    }

    private static String text(EntityAddrVec addrs) {
        return addrs.addrs().stream().map(addr -> addr.kind().text() + ":" + addr.hostAndPort())
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static MonMap getMap(AdminClient others) throws InterruptedException {
        return MonMap.decode(others.run("{\"prefix\":\"mon getmap\"}", Bytes.EMPTY).reader());
    }
}
