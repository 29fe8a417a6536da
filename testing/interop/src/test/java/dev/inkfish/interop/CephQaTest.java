package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/// Ceph's own tests, where INKFISH_CEPH_QA names a directory that holds them: `test_rados.py`, adapted to
/// the nose of the distribution. What needs erasure coding, or another version of the client, is left out.
@EnabledIfEnvironmentVariable(named = "INKFISH_CEPH_QA", matches = ".+")
class CephQaTest {
    @Test
    void testRados() {
        try (Cluster cluster = Cluster.fresh("--osds", "3")) {
            cluster.ok("ceph osd pool create rbd 8");
            Cluster.Outcome outcome = cluster.run("cd \"$INKFISH_CEPH_QA\" && PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m nose"
                    + " -v test_rados.py -e test_execute_op -e test_alignment -e test_blacklist_add -e test_configuring"
                    + " -e test_shutdown -e test_method 2>&1", 300);
            assertThat(outcome.code()).as(outcome.toString()).isZero();
            assertThat(outcome.out()).contains("Ran ").contains("OK");
        }
    }
}
