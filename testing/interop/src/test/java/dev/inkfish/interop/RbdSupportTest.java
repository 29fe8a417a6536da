package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the manager does with images on its own: migrations, and what was put on a schedule.
class RbdSupportTest {
    private static final String NO_TASKS = "[ \"$(ceph rbd task list)\" = '[]' ]";
    private static Cluster cluster;

    @BeforeAll
    static void createPools() {
        cluster = Cluster.shared();
        cluster.ok("for p in here there; do ceph osd pool create $p 8 && rbd pool init $p; done");
    }

    @AfterAll
    static void removePools() {
        cluster.run("for p in here there; do ceph osd pool rm $p $p --yes-i-really-really-mean-it; done");
    }

    private static void eventually(String condition, int seconds) {
        cluster.ok("timeout " + seconds + " bash -c 'until " + condition.replace("'", "'\\''") + "; do sleep 0.2; done'");
    }

    @Test
    void anImageIsMigratedInTheBackgroundAndAnAbortedMigrationLeavesTheSource() {
        cluster.ok("rbd create --size 32M here/a; rbd bench --io-type write --io-size 1M --io-total 12M --io-pattern rand here/a");
        String sum = cluster.ok("rbd export --no-progress here/a - | md5sum");
        assertThat(cluster.run("ceph rbd task add migration execute here/a").err())
                .contains("Error EINVAL: [errno 22] RBD invalid argument (Image here/a is not migrating)");
        cluster.ok("rbd migration prepare here/a there/b");
        assertThat(cluster.run("ceph rbd task add migration commit there/b").err()).contains("has not completed migration");
        assertThat(cluster.ok("ceph rbd task add migration execute there/b")).contains("Migrating image here/a to there/b");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd status there/b")).contains("state: executed");
        cluster.ok("ceph rbd task add migration commit there/b");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd export --no-progress there/b - | md5sum")).isEqualTo(sum);
        assertThat(cluster.ok("rbd status there/b; rbd trash ls -a here; rados -p here ls"))
                .doesNotContain("Migration").doesNotContain("rbd_data");
        cluster.ok("rbd object-map check --no-progress there/b && rbd migration prepare there/b here/c");
        cluster.ok("rbd bench --io-type write --io-size 4K --io-total 64K here/c");
        cluster.ok("ceph rbd task add migration abort here/c");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd ls here; rbd ls there")).isEqualTo("b");
        assertThat(cluster.ok("rbd export --no-progress there/b - | md5sum")).isEqualTo(sum);
    }

    @Test
    void whoHoldsTheLockIsAskedToFlatten() {
        cluster.ok("rbd create --size 32M here/p; rbd bench --io-type write --io-size 4M --io-total 32M here/p;"
                + " rbd snap create --no-progress here/p@s; rbd clone here/p@s here/child --rbd-default-clone-format 2;"
                + " rbd bench --io-type write --io-size 4K --io-total 100G --io-threads 1 here/child > /dev/null 2>&1 & echo $! > pid");
        eventually("rbd status here/child | grep -q watcher=", 20);
        eventually("rbd lock ls here/child | grep -q exclusive", 20);
        cluster.ok("ceph rbd task add flatten here/child");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd info here/child; rbd status here/child; kill $(pgrep -P $(cat pid) || cat pid)"))
                .doesNotContain("parent:").contains("watcher=");
    }

    @Test
    void snapshotsAreTakenAndTheTrashIsEmptiedOnSchedule() {
        cluster.ok("rbd mirror pool enable there image && rbd mirror pool peer add there client.x@remote;"
                + " rbd create --size 8M there/m && rbd mirror image enable there/m snapshot;"
                + " rbd create --size 8M there/old && rbd trash mv there/old;"
                + " rbd create --size 8M there/later && rbd trash mv there/later --expires-at 2099-01-01");
        cluster.ok("rbd mirror snapshot schedule add -p there --image m 1m");
        cluster.ok("rbd trash purge schedule add -p there 1m && rbd trash purge schedule add -p there 3h 05:30");
        assertThat(cluster.ok("rbd mirror snapshot schedule ls -p there -R")).containsPattern("there +m +every 1m");
        assertThat(cluster.ok("rbd trash purge schedule ls -p there")).isEqualTo("every 1m, every 3h starting at 05:30:00");
        assertThat(cluster.ok("rbd mirror snapshot schedule status")).containsPattern("20.*:00 +there/m");
        assertThat(cluster.run("rbd mirror snapshot schedule add -p there --image nosuch 1h").err())
                .contains("(22) Invalid argument: Invalid level spec there/nosuch: image nosuch does not exist");
        eventually("[ $(rbd snap ls --all there/m | grep -c 'mirror (primary') -ge 2 ]", 90);
        eventually("[ $(rbd trash ls there | wc -l) = 1 ]", 90);
        assertThat(cluster.ok("rbd trash ls there")).endsWith("later");
        cluster.ok("rbd trash purge schedule rm -p there && rbd mirror snapshot schedule rm -p there --image m");
        assertThat(cluster.ok("rbd trash purge schedule ls -R")).isEqualTo("POOL  NAMESPACE  SCHEDULE");
    }
}
