package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What an operator does to a cluster that is in use: marking OSDs down and out, pausing, quotas, sizes. What
/// clients then see is what they see on Ceph 16.
class ClusterStatesTest {
    private static final String POOL = "states";
    private static Cluster cluster;

    @BeforeAll
    static void createPool() {
        cluster = Cluster.fresh("--osds", "3");
        cluster.ok("ceph osd pool create " + POOL + " 16 && echo x > x");
        cluster.ok("cat > write.py <<'P'\n" + WRITER + "P\ncat > check.py <<'P'\n" + CHECKER + "P\n");
        awaitClean();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void awaitClean() {
        cluster.ok("for i in $(seq 120); do ceph pg stat | grep -Eq '^[0-9]+ pgs: [0-9]+ active.clean;' && exit 0; sleep 0.5;"
                + " done; ceph pg stat >&2; exit 1");
    }

    private static void write(String prefix, int count) {
        cluster.ok("timeout 60 /usr/bin/python3 write.py " + POOL + " " + prefix + " " + count);
    }

    private static void check() {
        assertThat(cluster.ok("timeout 60 /usr/bin/python3 check.py " + POOL)).startsWith("all ");
    }

    @Test
    void osdsThatAreMarkedDownWhileClientsWriteComeBack() {
        cluster.ok("(timeout 60 /usr/bin/python3 write.py " + POOL + " down 800 > /dev/null &) ; ceph osd down 1; sleep 1;"
                + " ceph osd down 2; sleep 1");
        awaitClean();
        check();
    }

    @Test
    void anOsdThatMayNotComeUpIsRecoveredWhenItMay() {
        cluster.ok("ceph osd set noup && ceph osd down 1 && sleep 1");
        write("noup", 200);
        assertThat(cluster.ok("ceph -s")).contains("2 up").contains("degraded");
        cluster.ok("ceph osd unset noup");
        awaitClean();
        check();
    }

    @Test
    void anOsdThatIsOutHoldsNothingAndTakesItBackWhenItIsIn() {
        cluster.ok("ceph osd out 1 && sleep 1");
        write("out", 200);
        cluster.ok("ceph osd in 1");
        awaitClean();
        check();
    }

    @Test
    void aPausedClusterHoldsClientsBack() {
        cluster.ok("ceph osd set pause");
        assertThat(cluster.run("timeout 3 rados -p " + POOL + " -N p put paused x").code()).isEqualTo(124);
        cluster.ok("ceph osd unset pause");
        cluster.ok("timeout 10 rados -p " + POOL + " -N p put paused x");
    }

    @Test
    void clientsAreToldToWaitWhileAGroupHasTooFewMembers() {
        cluster.ok("ceph osd set noup && ceph osd down 0 1 && sleep 1");
        cluster.ok("(timeout 60 rados -p " + POOL + " put held x --debug-ms 1 > held.log 2>&1; echo $? > held.rc) > /dev/null 2>&1 &"
                + " for i in $(seq 40); do grep -q 'osd_backoff.* ack-block' held.log && exit 0; sleep 0.5; done; exit 1");
        cluster.ok("ceph osd unset noup; for i in $(seq 80); do test -s held.rc && break; sleep 0.5; done;"
                + " grep -q 'osd_backoff.* unblock' held.log && grep -qx 0 held.rc && rados -p " + POOL + " rm held");
        awaitClean();
    }

    @Test
    void aPoolAtItsQuotaTakesNothingButRemovals() {
        cluster.ok("ceph osd pool create quota 1 && ceph osd pool set-quota quota max_objects 2");
        cluster.ok("rados -p quota put a x && rados -p quota put b x");
        cluster.ok("for i in $(seq 60); do ceph osd dump | grep -q 'full_quota max_objects 2' && exit 0; sleep 0.5; done; exit 1");
        assertThat(cluster.run("timeout 3 rados -p quota put c x").code()).isEqualTo(124);
        assertThat(cluster.ok("ceph health detail")).contains("pool 'quota' is full (running out of quota)");
        cluster.ok("timeout 10 rados -p quota rm a --force-full");
        cluster.ok("ceph osd pool set-quota quota max_objects 0");
        cluster.ok("timeout 20 rados -p quota put c x");
        cluster.ok("ceph osd pool rm quota quota --yes-i-really-really-mean-it");
    }

    /// The ratios are lowered until what lies there is too much; an OSD looks at its disk once a second.
    @Test
    void aFullClusterTakesRemovalsThatInsistAndGoesOnWhenThereIsRoom() {
        cluster.ok("ceph osd pool create fill 8 && ceph osd pool application enable fill rados"
                + " && head -c 2000000 /dev/urandom > two && rados -p fill put a two && rados -p fill put b two");
        awaitClean();
        try {
            cluster.ok("ceph osd set-nearfull-ratio 0.000001");
            cluster.ok(awaitHealth("'3 nearfull osd'"));
            assertThat(cluster.ok("ceph health detail"))
                    .contains("3 nearfull osd(s)").contains("osd.1 is near full").contains("pool 'fill' is nearfull");
            cluster.ok("ceph osd set-backfillfull-ratio 0.000001 && ceph osd set-full-ratio 0.000001");
            cluster.ok(awaitHealth("'3 full osd'"));
            assertThat(cluster.ok("ceph health detail"))
                    .contains("HEALTH_ERR").contains("3 full osd(s)").contains("pool 'fill' is full (no space)");
            assertThat(cluster.run("timeout 2 rados -p fill put c two").code()).isEqualTo(124);
            assertThat(cluster.run("timeout 2 rados -p fill rm a").code()).isEqualTo(124);
            cluster.ok("rados -p fill get b - | cmp - two && timeout 20 rados -p fill rm a --force-full");
            cluster.ok("(timeout 60 rados -p fill put late two && echo done > late) & sleep 1; ! test -e late;"
                    + " " + NORMAL_RATIOS + "; wait; test -e late");
            assertThat(cluster.ok("rados -p fill ls | sort | xargs")).isEqualTo("b late");
            cluster.ok("for i in $(seq 60); do ceph health detail | grep -q FULL || exit 0; sleep 0.5; done; exit 1");
        } finally {
            cluster.ok(NORMAL_RATIOS);
        }
        awaitClean();
    }

    private static final String NORMAL_RATIOS = "ceph osd set-full-ratio 0.95 && ceph osd set-backfillfull-ratio 0.9"
            + " && ceph osd set-nearfull-ratio 0.85";

    private static String awaitHealth(String check) {
        return "for i in $(seq 60); do ceph health detail | grep -q " + check + " && exit 0; sleep 0.5; done; exit 1";
    }

    /// More than the heap could hold, if it were all taken in at once.
    @Test
    void manyLargeWritesAtOnceAreTakenAsMemoryAllows() {
        cluster.ok("ceph osd pool create flood 16 && for c in 1 2 3 4 5 6; do timeout 100 rados -p flood bench 3 write -t 64"
                + " -b 4M --no-cleanup --run-name $c > out$c 2>&1 & done; wait; grep -L 'Bandwidth' out? > bad; ! test -s bad"
                + " && ceph osd pool rm flood flood --yes-i-really-really-mean-it");
        awaitClean();
    }

    @Test
    void theSizeOfAPoolChangesWhileItIsWritten() {
        cluster.ok("(timeout 60 /usr/bin/python3 write.py " + POOL + " size 500 > /dev/null &) ; ceph osd pool set " + POOL
                + " size 2 && sleep 1");
        awaitClean();
        cluster.ok("ceph osd pool set " + POOL + " size 3 && sleep 1");
        awaitClean();
        check();
    }

    @Test
    void poolsAreCopiedWithAttributesAndOmap() {
        cluster.ok("ceph osd pool create from 4 && ceph osd pool create to 4 && head -c 3000000 /dev/urandom > big");
        cluster.ok("rados -p from put o big && rados -p from setxattr o a v && rados -p from setomapval o k w");
        cluster.ok("rados cppool from to");
        cluster.ok("rados -p to get o back && cmp big back");
        assertThat(cluster.ok("rados -p to getxattr o a")).isEqualTo("v");
        assertThat(cluster.ok("rados -p to listomapkeys o")).isEqualTo("k");
    }

    private static final String WRITER =
            """
            import rados, sys, os
            r = rados.Rados(conffile=os.environ['CEPH_CONF']); r.connect()
            io = r.open_ioctx(sys.argv[1])
            for i in range(int(sys.argv[3])):
                name = '%s%d' % (sys.argv[2], i)
                io.write_full(name, (name * 200).encode())
            """;

    private static final String CHECKER =
            """
            import rados, sys, os
            r = rados.Rados(conffile=os.environ['CEPH_CONF']); r.connect()
            io = r.open_ioctx(sys.argv[1])
            n = 0
            for o in io.list_objects():
                assert io.read(o.key, 1 << 20) == (o.key * 200).encode(), o.key
                n += 1
            print('all', n)
            """;
}
