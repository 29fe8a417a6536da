package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.jspecify.annotations.Nullable;

/// Disks that are really full: an OSD and a monitor on small file systems of their own, filled by a foreign file. Needs
/// root and loop devices.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FullDiskTest {
    private static final String SETTINGS = """
            [global]
            osd_store_size = 256M
            osd_journal_size = 32M
            osd_pool_default_size = 1
            osd_pool_default_min_size = 1
            mon_allow_pool_size_one = true
            """;
    /// Takes all that is left of a file system, to the last byte.
    private static final String FILL = """
            python3 - %s <<'P'
            import os, sys
            file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
            for size in (1 << 20, 4096, 512):
                try:
                    while True:
                        os.write(file, bytes(size))
                except OSError:
                    pass
            P
            """;
    /// Writes one object after the other until that no longer goes; what was acknowledged stands in `acked`.
    private static final String WRITER = """
            timeout 40 /usr/bin/python3 - > writer.log 2>&1 <<'P'
            import os, rados, threading
            cluster = rados.Rados(conffile=os.environ["CEPH_CONF"])
            cluster.connect()
            io = cluster.open_ioctx("full")
            with open("acked", "w") as acked:
                for i in range(100000):
                    io.write_full("w%d" % i, b"%08d" % i * 8192)
                    acked.write("%d\\n" % i)
                    acked.flush()
            P
            """;
    private static final String READER = """
            timeout 100 /usr/bin/python3 - <<'P'
            import os, rados
            cluster = rados.Rados(conffile=os.environ["CEPH_CONF"])
            cluster.connect()
            io = cluster.open_ioctx("full")
            count = 0
            for line in open("acked"):
                i, count = int(line), count + 1
                assert io.read("w%d" % i, 100000) == b"%08d" % i * 8192, i
            print(count)
            P
            """;

    private static @Nullable Path dir;
    private static @Nullable Cluster started;

    @BeforeAll
    static void start() throws IOException {
        dir = Files.createTempDirectory("inkfish-full");
        for (String each : List.of("osd.0 400M", "mon.a 100M")) {
            String name = each.split(" ")[0];
            Process mount = new ProcessBuilder("bash", "-c", "mkdir " + name + " && truncate -s " + each.split(" ")[1] + " "
                    + name + ".img && mkfs.ext4 -q -m 0 " + name + ".img && mount -o loop " + name + ".img " + name)
                    .directory(dir.toFile()).redirectErrorStream(true).start();
            String said = new String(mount.getInputStream().readAllBytes());
            if (!succeeded(mount)) {
                abort("needs root and loop devices: " + said.strip());
            }
        }
        Files.writeString(dir.resolve("settings"), SETTINGS);
        started = Cluster.in(dir, "--osds", "1", "--processes", "--conf", dir.resolve("settings").toString());
        cluster().ok("ceph osd pool create full 8 && ceph osd pool application enable full x && head -c 4M /dev/urandom > object");
    }

    private static boolean succeeded(Process process) {
        try {
            return process.waitFor() == 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (dir == null) {
            return;
        }
        // what was started again by hand is nobody's child; the clusters of other tests live elsewhere
        String end = "cd " + dir + "; pids=$(pgrep -f '[d]ev.inkfish.app.Main .*" + dir + "'); kill $pids; for i in $(seq 100); do"
                + " kill -0 $pids || break; sleep 0.1; done; kill -9 $pids; umount osd.0 mon.a || umount -l osd.0 mon.a; true";
        succeeded(new ProcessBuilder("bash", "-c", end).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
        if (started != null) {
            started.close();
        }
        succeeded(new ProcessBuilder("rm", "-rf", "--one-file-system", dir.toString()).start());
    }

    private static Cluster cluster() {
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    /// Lets only so many bytes be free on a daemon's disk.
    private static void leave(String daemon, long bytes) {
        cluster().ok("have=$(df --output=avail -B1 " + daemon + " | tail -1); fallocate -l $((have - " + bytes + ")) "
                + daemon + "/foreign-" + bytes);
    }

    private static String awaitHealth(String text) {
        return cluster().ok("timeout 60 bash -c \"until ceph health detail > health && grep -q '" + text
                + "' health; do sleep 0.3; done\"; cat health");
    }

    private static ProcessHandle processOf(String daemon) {
        String pid = cluster().ok("pgrep -f 'dev.inkfish.app.Main " + daemon.replace(".", " --id ") + " .*" + dir + "'");
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    /// The shell command that starts a daemon again.
    private static String commandOf(ProcessHandle daemon) {
        return cluster().ok("tr '\\0' '\\n' < /proc/" + daemon.pid() + "/cmdline | sed \"s/.*/'&'/\" | tr '\\n' ' '");
    }

    private static void awaitEnd(ProcessHandle daemon) {
        cluster().ok("timeout 60 bash -c 'while test -e /proc/" + daemon.pid()
                + " && ! grep -q \"^State:.*Z\" /proc/" + daemon.pid() + "/status; do sleep 0.2; done'");
    }

    @Test
    @Order(1)
    void writesStopBeforeTheDiskIsFullAndGoOnOnceThereIsRoom() {
        cluster().ok("rados -p full put before object");
        cluster().ok("head -c 100M /dev/urandom > large && rados -p full put large large");
        leave("osd.0", 30 << 20);
        assertThat(awaitHealth("OSD_NEARFULL")).contains("1 nearfull osd(s)", "osd.0 is near full", "pool 'full' is nearfull");
        leave("osd.0", 22 << 20);
        assertThat(awaitHealth("OSD_BACKFILLFULL")).contains("osd.0 is backfill full");
        leave("osd.0", 15 << 20);
        assertThat(awaitHealth("OSD_FULL")).contains("HEALTH_ERR", "osd.0 is full", "pool 'full' is full (no space)");
        assertThat(cluster().run("timeout 3 rados -p full put blocked object").code()).isEqualTo(124);
        cluster().ok("rados -p full get before got && cmp got object");
        cluster().ok("rm osd.0/foreign-*");
        cluster().ok("timeout 60 rados -p full put blocked object && rados -p full get blocked got && cmp got object");
        assertThat(cluster().ok("timeout 30 bash -c 'while ceph health | grep -i full; do sleep 0.3; done'; ceph health"))
                .doesNotContain("full");
    }

    @Test
    @Order(2)
    void anOsdWithoutAByteLeftEndsAndHasAllThatItAcknowledgedOnceThereIsRoom() {
        ProcessHandle osd = processOf("osd.0");
        String again = commandOf(osd);
        cluster().ok("(" + WRITER + ") & timeout 60 bash -c 'until grep -q 20 acked; do sleep 0.1; done'\n"
                + FILL.formatted("osd.0/foreign"));
        awaitEnd(osd);
        assertThat(cluster().ok("cat run/osd.0.log")).contains("osd.0 stops, its store failed: ", "No space left on device");
        assertThat(awaitHealth("OSD_DOWN")).contains("1 osds down");
        cluster().ok("rm osd.0/foreign; setsid nohup " + again + " > again.log 2>&1 < /dev/null &");
        cluster().ok("timeout 100 bash -c \"until ceph osd stat | grep '1 up'; do sleep 0.3; done\"");
        int count = Integer.parseInt(cluster().ok(READER));
        System.out.printf("%d acknowledged writes before the last byte was gone, all there%n", count);
        assertThat(count).isGreaterThan(19);
    }

    @Test
    @Order(3)
    void aMonitorWarnsOfItsDiskAndKeepsWhatItAcknowledgedWhenItIsFull() {
        ProcessHandle monitor = processOf("mon.a");
        String again = commandOf(monitor);
        long size = Long.parseLong(cluster().ok("df --output=size -B1 mon.a | tail -1"));
        leave("mon.a", size / 5);
        assertThat(awaitHealth("MON_DISK_LOW")).contains("mon a is low on available space", "mon.a has 19% avail");
        leave("mon.a", size / 25);
        assertThat(awaitHealth("MON_DISK_CRIT")).contains("HEALTH_ERR", "mon a is very low on available space");
        cluster().ok(FILL.formatted("mon.a/foreign"));
        cluster().ok("head -c 60000 /dev/urandom > value; timeout 40 /usr/bin/python3 - <<'P'\n" + """
                import json, os, rados
                cluster = rados.Rados(conffile=os.environ["CEPH_CONF"], conf={"rados_mon_op_timeout": "5"})
                cluster.connect()
                value = open("value", "rb").read()
                with open("kept", "w") as kept:
                    for i in range(1000):
                        command = json.dumps({"prefix": "config-key set", "key": "full/%d" % i})
                        try:
                            if cluster.mon_command(command, value)[0] != 0:
                                break
                        except rados.Error:
                            break
                        kept.write("full/%d\\n" % i)
                        kept.flush()
                os._exit(0)
                P
                true
                """);
        awaitEnd(monitor);
        assertThat(cluster().run("timeout 60 " + again + " 2>&1").out()).contains(
                "monitor data filesystem reached concerning levels of available storage space (available: 0%");
        cluster().ok("rm mon.a/foreign*; setsid nohup " + again + " > mon-again.log 2>&1 < /dev/null &");
        cluster().ok("timeout 100 bash -c 'until timeout 5 ceph health; do sleep 0.3; done'");
        cluster().ok("tail -n 2 kept | while read key; do ceph config-key get $key -o got && cmp got value || exit 1; done");
        assertThat(cluster().ok("wc -l < kept")).isNotEqualTo("0");
    }
}
