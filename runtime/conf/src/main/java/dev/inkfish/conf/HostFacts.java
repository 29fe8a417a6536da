package dev.inkfish.conf;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a daemon tells about its machine (`collect_sys_info`).
public final class HostFacts {
    private HostFacts() {}

    public static Map<String, String> collect(String version) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("arch", machine());
        facts.put("ceph_release", "pacific");
        facts.put("ceph_version", version);
        facts.put("ceph_version_short", "16.2.15");
        facts.put("hostname", hostname());
        facts.put("kernel_version", System.getProperty("os.version"));
        facts.put("os", System.getProperty("os.name"));
        firstLine("/proc/sys/kernel/version", facts, "kernel_description");
        String container = System.getenv("CONTAINER_NAME");
        if (container != null && !container.isEmpty()) {
            facts.put("container_name", container);
        }
        firstMatch(facts, "/proc/cpuinfo", "model name", "cpu");
        firstMatch(facts, "/proc/meminfo", "MemTotal", "mem_total_kb");
        firstMatch(facts, "/proc/meminfo", "SwapTotal", "mem_swap_kb");
        firstMatch(facts, "/etc/os-release", "ID", "distro");
        firstMatch(facts, "/etc/os-release", "PRETTY_NAME", "distro_description");
        firstMatch(facts, "/etc/os-release", "VERSION_ID", "distro_version");
        return facts;
    }

    /// As `uname -m` says it.
    static String machine() {
        return System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
    }

    /// The block device that holds a directory, by its kernel name (`sda`); of a partition, the disk. Empty where the
    /// directory is on none.
    public static String device(Path directory) {
        try {
            Path node = Path.of(Files.getFileStore(directory).name());
            Path block = Path.of("/sys/class/block").resolve(node.toRealPath().getFileName());
            if (!Files.exists(block)) {
                return "";
            }
            Path disk = block.toRealPath();
            boolean partition = Files.exists(disk.resolve("partition"));
            return (partition ? disk.getParent() : disk).getFileName().toString();
        } catch (IOException | InvalidPathException e) {
            return "";
        }
    }

    /// What tells a device from all others: vendor, model and serial number, as udev or the kernel have them. Empty where
    /// neither knows them (`get_device_id` of `blkdev.cc`).
    public static String deviceId(String device) {
        if (device.isEmpty()) {
            return "";
        }
        Path block = Path.of("/sys/class/block", device);
        Map<String, String> udev = new TreeMap<>();
        try {
            String number = Files.readString(block.resolve("dev")).strip();
            for (String line : Files.readAllLines(Path.of("/run/udev/data/b" + number))) {
                String[] parts = line.split("[:=]", 3);
                if (parts.length == 3 && parts[0].equals("E")) {
                    udev.put(parts[1], parts[2]);
                }
            }
        } catch (IOException e) {
            // no udev: the kernel may know
        }
        String scsi = udev.getOrDefault("ID_SCSI_SERIAL", "");
        String id = scsi.isEmpty() ? udev.getOrDefault("ID_SERIAL", "")
                : udev.getOrDefault("ID_VENDOR", "") + "_" + udev.getOrDefault("ID_MODEL", "") + "_" + scsi;
        if (id.isEmpty()) {
            Map<String, String> known = new TreeMap<>();
            firstLine(block.resolve("device/model").toString(), known, "model");
            firstLine(block.resolve("device/serial").toString(), known, "serial");
            firstLine(block.resolve("serial").toString(), known, "serial");
            String serial = known.getOrDefault("serial", "");
            String model = known.getOrDefault("model", "");
            id = serial.isEmpty() || model.isEmpty() ? "" : model + "_" + serial;
        }
        return id.strip().replaceAll("[\\s,;=]+", "_");
    }

    /// Whether the kernel says that a device has turning disks.
    public static boolean isRotational(String device) {
        if (device.isEmpty()) {
            return false;
        }
        try {
            return Files.readString(Path.of("/sys/class/block", device, "queue/rotational")).strip().equals("1");
        } catch (IOException e) {
            return false;
        }
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

    private static void firstLine(String file, Map<String, String> facts, String fact) {
        try {
            facts.put(fact, Files.readString(Path.of(file)).strip());
        } catch (IOException e) {
            // a machine without that file tells less
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
