package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The manager's modules by the real `ceph`.
class ManagerTest {
    private static Cluster cluster;

    @BeforeAll
    static void cluster() {
        cluster = Cluster.shared();
    }

    /// Until a command succeeds: modules look again every few seconds.
    private static void eventually(String command) {
        cluster.ok("for i in $(seq 1 60); do if " + command + "; then exit 0; fi; sleep 0.5; done; exit 1");
    }

    @Test
    void theBalancerEvensGroupsOut() {
        cluster.ok("ceph balancer off && ceph osd pool create uneven 32 32 && ceph osd pool set uneven size 2"
                + " && ceph config set mgr mgr/balancer/upmap_max_deviation 1");
        String clean = "ceph pg ls-by-pool uneven --format json"
                + " | jq -e '[.pg_stats[].state] | all(. == \"active+clean\")' > clean";
        eventually(clean);
        // eight groups more on one OSD, lest they be even by chance
        cluster.ok("ceph pg ls-by-pool uneven --format json"
                + " | jq -r '.pg_stats[] | select(.up | index(0) | not) | \"\\(.pgid) \\(.up[0]) 0\"' | head -8 > moves"
                + " && while read move; do ceph osd pg-upmap-items $move || exit 1; done < moves");
        eventually(clean);
        String items = "pg_upmap_items " + cluster.ok("ceph osd pool ls detail --format json"
                + " | jq -r '.[] | select(.pool_name == \"uneven\").pool_id'").strip() + ".";
        assertThat(cluster.ok("ceph osd dump")).contains(items);
        String score = "ceph balancer eval uneven | grep -o '[0-9.]* (' | tr -d ' ('";
        double before = Double.parseDouble(cluster.ok(score).strip());
        eventually("ceph balancer optimize plan uneven || ceph balancer status | grep -q perfect");
        assertThat(cluster.ok("ceph balancer ls")).contains("plan");
        assertThat(cluster.ok("ceph balancer show plan").strip()).isEqualTo("upmap plan");
        cluster.ok("ceph balancer execute plan");
        assertThat(Double.parseDouble(cluster.ok(score).strip())).isLessThan(before);
        assertThat(cluster.run("ceph balancer show plan").code()).isEqualTo(2);
        // with the pool its exceptions go
        cluster.ok("ceph osd pool rm uneven uneven --yes-i-really-really-mean-it && ceph balancer on"
                + " && ceph config rm mgr mgr/balancer/upmap_max_deviation");
        assertThat(cluster.ok("ceph osd dump")).doesNotContain(items);
    }

    @Test
    void crashesAreKeptUntilSomebodyHasLookedAtThem() {
        cluster.ok("echo '{\"crash_id\": \"2099-01-01T00:00:00.000000Z_x\", \"timestamp\": \"2099-01-01T00:00:00.000000Z\","
                + " \"entity_name\": \"osd.7\", \"process_name\": \"ceph-osd\", \"utsname_hostname\": \"h\"}' > crash.json"
                + " && ceph crash post -i crash.json");
        assertThat(cluster.ok("ceph crash ls-new")).contains("osd.7");
        eventually("ceph health detail | grep -q 'osd.7 crashed on host h at 2099-01-01'");
        cluster.ok("ceph crash archive-all");
        assertThat(cluster.ok("ceph crash ls-new")).doesNotContain("osd.7");
        eventually("! ceph health | grep -q crashed");
        cluster.ok("ceph crash rm 2099-01-01T00:00:00.000000Z_x");
        assertThat(cluster.ok("ceph crash ls")).doesNotContain("osd.7");
    }

    @Test
    void devicesAreListedWithWhatIsExpectedOfThem() {
        cluster.ok("ceph device set-life-expectancy SOME_DISK 2099-01-01 2099-02-01");
        assertThat(cluster.ok("ceph device ls --format json | jq -r '.[] | select(.devid == \"SOME_DISK\").life_expectancy_max'"))
                .startsWith("2099-02-01T00:00:00.000000+0000");
        cluster.ok("ceph device rm-life-expectancy SOME_DISK");
        assertThat(cluster.ok("ceph device ls")).doesNotContain("SOME_DISK");
    }

    @Test
    void whatIsNotThereSaysSo() {
        assertThat(cluster.ok("ceph osd status")).contains("exists,up");
        assertThat(cluster.ok("timeout 5 ceph iostat -p 1 || true")).contains("Write IOPS");
        Cluster.Outcome none = cluster.run("ceph orch status");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("No orchestrator configured");
        assertThat(cluster.ok("ceph telemetry status")).contains("\"enabled\": false");
        assertThat(cluster.run("ceph telemetry on --license sharing-1-0").code()).isEqualTo(95);
    }
}
