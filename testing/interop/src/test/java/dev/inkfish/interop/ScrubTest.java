package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Copies that go bad on one OSD: clients never see it, deep scrubs find it, `ceph pg repair` mends it, and what Ceph's
/// tools say of it is what they say of a real Ceph's.
class ScrubTest {
    private static final String POOL = "scrubbed";
    private static Cluster cluster;

    @BeforeAll
    static void createPool() {
        cluster = Cluster.fresh("--osds", "3");
        cluster.ok("ceph config set mon mon_data_avail_warn 1"); // its health is compared; the machine's disk is not ours
        cluster.ok("ceph osd pool create " + POOL + " 1 && ceph osd pool application enable " + POOL + " test"
                + " && ceph osd pool create snaps 1 && ceph osd pool application enable snaps test");
        cluster.ok("cat > act.sh <<'S'\n" + ACT + "S\n");
    }

    /// Runs a command on the only group of a pool and waits until that group was scrubbed, and is not being mended.
    private static final String ACT =
            """
            pool=$1; shift
            field() { ceph pg ls-by-pool $pool -f json | /usr/bin/python3 -c "import json,sys
            print(json.load(sys.stdin)['pg_stats'][0]['$1'])"; }
            before=$(field last_scrub_stamp)
            "$@" $(field pgid) >&2
            for i in $(seq 120); do
              [[ $(field last_scrub_stamp) != $before && $(field state) =~ ^active.clean(.inconsistent)?$ ]] && break
              sleep 0.25
            done
            field state
            """;

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String act(String pool, String what) {
        return cluster.ok("bash act.sh " + pool + " ceph pg " + what);
    }

    private static String health(String wanted) {
        return cluster.ok("for i in $(seq 60); do ceph health | grep -q '" + wanted + "' && break; sleep 0.25; done;"
                + " ceph health detail");
    }

    private static String inconsistent(String pool, String kind) {
        return cluster.ok("rados list-inconsistent-" + kind + " $(rados list-inconsistent-pg " + pool
                + " | grep -o '[0-9][0-9.a-f]*')");
    }

    /// Flips a byte where the OSD's disk holds the object.
    private static void corrupt(int osd, byte[] content) throws IOException {
        Path block = cluster.dir().resolve("osd." + osd + "/block");
        byte[] start = Arrays.copyOf(content, 4096);
        try (RandomAccessFile file = new RandomAccessFile(block.toFile(), "rw")) {
            byte[] page = new byte[4096];
            for (long at = 0; at < 256L << 20; at += page.length) {
                file.seek(at);
                file.readFully(page);
                if (Arrays.equals(page, start)) {
                    file.seek(at + 777);
                    file.write(page[777] ^ 0x10);
                    return;
                }
            }
        }
        throw new AssertionError("osd." + osd + " does not hold it");
    }

