package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// OSDs in processes of their own: one of them can be stopped while the others go on.
class SeparateOsdsTest {
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.fresh("--osds", "3", "--processes");
        cluster.ok("ceph osd pool create apart 16 && head -c 20000000 /dev/urandom > large && echo small > small");
        awaitClean();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void eventually(String command) {
        cluster.ok("for i in $(seq 120); do if " + command + "; then exit 0; fi; sleep 0.5; done; ceph -s >&2; exit 1");
    }

    private static void awaitClean() {
        eventually("ceph pg stat | grep -Eq '^[0-9]+ pgs: [0-9]+ active.clean;'");
    }

    private static String primaryOf(String pool, String object) {
        return cluster.ok("ceph osd map " + pool + " " + object + " -f json | jq .acting_primary");
    }

    /// Whoever asks is told the state, not each message that this takes.
    @Test
    void statusSaysWhatWasAskedFor() {
        String program = System.getProperty("java.home") + "/bin/java -cp '" + System.getProperty("java.class.path") + "' dev.inkfish.app.Main";
        var status = cluster.run(program + " status --dir .");
        assertThat(status.code()).as(status.toString()).isZero();
        assertThat(status.out()).contains("osd: 3 osds: 3 up");
        assertThat(status.out() + status.err()).doesNotContain("MMonCommand");
    }

    /// A replica that does not answer holds a write up.
    @Test
    void slowOperationsAreWarnedOfUntilTheyAreDone() {
        int number = 0;
        while (primaryOf("apart", "slow" + number).equals("2")) {
            number++;
        }
        String object = "slow" + number;
        String primary = primaryOf("apart", object);
        String stopped = cluster.ok("pgrep -f -- \"Main osd --id 2 --dir $PWD\"");
        cluster.ok("ceph osd set nodown && ceph config set osd osd_op_complaint_time 1");
        try {
            cluster.ok("kill -STOP " + stopped);
            cluster.ok("(timeout 100 rados -p apart put " + object + " small; echo $? > slow.rc) > /dev/null 2>&1 &"
                    + " for i in $(seq 80); do ceph health detail | grep -q SLOW_OPS && exit 0; sleep 0.5; done; exit 1");
            assertThat(cluster.ok("ceph health detail"))
                    .containsPattern("SLOW_OPS: 1 slow ops, oldest one blocked for \\d+ sec, osd." + primary + " has slow ops");
            assertThat(cluster.ok("ceph tell osd." + primary + " dump_blocked_ops")).contains(":::" + object + ":head");
        } finally {
            cluster.ok("kill -CONT " + stopped + "; ceph config rm osd osd_op_complaint_time; ceph osd unset nodown");
        }
        eventually("test -s slow.rc && ! ceph health detail | grep -q SLOW_OPS");
        assertThat(cluster.ok("cat slow.rc && rados -p apart get " + object + " - | cmp - small")).isEqualTo("0");
        awaitClean();
    }

    /// `rados cp` has the target's primary fetch the object from the source's, here in parts of 8 MiB at most.
    @Test
    void objectsAreCopiedFromOsdToOsd() {
        cluster.ok("ceph osd pool create source 8 && ceph osd pool create target 8");
        awaitClean();
        cluster.ok("for i in $(seq 12); do rados -p source put o$i small && rados -p source setxattr o$i a v$i"
                + " && rados -p source setomapval o$i k w$i || exit 1; done; rados -p source put big large");
        cluster.ok("for i in $(seq 12); do rados -p source cp o$i o$i --target-pool target --debug-ms 1 2>> copies || exit 1;"
                + " done; rados -p source cp big copy --target-pool target");
        assertThat(cluster.ok("grep -c 'osd_op(.*copy-from' copies")).isEqualTo("12");
        String apart = "for i in $(seq 12); do echo $(ceph osd map source o$i -f json | jq .acting_primary)"
                + " $(ceph osd map target o$i -f json | jq .acting_primary); done | awk '$1 != $2' | wc -l";
        assertThat(Integer.parseInt(cluster.ok(apart))).as("copies between two OSDs").isPositive();
        cluster.ok("for i in $(seq 12); do rados -p target get o$i - | cmp - small && rados -p target getxattr o$i a | grep -qx v$i"
                + " && rados -p target getomapval o$i k got > /dev/null && grep -q w$i got || exit 1; done;"
                + " rados -p target get copy - | cmp - large");
    }

