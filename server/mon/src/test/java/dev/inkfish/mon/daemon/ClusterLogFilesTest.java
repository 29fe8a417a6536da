package dev.inkfish.mon.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.inkfish.conf.Conf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterLogFilesTest {
    @TempDir
    Path dir;

    @Test
    void channelsHaveFilesOfTheirOwn() {
        String ceph = "default=/var/log/ceph/ceph.$channel.log cluster=/var/log/ceph/ceph.log";
        assertEquals("/var/log/ceph/ceph.log", ClusterLogFiles.fileOf(ceph, "cluster"));
        assertEquals("/var/log/ceph/ceph.audit.log", ClusterLogFiles.fileOf(ceph, "audit"));
        assertEquals("/x/all.log", ClusterLogFiles.fileOf("/x/all.log", "audit"));
        assertEquals("", ClusterLogFiles.fileOf("", "audit"));
    }

    @Test
    void linesBelowTheLevelAreLeftOut() throws IOException {
        Conf conf = new Conf("mon", "a");
        conf.set(Conf.Layer.FILE, "mon_cluster_log_file", dir + "/ceph.$channel.log");
        conf.set(Conf.Layer.FILE, "mon_cluster_log_file_level", "info");
        ClusterLogFiles files = new ClusterLogFiles(conf);
        files.write("audit", 0, "debug");
        files.write("audit", 1, "info");
        files.write("audit", 4, "error");
        assertEquals("info\nerror\n", Files.readString(dir.resolve("ceph.audit.log")));
        conf.set(Conf.Layer.FILE, "mon_cluster_log_to_file", "false");
        files.write("cluster", 4, "error");
        assertFalse(Files.exists(dir.resolve("ceph.cluster.log")));
    }
}