    @Test
    void damagedCopiesAreFoundListedAndMended() throws IOException {
        byte[] content = new byte[200_000];
        new Random(5).nextBytes(content);
        Files.write(cluster.dir().resolve("flip"), content);
        cluster.ok("head -c 200000 /dev/urandom > data; rados -p " + POOL + " put flipped flip; rados -p " + POOL
                + " put cut data; rados -p " + POOL + " put other data; rados -p " + POOL + " setomapval index k good; rados -p " + POOL + " put broken data");
        int[] acting = acting();
        assertThat(act(POOL, "deep-scrub")).isEqualTo("active+clean");

        corrupt(acting[1], content);
        cluster.ok("ceph tell osd." + acting[0] + " setomapval " + POOL + " index k bad");
        cluster.ok("ceph tell osd." + acting[2] + " truncobj " + POOL + " cut 10");
        cluster.ok("ceph tell osd." + acting[2] + " injectmdataerr " + POOL + " broken");
        assertThat(act(POOL, "deep-scrub")).isEqualTo("active+clean+inconsistent");

        String health = health("HEALTH_ERR");
        assertThat(health)
                .startsWith("HEALTH_ERR ")
                .containsPattern("(?m)^\\[ERR\\] OSD_SCRUB_ERRORS: \\d scrub errors$")
                .contains("[ERR] PG_DAMAGED: Possible data damage: 1 pg inconsistent")
                .contains(" is active+clean+inconsistent, acting [" + acting[0] + "," + acting[1] + "," + acting[2] + "]");
        String listed = inconsistent(POOL, "obj");
        assertThat(listed)
                .contains("\"name\":\"flipped\"", "\"name\":\"cut\"", "\"name\":\"index\"", "\"name\":\"broken\"")
                .doesNotContain("\"name\":\"other\",");
        assertThat(listed).contains("\"stat_error\"", "\"read_error\"", "\"omap_digest_mismatch\"", "\"obj_size_info_mismatch\"");
        assertThat(cluster.ok("ceph log last 100 debug cluster"))
                .contains("candidate had a read error", "candidate had a stat error", "candidate size 10 info size 200000"
                        + " mismatch", " deep-scrub 0 missing, 4 inconsistent objects");

        act(POOL, "repair");
        assertThat(health("HEALTH_OK")).isEqualTo("HEALTH_OK");
        assertThat(act(POOL, "deep-scrub")).isEqualTo("active+clean");
        assertThat(cluster.ok("ceph log last 3 debug cluster")).doesNotContain("ERR");
        cluster.ok("rados -p " + POOL + " get flipped got && cmp got flip");
        cluster.ok("for o in cut other broken; do rados -p " + POOL + " get $o got && cmp got data; done");
        assertThat(cluster.ok("rados -p " + POOL + " getomapval index k got > /dev/null; cat got")).isEqualTo("good");
        assertThat(cluster.ok("ceph tell osd." + acting[0] + " getomap " + POOL + " index")).isEqualTo("header= key=k val=good");
    }

    /// A change that must read a bad block, on the primary or on a replica, is acknowledged and on all copies afterwards;
    /// no OSD goes down for it.
    @Test
    void changesOfDamagedCopiesSucceed() {
        cluster.ok("head -c 100000 /dev/urandom > e; head -c 3000 /dev/urandom > f; cat e f > ef; for o in a b; do rados -p "
                + POOL + " put $o e; done");
        int[] acting = acting();
        cluster.ok("ceph tell osd." + acting[0] + " injectdataerr " + POOL + " a; ceph tell osd." + acting[1]
                + " injectdataerr " + POOL + " b");
        cluster.ok("for o in a b; do timeout 20 rados -p " + POOL + " append $o f && rados -p " + POOL
                + " get $o got && cmp got ef || exit 1; done");
        assertThat(cluster.ok("ceph osd stat")).startsWith("3 osds: 3 up");
        assertThat(act(POOL, "deep-scrub")).isEqualTo("active+clean");
    }

    private static int[] acting() {
        String json = cluster.ok("ceph pg map $(ceph pg ls-by-pool " + POOL + " | awk 'NR == 2 { print $1 }') -f json");
        String list = json.replaceAll(".*\"acting\":\\[([0-9,]*)\\].*", "$1");
        return Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    /// A scrub adds up what it sees; it must be what writes, snapshots and removals have counted.
    @Test
    void sumsAreThoseOfTheObjectsAfterSnapshotsAndRemovals() {
        cluster.ok("head -c 50000 /dev/urandom > s; for i in 1 2 3; do rados -p snaps put o$i s; done;"
                + " rados -p snaps mksnap one; head -c 20000 s > t; rados -p snaps put o1 t; rados -p snaps rm o2;"
                + " rados -p snaps setomapval o3 k v; rados -p snaps mksnap two; rados -p snaps truncate o3 100;"
                + " rados -p snaps append o1 t");
        assertThat(act("snaps", "deep-scrub")).isEqualTo("active+clean");
        cluster.ok("rados -p snaps rmsnap one; sleep 2");
        assertThat(act("snaps", "scrub")).isEqualTo("active+clean");
        assertThat(cluster.ok("ceph log last 100 debug cluster")).doesNotContain("stat mismatch");
    }
}
