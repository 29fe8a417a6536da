package dev.inkfish.osd.daemon;

import dev.inkfish.conf.Conf;
import dev.inkfish.conf.HostFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What an OSD tells of itself when it boots (`ceph osd metadata`).
final class OsdFacts {
    private OsdFacts() {}

    static Map<String, String> collect(OsdDaemon daemon) {
        Map<String, String> facts = new TreeMap<>(HostFacts.collect(version()));
        Conf conf = daemon.config().conf();
        facts.put("hostname", conf.hostname());
        String device = device(daemon);
        String rotational = HostFacts.isRotational(device) ? "1" : "0";
        facts.put("front_addr", daemon.publicMessenger().addrs().toString());
        facts.put("hb_front_addr", daemon.publicMessenger().addrs().toString());
        facts.put("back_addr", daemon.clusterMessenger().addrs().toString());
        facts.put("hb_back_addr", daemon.clusterMessenger().addrs().toString());
        facts.put("front_iface", "");
        facts.put("back_iface", "");
        facts.put("osd_data", conf.string("osd_data"));
        facts.put("osd_objectstore", conf.string("osd_objectstore"));
        facts.put("osdspec_affinity", "");
        facts.put("rotational", rotational);
        facts.put("journal_rotational", rotational);
        facts.put("default_device_class", deviceClass(daemon));
        String id = HostFacts.deviceId(device);
        facts.put("device_ids", id.isEmpty() ? "" : device + "=" + id);
        facts.put("device_paths", "");
        facts.put("devices", device);
        return facts;
    }

    /// On which its store lies; empty where that is in memory.
    static String device(OsdDaemon daemon) {
        Conf conf = daemon.config().conf();
        return conf.string("osd_objectstore").equals("memstore") ? "" : HostFacts.device(Path.of(conf.string("osd_data")));
    }

    /// The device class that an OSD puts itself into: `hdd` or `ssd`.
    static String deviceClass(OsdDaemon daemon) {
        return HostFacts.isRotational(device(daemon)) ? "hdd" : "ssd";
    }

    static String version() {
        return "ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable)";
    }

    /// Where in the CRUSH map we belong, as the arguments of a command (`CrushLocation`): `crush_location`, or our host.
    static List<String> location(Conf conf) {
        String configured = conf.string("crush_location").strip();
        return configured.isEmpty()
                ? List.of("host=" + conf.hostname(), "root=default")
                : List.of(configured.split("[,;\\s]+"));
    }
}
