package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// Three monitors, each a process of its own, and Ceph's clients: any monitor serves, and the loss of the leader is a
/// matter of seconds.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MonitorsTest {
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.fresh("--osds", "2", "--mons", "3", "--processes");
        cluster.ok("ceph osd pool create mons 8 && ceph osd pool application enable mons x");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String leader() {
        return cluster.ok("ceph quorum_status -f json | python3 -c 'import json,sys;"
                + "print(json.load(sys.stdin)[\"quorum_leader_name\"])'");
    }

    private static ProcessHandle processOf(String monitor) {
        String pid = cluster.ok("pgrep -f 'dev.inkfish.app.Main mon --id " + monitor + " .*" + cluster.dir() + "'");
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    @Test
    @Order(1)
    void anyMonitorServesAndKnowsTheOthers() {
        assertThat(cluster.ok("ceph -s")).contains("mon: 3 daemons, quorum a,b,c");
        assertThat(cluster.ok("ceph mon stat")).contains("3 mons at {a=", "quorum 0,1,2 a,b,c");
        List<String> states = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            states.add(cluster.ok("ceph tell mon." + name + " mon_status | python3 -c 'import json,sys;"
                    + "print(json.load(sys.stdin)[\"state\"])'"));
            String alone = "ceph -m $(ceph mon dump -f json 2>/dev/null | python3 -c 'import json,sys;print([\"v2:\"+"
                    + "m[\"public_addrs\"][\"addrvec\"][0][\"addr\"] for m in json.load(sys.stdin)[\"mons\"]"
                    + " if m[\"name\"]==\"" + name + "\"][0])')";
            cluster.ok(alone + " config-key set from-" + name + " " + name);
        }
        for (String name : List.of("a", "b", "c")) { // a peon's lines come to the leader
            cluster.ok("ceph tell mon." + name + " sessions && for i in $(seq 30); do ceph log last 50 debug audit"
                    + " | grep \"mon." + name + " .* cmd='sessions' args=.*: dispatch\" && exit 0; sleep 0.3; done; exit 1");
        }
        assertThat(states).containsExactlyInAnyOrder("leader", "peon", "peon");
        assertThat(cluster.ok("ceph config-key ls")).contains("from-a", "from-b", "from-c");
        assertThat(cluster.ok("ceph mon metadata | grep -c '\"name\"'")).isEqualTo("3");
        assertThat(cluster.ok("ceph time-sync-status")).contains("time_skew_status", "HEALTH_OK");
        assertThat(cluster.run("ceph mon rm x").err()).contains("mon.x does not exist or has already been removed");
    }

    private static void tellAtSocket(String monitor, String command) {
        assertThat(cluster.ok("ceph daemon " + cluster.dir() + "/run/ceph-mon." + monitor + ".asok quorum " + command))
                .endsWith(" responding to quorum, initiated new election");
    }

    private static void awaitOutside(String condition) {
        cluster.ok("timeout 60 bash -c 'until ceph mon stat | grep -E \"" + condition + "\"; do sleep 0.3; done'");
    }

    @Test
    @Order(2)
    void whoIsToldToExitLeavesTheQuorumAndComesBack() {
        String leader = leader();
        String peon = leader.equals("a") ? "b" : "a";
        assertThat(cluster.ok("ceph tell mon." + peon + " quorum exit"))
                .isEqualTo("stopped responding to quorum, initiated new election");
        assertThat(cluster.ok("ceph quorum_status | jq -c .quorum_names")).doesNotContain("\"" + peon + "\"");
        assertThat(cluster.ok("ceph health detail")).contains("1/3 mons down, quorum ", "mon." + peon + " (rank ");
        // it answers who asks whether it is there, even when it has been outside for so long that it sends clients away
        cluster.ok("end=$((SECONDS + 10)); while [ $SECONDS -lt $end ]; do"
                + " [ \"$(ceph ping mon." + peon + " | jq -r '.mon_status | .name + .state')\" = " + peon + "electing ] || exit 1; done");
        tellAtSocket(peon, "enter");
        awaitOutside("quorum 0,1,2 a,b,c$");
        tellAtSocket(leader, "exit");
        assertThat(cluster.ok("timeout 60 ceph quorum_status | jq -c .quorum_names")).doesNotContain("\"" + leader + "\"");
        awaitOutside("leader . [^" + leader + "], quorum .,. ");
        cluster.ok("timeout 60 ceph config-key set while-the-leader-is-out yes");
        tellAtSocket(leader, "enter");
        awaitOutside("quorum 0,1,2 a,b,c$");
    }

    @Test
    @Order(3)
    void theLeaderIsKilledWhileClientsWrite() {
        String leader = leader();
        cluster.ok("(for i in $(seq 40); do date +$i > f$i; timeout 60 rados -p mons put o$i f$i && echo $i >> done;"
                + " done; echo all >> done) > /dev/null 2>&1 &");
        cluster.ok("timeout 60 bash -c 'until test -s done; do sleep 0.1; done'");
        processOf(leader).destroyForcibly();
        long killed = System.nanoTime();
        cluster.ok("timeout 60 ceph config-key set after-the-kill yes");
        double seconds = (System.nanoTime() - killed) / 1e9;
        System.out.printf("a change %.1f s after the leader was killed%n", seconds);
        assertThat(cluster.ok("timeout 60 bash -c \"until ceph -s | grep 'out of quorum: " + leader
                + "'; do sleep 0.3; done\"")).contains("mon: 3 daemons, quorum ");
        assertThat(cluster.ok("ceph health detail")).contains(
                "1/3 mons down, quorum ", "is down (out of quorum)");
        cluster.ok("timeout 100 bash -c 'until grep -q all done; do sleep 0.2; done'");
        cluster.ok("for i in $(seq 40); do rados -p mons get o$i got && cmp got f$i || exit 1; done");
        assertThat(cluster.ok("ceph config-key get after-the-kill")).isEqualTo("yes");
        // the OSDs and the manager have found another monitor
        cluster.ok("ceph osd down 0 && timeout 60 bash -c 'until ceph osd stat | grep \"2 up\"; do sleep 0.3; done'");
        assertThat(leader()).isNotEqualTo(leader);
    }
}
