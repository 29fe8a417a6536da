package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A pool gets more placement groups, and fewer, while clients write, as `ceph osd pool set pg_num` asks.
class SplitTest {
    private static final String POOL = "growing";

    /// Waits until pool and groups are as asked for.
    private static final String WAIT =
            """
            want=$1
            for i in $(seq 240); do
              now=$(ceph osd pool get growing pg_num | cut -d' ' -f2)/$(ceph osd pool get growing pgp_num | cut -d' ' -f2)
              clean=$(ceph pg ls-by-pool growing active clean -f json | grep -o '"pgid"' | wc -l)
              [[ $now == $want/$want && $clean == $want ]] && break
              sleep 0.25
            done
            echo $now $clean
            """;

    @Test
    void groupsSplitAndMergeUnderClients() {
        try (Cluster cluster = Cluster.fresh("--osds", "3")) {
            cluster.ok("cat > wait.sh <<'S'\n" + WAIT + "S\n");
            cluster.ok("ceph osd pool create " + POOL + " 2 2 --autoscale-mode off"
                    + " && ceph osd pool application enable " + POOL + " test");
            cluster.ok("head -c 30000 /dev/urandom > old && head -c 50000 /dev/urandom > new"
                    + " && for i in 1 2 3 4 5 6 7 8; do rados -p growing put o$i old; done"
                    + " && rados -p growing mksnap before && for i in 1 2 3 4 5 6 7 8; do rados -p growing put o$i new; done");
            String bench = cluster.ok("rados -p growing bench 6 write -b 8192 -t 8 --no-cleanup > bench.out 2>&1 & sleep 1;"
                    + " ceph osd pool set growing pg_num 11 2>&1; sleep 2; ceph osd pool set growing pg_num 16 2>&1;"
                    + " wait $! && bash wait.sh 16");
            assertThat(bench).contains("pg_num to 11").contains("pg_num to 16").endsWith("16/16 16");
            // bench compares what it reads with what it wrote
            assertThat(cluster.ok("rados -p growing bench 20 seq -t 8 2>&1")).contains("Total reads made");
            assertThat(cluster.ok("for i in 1 2 3 4 5 6 7 8; do rados -p growing get o$i - | cmp - new"
                            + " && rados -p growing -s before get o$i then > /dev/null && cmp then old || echo o$i differs; done"))
                    .doesNotContain("differs");
            cluster.ok("rados -p growing rmsnap before");
            String clones = cluster.ok("for i in $(seq 80); do"
                    + " clones=$(ceph pg ls-by-pool growing -f json | grep -o '\"snaptrimq_len\":0' | wc -l);"
                    + " [[ $(rados -p growing listsnaps o3 | grep -c '^[0-9]') == 0 && $clones == 16 ]] && break;"
                    + " sleep 0.25; done; for i in 1 2 3 4 5 6 7 8; do rados -p growing listsnaps o$i; done | grep -c '^[0-9]' || true");
            assertThat(clones.strip()).isEqualTo("0");
            cluster.ok("rados -p growing mksnap again && for i in 1 2 3 4; do rados -p growing put o$i old; done");
            bench = cluster.ok("rados -p growing bench 4 write -b 8192 -t 8 --no-cleanup --run-name merging > merging.out 2>&1"
                    + " & ceph osd pool set growing pg_num 14 2>&1; wait $! && bash wait.sh 14");
            assertThat(bench).contains("pg_num to 14").endsWith("14/14 14");
            assertThat(cluster.ok("rados -p growing bench 20 seq -t 8 2>&1")).contains("Total reads made");
            assertThat(cluster.ok("rados -p growing bench 20 seq -t 8 --run-name merging 2>&1")).contains("Total reads made");
            assertThat(cluster.ok("for i in 1 2 3 4; do rados -p growing get o$i - | cmp - old"
                            + " && rados -p growing -s again get o$i then > /dev/null && cmp then new || echo o$i differs; done"))
                    .doesNotContain("differs");
            cluster.ok("rados -p growing rmsnap again");
            clones = cluster.ok("for i in $(seq 80); do clones=$(for i in 1 2 3 4; do rados -p growing listsnaps o$i; done"
                    + " | grep -c '^[0-9]'); [[ $clones == 0 ]] && break; sleep 0.25; done; echo $clones");
            assertThat(clones.strip()).isEqualTo("0");
            assertThat(cluster.ok("ceph osd stat")).contains("3 up");
            assertThat(cluster.ok("ceph osd pool ls detail -f json")).containsPattern("\"source_pgid\":\"\\d+\\.e\"");
        }
    }
}
