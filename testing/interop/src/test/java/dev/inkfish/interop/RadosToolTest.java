package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// `rados`, as a new user types it.
class RadosToolTest {
    private static final String POOL = "radostool";
    private static Cluster cluster;

    @BeforeAll
    static void createPool() {
        cluster = Cluster.shared();
        cluster.ok("ceph osd pool create " + POOL + " 8");
    }

    @AfterAll
    static void removePool() {
        cluster.ok("ceph osd pool rm " + POOL + " " + POOL + " --yes-i-really-really-mean-it");
    }

    private static String rados(String arguments) {
        return cluster.ok("rados -p " + POOL + " " + arguments);
    }

    @Test
    void anObjectIsWrittenReadListedAndRemoved() {
        cluster.ok("head -c 5000000 /dev/urandom > big && rados -p " + POOL + " put big big");
        cluster.ok("rados -p " + POOL + " get big back && cmp big back");
        assertThat(rados("ls")).contains("big");
        assertThat(rados("stat big")).contains("size 5000000");
        rados("rm big");
        Cluster.Outcome gone = cluster.run("rados -p " + POOL + " stat big");
        assertThat(gone.code()).isNotZero();
        assertThat(gone.err()).contains("(2) No such file or directory");
    }

    @Test
    void attributesAndOmapAreKept() {
        rados("create tagged");
        rados("setxattr tagged colour blue");
        assertThat(rados("getxattr tagged colour")).isEqualTo("blue");
        assertThat(rados("listxattr tagged")).isEqualTo("colour");
        rados("rmxattr tagged colour");
        assertThat(rados("listxattr tagged")).isEmpty();
        rados("setomapval tagged k1 v1");
        rados("setomapval tagged k2 v2");
        assertThat(rados("listomapkeys tagged")).isEqualTo("k1\nk2");
        assertThat(rados("getomapval tagged k2")).contains("v2");
        rados("rmomapkey tagged k1");
        assertThat(rados("listomapkeys tagged")).isEqualTo("k2");
        rados("setomapheader tagged head");
        assertThat(rados("getomapheader tagged")).contains("head");
    }

    @Test
    void aPoolSnapshotKeepsTheOldContentAndCanBeRolledBackTo() {
        cluster.ok("echo old > old && echo new > new");
        rados("put snapped old");
        rados("mksnap before");
        rados("put snapped new");
        assertThat(rados("lssnap")).contains("before").contains("1 snaps");
        assertThat(rados("-s before get snapped -")).contains("old");
        assertThat(rados("get snapped -")).contains("new");
        rados("rollback snapped before");
        assertThat(rados("get snapped -")).contains("old");
        assertThat(rados("listsnaps snapped")).contains("head");
        rados("rmsnap before");
    }

    @Test
    void namespacesAreSeparate() {
        cluster.ok("echo x > x");
        rados("-N one put same x");
        rados("-N two put other x");
        assertThat(rados("-N one ls")).isEqualTo("same");
        assertThat(rados("--all ls")).contains("one\tsame").contains("two\tother");
    }

    @Test
    void locksAreTakenAndBroken() {
        rados("create locked");
        rados("lock get locked mylock --lock-cookie c1");
        assertThat(rados("lock info locked mylock")).contains("exclusive").contains("c1");
        assertThat(cluster.run("rados -p " + POOL + " lock get locked mylock --lock-cookie c2").code()).isNotZero();
        assertThat(rados("lock list locked")).contains("mylock");
        String locker = cluster.ok("rados -p " + POOL + " lock info locked mylock --format json"
                + " | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"lockers\"][0][\"name\"])'");
        rados("lock break locked mylock " + locker + " --lock-cookie c1");
        assertThat(rados("lock get locked mylock --lock-cookie c2")).isEmpty();
    }

    @Test
    void benchWritesAndReadsBack() {
        assertThat(rados("bench 2 write -b 4096 -t 16 --no-cleanup")).contains("Total writes made");
        assertThat(rados("bench 2 rand -t 16")).contains("Total reads made");
        rados("cleanup");
    }
}