    /// Few places and a pause after each object: most groups wait, until each has had its turn. The pause makes that last some
    /// seconds, so that it is seen.
    @Test
    void groupsWithoutAPlaceForRecoverySayThatTheyWait() {
        cluster.ok("ceph osd pool create recovered 8 && ceph config set osd osd_recovery_max_active 1"
                + " && ceph config set osd osd_recovery_sleep 1");
        awaitClean();
        cluster.ok("ceph osd add-noup 2 && ceph osd down 2");
        eventually("ceph osd stat | grep -q '2 up'");
        cluster.ok("for i in $(seq 60); do rados -p recovered put r$i small || exit 1; done");
        cluster.ok("ceph osd rm-noup 2");
        try {
            eventually("ceph pg dump pgs_brief 2> /dev/null > states; grep -q 'active+recovering+degraded' states"
                    + " && grep -q 'active+recovery_wait+degraded' states");
        } finally {
            cluster.ok("ceph config rm osd osd_recovery_sleep && ceph config rm osd osd_recovery_max_active");
        }
        awaitClean();
    }

    /// One of two copies has not what the other took alone, and that one is away.
    @Test
    void aGroupThatIsDownTellsWhomItWaitsFor() {
        cluster.ok("ceph osd pool create pair 1 && ceph osd pool set pair size 2 && ceph osd pool set pair min_size 1");
        awaitClean();
        String pg = cluster.ok("ceph osd map pair o -f json | jq -r .pgid");
        String[] members = cluster.ok("ceph osd map pair o -f json | jq -r '.acting | join(\" \")'").split(" ");
        String first = members[0];
        String second = members[1];
        cluster.ok("rados -p pair put o small");
        cluster.ok("ceph osd set noout; ceph osd add-noup " + first + " " + second);
        try {
            cluster.ok("ceph osd down " + first);
            eventually("ceph pg " + pg + " query | jq -e '.state | startswith(\"active\")'");
            cluster.ok("rados -p pair put later small && ceph osd down " + second);
            cluster.ok("ceph osd rm-noup " + first);
            eventually("ceph pg dump pgs_brief 2> /dev/null | grep -q '^" + pg + " *down'");
            assertThat(cluster.ok("ceph pg " + pg + " query | jq -c '[.recovery_state[] | .name]'"))
                    .isEqualTo("[\"Started/Primary/Peering/Down\",\"Started/Primary/Peering\",\"Started\"]");
            assertThat(cluster.ok("ceph pg " + pg + " query | jq -c '.recovery_state[1] | [.blocked, .down_osds_we_would_probe,"
                    + " .peering_blocked_by]'")).isEqualTo("[\"peering is blocked due to down osds\",[" + second + "],[{\"osd\":" + second
                    + ",\"current_lost_at\":0,\"comment\":\"starting or marking this osd lost may let us proceed\"}]]");
        } finally {
            cluster.ok("ceph osd rm-noup " + first + " " + second + "; ceph osd unset noout");
        }
        awaitClean();
        assertThat(cluster.ok("rados -p pair get later - | cmp - small && rados -p pair ls | sort | xargs")).isEqualTo("later o");
    }

    /// Who is marked lost is not waited for, but nobody takes the group for an empty one: only the OSD that is away has it.
    @Test
    void aGroupThatNobodyHasStaysAway() {
        cluster.ok("ceph config set mon mon_allow_pool_size_one true && ceph osd pool create single 8"
                + " && ceph osd pool set single size 1 --yes-i-really-mean-it");
        awaitClean();
        int number = 0;
        while (!primaryOf("single", "o" + number).equals("2")) {
            number++;
        }
        String object = "o" + number;
        String pg = cluster.ok("ceph osd map single " + object + " -f json | jq -r .pgid");
        cluster.ok("rados -p single put " + object + " small");
        cluster.ok("ceph osd add-noup 2 && ceph osd down 2 && ceph osd out 2");
        try {
            eventually("ceph osd stat | grep -q '2 up'");
            cluster.ok("ceph osd lost 2 --yes-i-really-mean-it");
            eventually("ceph pg map " + pg + " -f json | jq -e '.acting | length == 1 and .[0] != 2'");
            assertThat(cluster.ok("timeout 6 rados -p single stat " + object + "; echo $?")).isEqualTo("124");
            assertThat(cluster.ok("ceph pg dump pgs_brief 2> /dev/null | grep '^" + pg + " '")).contains("stale+active+clean");
        } finally {
            cluster.ok("ceph osd rm-noup 2; ceph osd in 2");
        }
        awaitClean();
        assertThat(cluster.ok("rados -p single get " + object + " - | cmp - small && rados -p single ls")).isEqualTo(object);
        cluster.ok("ceph osd pool rm single single --yes-i-really-really-mean-it");
    }
}
