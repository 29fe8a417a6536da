package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What an operator looks at: the manager's work on images, admin sockets, metrics.
class OperatorTest {
    private static final String POOL = "operated";
    private static Cluster cluster;

    @BeforeAll
    static void createPool() {
        cluster = Cluster.shared();
        cluster.ok("ceph osd pool create " + POOL + " 8 && rbd pool init " + POOL);
    }

    @AfterAll
    static void removePool() {
        cluster.ok("ceph osd pool rm " + POOL + " " + POOL + " --yes-i-really-really-mean-it");
    }

    /// Until a command succeeds: some work goes on in the background.
    private static void eventually(String command) {
        cluster.ok("for i in $(seq 1 60); do if " + command + "; then exit 0; fi; sleep 0.5; done; exit 1");
    }

    /// As on a real 16.2.15: it is told to begin anew, and has what it had. (One of which nothing is left: `PgSimulationTest`.)
    @Test
    void aGroupThatIsThereKeepsItsObjectsWhenItIsToBeMadeAnew() {
        cluster.ok("ceph osd pool create anew 1 1 && echo kept > kept && rados -p anew put o kept");
        String group = cluster.ok("ceph pg ls-by-pool anew -f json | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"pg_stats\"][0][\"pgid\"])'").strip();
        assertThat(cluster.run("ceph osd force-create-pg " + group).err()).contains("Error EPERM: This command will recreate a lost");
        assertThat(cluster.run("ceph osd force-create-pg " + group + " --yes-i-really-mean-it").err()).contains("pg " + group + " now creating, ok");
        cluster.ok("for i in $(seq 60); do ceph osd dump | grep creating || break; sleep 0.5; done; ! ceph osd dump | grep creating");
        assertThat(cluster.ok("rados -p anew get o -")).isEqualTo("kept");
        cluster.ok("ceph osd pool rm anew anew --yes-i-really-really-mean-it");
    }

    @Test
    void anOsdTellsTheStatesOfItsGroupsAndTakesScrubsForOverdue() {
        String states = "ceph tell osd.0 dump_pg_recovery_stats | jq '[.[] | select(.nested_states == [\"Started\"]) | .enter][0]'";
        assertThat(Integer.parseInt(cluster.ok(states))).isPositive();
        assertThat(cluster.ok("ceph tell osd.0 dump_pgstate_history | jq -r '.pgs[].currently'")).contains("Started/");
        cluster.ok("ceph tell osd.0 reset_pg_recovery_stats && ceph tell osd.0 send_beacon");
        assertThat(cluster.ok(states)).isEqualTo("null");
        String group = cluster.ok("ceph pg ls-by-pool operated -f json | jq -r '.pg_stats[0].pgid'");
        cluster.ok("ceph osd set noscrub && ceph osd set nodeep-scrub");
        String stamp = cluster.ok("ceph tell " + group + " deep_scrub 1000 | jq -r .stamp");
        assertThat(cluster.ok("ceph tell " + group + " query | jq -r '.info.history | .last_scrub_stamp, .last_deep_scrub_stamp'"))
                .isEqualTo(stamp + "\n" + stamp);
        cluster.ok("ceph tell " + group + " scrub && ceph osd unset noscrub && ceph osd unset nodeep-scrub");
        eventually("[ \"$(ceph tell " + group + " query | jq -r .info.history.last_scrub_stamp)\" \\> " + stamp + " ]");
        assertThat(cluster.run("ceph tell osd.0 scrub").err()).contains("no pgid specified");
    }

    @Test
    void aTemporaryMappingIsOfAsManyAsThePoolHasCopies() {
        String group = cluster.ok("ceph pg ls-by-pool operated -f json | jq -r '.pg_stats[0].pgid'");
        assertThat(cluster.run("ceph osd pg-temp " + group + " 0 1 2 0").err()).contains("Error EINVAL: num of osds (4) > pool size (3)");
        assertThat(cluster.run("ceph osd pg-temp " + group + " 0").err()).contains("Error EINVAL: num of osds (1) < pool min size (2)");
        assertThat(cluster.run("ceph osd pg-temp " + group + " 0 1 2").err()).contains("pg_temp mapping to [0,1,2]");
        assertThat(cluster.run("ceph osd pg-temp " + group).err()).contains("done cleaning up pg_temp of " + group);
    }

