package dev.inkfish.osd.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// What an OSD tells of itself when it boots (`ceph osd metadata`).
final class OsdFacts {
    private OsdFacts() {}

    static Map<String, String> collect(OsdDaemon daemon) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("arch", System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch"));
        facts.put("ceph_release", "pacific");
        facts.put("ceph_version", version());
        facts.put("ceph_version_short", "16.2.15");
        facts.put("hostname", hostname());
        facts.put("kernel_version", System.getProperty("os.version"));
        facts.put("os", System.getProperty("os.name"));
        facts.put("front_addr", daemon.publicMessenger().addrs().toString());
        facts.put("hb_front_addr", daemon.publicMessenger().addrs().toString());
        facts.put("back_addr", daemon.clusterMessenger().addrs().toString());
        facts.put("hb_back_addr", daemon.clusterMessenger().addrs().toString());
        facts.put("osd_data", daemon.config().conf().string("osd_data"));
        facts.put("osd_objectstore", daemon.config().conf().string("osd_objectstore"));
        facts.put("rotational", "0");
        facts.put("default_device_class", "ssd");
        facts.put("device_ids", "");
        facts.put("device_paths", "");
        facts.put("devices", "");
        return facts;
    }

    static String version() {
        return "ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable)";
    }

    static String hostname() {
        try {
            String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            int dot = name.indexOf('.');
            return dot < 0 ? name : name.substring(0, dot);
        } catch (IOException e) {
            return "localhost";
        }
    }
}
