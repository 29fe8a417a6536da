package dev.inkfish.mon.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a daemon tells about its machine (`collect_sys_info`).
public final class HostFacts {
    private HostFacts() {}

    public static Map<String, String> collect(String version) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("arch", System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch"));
        facts.put("ceph_release", "pacific");
        facts.put("ceph_version", version);
        facts.put("ceph_version_short", "16.2.15");
        facts.put("hostname", hostname());
        facts.put("kernel_version", System.getProperty("os.version"));
        facts.put("os", System.getProperty("os.name"));
        facts.put("device_ids", "");
        facts.put("device_paths", "");
        facts.put("devices", "");
        firstMatch(facts, "/proc/cpuinfo", "model name", "cpu");
        firstMatch(facts, "/proc/meminfo", "MemTotal", "mem_total_kb");
        firstMatch(facts, "/proc/meminfo", "SwapTotal", "mem_swap_kb");
        firstMatch(facts, "/etc/os-release", "ID", "distro");
        firstMatch(facts, "/etc/os-release", "PRETTY_NAME", "distro_description");
        firstMatch(facts, "/etc/os-release", "VERSION_ID", "distro_version");
        return facts;
    }

    /// The short host name.
    public static String hostname() {
        try {
            String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            return name.split("\\.", 2)[0];
        } catch (IOException e) {
            try {
                return InetAddress.getLocalHost().getHostName().split("\\.", 2)[0];
            } catch (UnknownHostException unknown) {
                return "localhost";
            }
        }
    }

    private static void firstMatch(Map<String, String> facts, String file, String key, String fact) {
        List<String> lines;
        try {
            lines = Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return;
        }
        for (String line : lines) {
            String[] parts = line.split("[:=]", 2);
            if (parts.length == 2 && parts[0].strip().equals(key)) {
                facts.put(fact, parts[1].strip().replace("\"", "").replace(" kB", ""));
                return;
            }
        }
    }
}