    @Test
    void aTreeShowsWeightSets() {
        cluster.ok("ceph osd pool create weighted 1 1 && ceph osd set-require-min-compat-client luminous"
                + " && ceph osd crush weight-set create weighted positional && ceph osd crush weight-set reweight weighted osd.0 6.5 6.6 6.7");
        assertThat(cluster.ok("ceph osd crush tree | awk 'NR == 1 || $NF == \"osd.0\" {print $1, $2, $4}'"))
                .isEqualTo("ID CLASS weighted\n0 ssd 6.50000".replace("ssd", cluster.ok("ceph osd crush get-device-class osd.0").strip()));
        String weights = " -f json | jq -c '[.nodes[] | select(.id <= 0) | .pool_weights | select(.) | .weighted | map(. * 10 + 0.5 | floor)][-1]'";
        assertThat(cluster.ok("ceph osd crush tree" + weights)).isEqualTo("[65,66,67]");
        assertThat(cluster.ok("ceph osd tree" + weights)).isEqualTo("[65,66,67]");
        assertThat(cluster.ok("ceph osd df tree" + weights)).isEqualTo("[65,66,67]");
        cluster.ok("ceph osd pool rm weighted weighted --yes-i-really-really-mean-it");
        assertThat(cluster.ok("ceph osd crush tree | head -1").split("\\s+")).containsExactly("ID", "CLASS", "WEIGHT", "TYPE", "NAME");
    }

    @Test
    void theManagerFlattensACloneWhoseSnapshotsKeepTheirContent() {
        cluster.ok("rbd create --size 16M operated/parent"
                + " && rbd bench --io-type write --io-size 64K --io-total 2M --io-pattern rand operated/parent > bench.log"
                + " && rbd snap create --no-progress operated/parent@s"
                + " && rbd clone operated/parent@s operated/child --rbd-default-clone-format=2"
                + " && rbd snap create --no-progress operated/child@before"
                + " && rbd bench --io-type write --io-size 64K --io-total 192K --io-pattern rand operated/child > bench.log"); // not every object
        String sums = "rbd export --no-progress operated/child - | md5sum;"
                + " rbd export --no-progress operated/child@before - | md5sum";
        String before = cluster.ok(sums);
        assertThat(cluster.ok("ceph rbd task add flatten operated/child")).contains("Flattening image operated/child");
        eventually("! rbd info operated/child | grep -q parent:");
        assertThat(cluster.ok(sums)).isEqualTo(before);
        assertThat(cluster.ok("rbd children operated/parent@s")).isEmpty();
        assertThat(cluster.ok("rbd object-map check --no-progress operated/child && rbd info operated/child"))
                .doesNotContain("object map invalid");
    }

    @Test
    void theManagerRemovesImagesOnceTheyAreNotInUse() {
        cluster.ok("rbd create --size 8M operated/gone && rbd create --size 8M operated/trashed"
                + " && rbd trash mv operated/trashed");
        cluster.ok("ceph rbd task add remove operated/gone");
        cluster.ok("ceph rbd task add trash remove operated/$(rbd trash ls operated --format json | jq -r '.[0].id')");
        eventually("[ -z \"$(rbd trash ls operated)\" ]");
        eventually("! rbd info operated/gone 2> err");
        assertThat(cluster.ok("rados -p operated ls")).doesNotContain("rbd_id.gone").doesNotContain("rbd_id.trashed");
        assertThat(cluster.ok("ceph progress json")).contains("Removing image operated/gone");
        Cluster.Outcome missing = cluster.run("ceph rbd task add remove operated/never");
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.err()).contains("[errno 2] RBD image not found (Image operated/never does not exist)");
    }

    @Test
    void adminSocketsTellOfOperationsAndCounters() {
        cluster.ok("echo x > x && rados -p operated put traced x");
        String primary = cluster.ok("ceph osd map operated traced --format json | jq -r .acting_primary");
        assertThat(cluster.ok("ceph daemon osd." + primary + " dump_historic_ops"))
                .contains(":::traced:head [writefull 0~2]")
                .contains("\"initiated\"");
        assertThat(cluster.ok("ceph daemon osd." + primary + " perf dump | jq .osd.op_w")).isNotEqualTo("0");
        assertThat(cluster.ok("ceph tell osd." + primary + " perf dump | jq .osd.op_w")).isNotEqualTo("0");
        assertThat(cluster.ok("ceph tell osd." + primary + " perf histogram dump osd op_w_latency_in_bytes_histogram"
                + " | jq '.osd | map([.values[][]] | add) | .[0] > 0 and length == 1'")).isEqualTo("true");
        for (String daemon : new String[] {"mon.a", "mgr.x", "osd.0"}) {
            assertThat(cluster.ok("ceph daemon " + daemon + " version")).contains("16.2.15");
        }
        assertThat(cluster.run("ceph daemon osd.0 no-such-command").code()).isNotZero();
    }

    /// Each counter of a monitor is one of a real 16.2.15's, in the same words.
    @Test
    void aMonitorsCountersAreThoseOfCeph() throws IOException {
        List<String> known;
        try (InputStream record = OperatorTest.class.getResourceAsStream("/mon-counters.txt")) {
            known = new String(record.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
        List<String> ours = cluster.ok("ceph daemon mon.a perf schema | jq -r 'to_entries[] | .key as $group | .value | to_entries[]"
                + " | [$group, .key, (.value | .type, .value_type, .priority, .units, .nick, .description | tostring)] | join(\"|\")'")
                .lines().toList();
        assertThat(known).containsAll(ours);
        assertThat(ours).hasSizeGreaterThan(50);
        assertThat(cluster.ok("ceph daemon mon.a perf dump | jq '.cluster | .num_mon, .num_mon_quorum, .num_osd_up'")).isEqualTo("1\n1\n3");
        // more than what is reported every few seconds could add meanwhile: each is a transaction
        String commits = "ceph daemon mon.a perf dump | jq .paxos.commit";
        int before = Integer.parseInt(cluster.ok(commits));
        cluster.ok("for i in 1 2 3; do ceph config-key set counted $i; done; ceph config-key rm counted");
        assertThat(Integer.parseInt(cluster.ok(commits))).isGreaterThanOrEqualTo(before + 4);
        assertThat(cluster.ok("ceph daemon mon.a perf dump | jq '.\"AsyncMessenger::Worker-0\" | .msgr_recv_messages > 0 and .msgr_send_bytes > 0'"))
                .isEqualTo("true");
        assertThat(cluster.ok("ceph daemon mon.a perf reset paxos | jq -r .success")).isEqualTo("perf reset paxos");
        assertThat(Integer.parseInt(cluster.ok(commits))).isLessThan(before);
        eventually("[ \"$(ceph config show mon.a mon_host)\" = \"$(ceph daemon mon.a config get mon_host | jq -r .mon_host)\" ]");
    }

    @Test
    void whatAnOsdLacksAndFetchesIsTold() {
        cluster.ok("ceph osd pool create lacking 1 1 && ceph osd pool create copied 1 1 && ceph osd pool set copied min_size 1"
                + " && echo old > o && rados -p lacking put changed o");
        Cluster.Outcome delayed = cluster.run("ceph tell 'osd.*' set_recovery_delay 3600");
        assertThat(delayed.out() + delayed.err()).contains("set osd_recovery_delay_start to 3600");
        cluster.ok("ceph osd pool set lacking min_size 3 && ceph osd set noup && ceph osd down 2");
        eventually("ceph osd stat | grep -q '2 up'");
        // its source's group is below min_size
        cluster.ok("rados -p lacking --target-pool copied cp changed copy > copied.log 2>&1 &");
        eventually("for o in 0 1; do ceph tell osd.$o objecter_requests; done | grep -q 'copy-get max 8388608 in='");
        cluster.ok("ceph osd pool set lacking min_size 1 && echo new > n && rados -p lacking put changed n && rados -p lacking put created n");
        eventually("rados -p copied ls | grep -qx copy");
        cluster.ok("ceph osd unset noup");
        String lacks = "ceph tell osd.2 debug dump_missing x | jq -r '.[][] | .oid.oid + \" \" + .missing_info.have' | sort";
        eventually("[ \"$(" + lacks + " | wc -l)\" = 3 ]");
        assertThat(cluster.ok(lacks)).matches("changed \\d+'1\ncopy 0'0\ncreated 0'0");
        Cluster.Outcome kicked = cluster.run("ceph tell 'osd.*' debug kick_recovery_wq 0");
        assertThat(kicked.out() + kicked.err()).contains("kicking recovery queue. set osd_recovery_delay_start to 0");
        eventually("[ \"$(ceph tell osd.2 debug dump_missing x | jq '[.[][]] | length')\" = 0 ]");
        eventually("[ \"$(ceph tell osd.0 objecter_requests | jq '.ops | length')\" = 0 ]");
        cluster.ok("for p in lacking copied; do ceph osd pool rm $p $p --yes-i-really-really-mean-it; done");
    }

    @Test
    void cachesAreDroppedAndJournalsEmptied() {
        cluster.ok("echo x > x && rados -p operated put cached x");
        String primary = "ceph tell osd." + cluster.ok("ceph osd map operated cached --format json | jq -r .acting_primary") + " ";
        String kept = primary + "cache status | jq '.object_ctx, .blockstore_onode'";
        assertThat(cluster.ok(kept).lines().map(Integer::parseInt)).hasSize(2).allMatch(count -> count > 0);
        cluster.ok(primary + "flush_journal && " + primary + "cache drop");
        assertThat(cluster.ok(primary + "cache status | jq .object_ctx")).isEqualTo("0");
        assertThat(cluster.ok("rados -p operated get cached -")).isEqualTo("x");
        for (String daemon : new String[] {"mon.a", "mgr.x", "osd.0"}) {
            assertThat(cluster.ok("ceph tell " + daemon + " 0")).isEqualTo("2");
            assertThat(cluster.ok("ceph daemon " + daemon + " perfcounters_schema | jq keys"))
                    .isEqualTo(cluster.ok("ceph daemon " + daemon + " perf schema | jq keys"));
        }
        assertThat(cluster.run("ceph tell osd.0 reset_purged_snaps_last").code()).isEqualTo(95);
    }

    @Test
    void metricsAreServedWhileTheModuleIsEnabled() {
        cluster.ok("ceph config set mgr mgr/prometheus/server_port 0 && ceph mgr module enable prometheus");
        eventually("ceph mgr services | grep -q prometheus");
        String metrics = cluster.ok("curl -sf $(ceph mgr services | jq -r .prometheus)metrics");
        assertThat(metrics)
                .contains("ceph_osd_up{ceph_daemon=\"osd.0\"} 1.0")
                .contains("ceph_mon_quorum_status{ceph_daemon=\"mon.a\"} 1.0")
                .contains("# TYPE ceph_pg_active gauge")
                .contains("# TYPE ceph_mon_num_elections counter")
                .contains("ceph_mon_election_win{ceph_daemon=\"mon.a\"} 1.0")
                .contains("# HELP ceph_paxos_commit_latency_sum Commit latency Total")
                .containsPattern("ceph_paxos_commit\\{ceph_daemon=\"mon.a\"} [1-9]")
                .contains("name=\"operated\",type=\"replicated\"");
        String scrape = "curl -sf $(ceph mgr services | jq -r .prometheus)metrics | grep -q 'OSDMAP_FLAGS.* %s'";
        cluster.ok("ceph osd set noscrub");
        eventually(scrape.formatted("1.0"));
        cluster.ok("ceph osd unset noscrub");
        eventually(scrape.formatted("0.0"));
        assertThat(cluster.ok("ceph healthcheck history ls -f json | jq -c '.OSDMAP_FLAGS | [.severity, .count, .active]'"))
                .isEqualTo("[\"HEALTH_WARN\",1,false]");
        assertThat(cluster.ok("ceph healthcheck history ls")).contains("OSDMAP_FLAGS").contains("health check(s) listed");
        assertThat(cluster.ok("ceph healthcheck history clear && ceph healthcheck history ls -f json"))
                .doesNotContain("OSDMAP_FLAGS");
        cluster.ok("ceph mgr module disable prometheus");
        eventually("! ceph mgr services | grep -q prometheus");
    }
}
