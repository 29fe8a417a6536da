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
        assertThat(cluster.ok("ceph rbd task add migration execute there/b")).contains("Migrating image here/a to here/b");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd status there/b")).contains("state: executed");
        cluster.ok("ceph rbd task add migration commit there/b");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd export --no-progress there/b - | md5sum")).isEqualTo(sum);
        assertThat(cluster.ok("rbd status there/b; rbd trash ls -a here; rados -p here ls"))
                .doesNotContain("Migration").doesNotContain("rbd_data");
        cluster.ok("rbd object-map check --no-progress there/b && rbd migration prepare there/b here/c");
        cluster.ok("rbd snap create --no-progress here/c@new; qemu-io -f raw -c 'write -P 7 3M 2M' -c 'write -P 8 30M 64k' -c 'discard 8M 4M' rbd:here/c");
        sum = cluster.ok("rbd export --no-progress here/c - | md5sum");
        cluster.ok("ceph rbd task add migration abort here/c");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd ls here; rbd ls there; rbd object-map check --no-progress there/b")).isEqualTo("b");
        assertThat(cluster.ok("rbd export --no-progress there/b - | md5sum")).isEqualTo(sum);
    }

    /// From a snapshot of an image, raw files with snapshots, and qcow files: what librbd reads through the migration is what is
    /// there when the manager has executed and committed it.
    @Test
    void importsAreExecutedCommittedAndAborted() {
        cluster.ok("ceph osd pool create imports 8 && rbd pool init imports; rm -rf import && mkdir import; rbd create --size 24M here/m; qemu-io -f raw -c 'write -P 1 0 9M' rbd:here/m;"
                + " rbd snap create --no-progress here/m@s; qemu-io -f raw -c 'write -P 2 5M 9M' -c 'discard 0 4M' rbd:here/m;"
                + " rbd snap create --no-progress here/m@t; qemu-io -f raw -c 'write -P 3 7M 64k' rbd:here/m;"
                + " for s in s t; do rbd export --no-progress here/m@$s import/$s; done; rbd export --no-progress here/m import/head;"
                + " qemu-img create -q -f qcow2 import/q2 24M; for i in 1 2 3; do qemu-io -c \"write -P $i 5M ${i}M\" -c 'write -z 12M 64k'"
                + " import/q2; qemu-img snapshot -c s$i import/q2; done; qemu-io -c 'write -P 9 23M 1M' import/q2;"
                + " qemu-img convert -f raw -O qcow import/head import/q1");
        String file = "{\"type\": \"%s\", \"stream\": {\"type\": \"file\", \"file_path\": \"'$PWD'/import/%s\"}%s}";
        String snapshots = ", \"snapshots\": [" + file.formatted("raw", "s", ", \"name\": \"s\"") + ", "
                + file.formatted("raw", "t", ", \"name\": \"t\"") + "]";
        imported("{\"type\": \"native\", \"pool_name\": \"here\", \"image_name\": \"m\", \"snap_name\": \"s\"}", "@s", "t");
        imported(file.formatted("raw", "head", snapshots), "@s", "t");
        imported(file.formatted("qcow", "q2", ""), "@s1 @s2 @s3", "");
        imported(file.formatted("qcow", "q1", ""), "", "");
        assertThat(cluster.ok("rbd snap ls here/m | wc -l; rbd ls imports")).isEqualTo("3");
        cluster.ok("rbd migration prepare --import-only --source-spec '" + file.formatted("raw", "head", "") + "' imports/gone;"
                + " mv import/head import/elsewhere");
        assertThat(cluster.run("ceph rbd task add migration execute imports/gone").err()).contains("(Image imports/gone is not migrating)");
        cluster.ok("rbd migration abort --no-progress imports/gone; rbd snap purge --no-progress here/m; rbd rm --no-progress here/m;"
                + " rm -r import; ceph osd pool rm imports imports --yes-i-really-really-mean-it");
    }

    /// @param later a snapshot that is compared with its file: of a native import's later ones librbd 16 reads something else
    /// until it is executed
    private static void imported(String spec, String snaps, String later) {
        cluster.ok("rbd migration prepare --import-only --source-spec '" + spec + "' imports/i --object-size 1M");
        String sums = "for s in '' " + snaps + "; do rbd export --no-progress imports/i$s - | md5sum; done";
        String before = cluster.ok(sums);
        cluster.ok("ceph rbd task add migration abort imports/i");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd ls imports; rados -p imports ls | grep rbd_data || true")).isEmpty();
        cluster.ok("rbd migration prepare --import-only --source-spec '" + spec + "' imports/i --object-size 1M");
        assertThat(cluster.ok("ceph rbd task add migration execute imports/i")).contains("Migrating image <unknown>/ to <unknown>/i");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd status imports/i")).contains("state: executed");
        cluster.ok("ceph rbd task add migration commit imports/i");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd status imports/i; rbd info imports/i | grep feat")).doesNotContainIgnoringCase("migrati");
        assertThat(cluster.ok(sums)).isEqualTo(before);
        cluster.ok("for s in " + later + "; do rbd export --no-progress imports/i@$s - | cmp - import/$s; done");
        cluster.ok("rbd object-map check --no-progress imports/i; rbd snap purge --no-progress imports/i; rbd rm --no-progress imports/i");
    }

    @Test
    void anImageOfFormat1IsMigratedTakenBackMigratedAgainAndCommitted() {
        cluster.ok("for p in oldest newest; do ceph osd pool create $p 8 && rbd pool init $p; done");
        cluster.ok("RBD_FORCE_ALLOW_V1=1 rbd create --image-format 1 --size 20M oldest/o 2>/dev/null;"
                + " qemu-io -f raw -c 'write -P 1 0 9M' rbd:oldest/o; rbd snap create --no-progress oldest/o@s;"
                + " qemu-io -f raw -c 'write -P 2 1M 6M' -c 'discard 8M 1M' rbd:oldest/o");
        String sums = sums("oldest/o");
        assertThat(cluster.run("ceph rbd task add remove oldest/o").err()).contains("error getting id for image b'o'");
        cluster.ok("rbd migration prepare oldest/o newest/n");
        assertThat(cluster.ok("ceph rbd task add migration execute oldest/o")).contains("Migrating image oldest/o to oldest/n");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd status newest/n")).contains("state: executed");
        cluster.ok("qemu-io -f raw -c 'write -P 9 0 1M' rbd:newest/n");
        sums = sums("newest/n");
        cluster.ok("ceph rbd task add migration abort newest/n");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd ls newest; rbd ls oldest; rbd info oldest/o")).startsWith("o").contains("format: 1");
        assertThat(sums("oldest/o")).isEqualTo(sums);

        cluster.ok("rbd migration prepare oldest/o newest/n --object-size 1M --stripe-unit 1M --stripe-count 1");
        cluster.ok("ceph rbd task add migration execute newest/n");
        eventually(NO_TASKS, 60);
        cluster.ok("ceph rbd task add migration commit newest/n");
        eventually(NO_TASKS, 60);
        assertThat(sums("newest/n")).isEqualTo(sums);
        assertThat(cluster.ok("rbd info newest/n")).contains("order 20", "format: 2").doesNotContain("migrating");
        assertThat(cluster.ok("rbd ls oldest; rados -p oldest ls | grep -v '^rbd_' || true")).isEmpty();
        cluster.ok("for p in oldest newest; do ceph osd pool rm $p $p --yes-i-really-really-mean-it; done");
    }

    private static String sums(String image) {
        return cluster.ok("for i in " + image + " " + image + "@s; do rbd export --no-progress $i - | md5sum; done");
    }

    /// The bytes are those that a real 16.2.15's manager writes in the same case.
    @Test
    void flatteningAnImageThatIsMirroredByJournalIsAnEventInItsJournal() {
        cluster.ok("ceph osd pool create jm 8 && rbd pool init jm && rbd mirror pool enable jm image;"
                + " f='--image-feature layering,exclusive-lock,object-map,fast-diff,deep-flatten,journaling';"
                + " rbd create --size 16M jm/p $f; rbd bench --io-type write --io-size 64K --io-total 1M jm/p;"
                + " rbd snap create --no-progress jm/p@s && rbd mirror image enable jm/p journal;"
                + " for i in j k; do rbd clone --rbd-default-clone-format 2 jm/p@s jm/$i $f && rbd mirror image enable jm/$i journal; done;"
                + " rbd bench --io-type write --io-size 4K --io-total 16K jm/j; rbd mirror image demote jm/k");
        String sum = cluster.ok("rbd export --no-progress jm/j - | md5sum");
        cluster.ok("ceph rbd task add flatten jm/j");
        eventually(NO_TASKS, 60);
        assertThat(cluster.ok("rbd info jm/j")).doesNotContain("parent:");
        assertThat(cluster.ok("rbd journal status --pool jm --image j")).contains(
                "[[object_number=1, tag_tid=2, entry_tid=1], [object_number=0, tag_tid=2, entry_tid=0], [object_number=3, tag_tid=1");
        assertThat(lastEntry(0, 65)).startsWith("939758532659413101000000000000000002000000000000002000000005010c0000000c0000000100000000000000");
        assertThat(lastEntry(1, 77)).startsWith("939758532659413101010000000000000002000000000000002c00000005011800000003000000"
                + "0100000000000000010000000000000000000000");
        assertThat(cluster.ok("rbd export --no-progress jm/j - | md5sum")).isEqualTo(sum);
        cluster.ok("rbd bench --io-type write --io-size 4K --io-total 4K jm/j && rbd object-map check --no-progress jm/j");
        assertThat(cluster.ok("rbd journal status --pool jm --image j")).contains("tag_tid=3");

        cluster.ok("ceph rbd task add flatten jm/k");
        eventually("ceph rbd task list | grep -qF \"\\\"[errno 30] RBD read-only image (error flattening b'k')\"", 30);
        cluster.ok("ceph rbd task cancel $(ceph rbd task list | jq -r '.[0].id')");
        cluster.ok("ceph osd pool rm jm jm --yes-i-really-really-mean-it");
    }

    private static String lastEntry(int object, int length) {
        return cluster.ok("pool=$(ceph osd pool ls detail -f json | jq '.[]|select(.pool_name==\"jm\").pool_id');"
                + " id=$(rbd info jm/j --format json | jq -r .id);"
                + " rados -p jm get journal_data.$pool.$id." + object + " - | tail -c " + length + " | od -An -v -tx1 | tr -d ' \\n'");
    }

    /// A host dies with its machines: their locks stay, their journals have what was not written yet.
    @Test
    void theLockOfAClientThatDiedIsBroken() {
        cluster.ok("ceph osd pool create dead 8 && rbd pool init dead;"
                + " f='--image-feature layering,exclusive-lock,object-map,fast-diff,deep-flatten,journaling';"
                + " rbd create --size 16M dead/p; rbd bench --io-type write --io-size 4M --io-total 16M dead/p; rbd snap create --no-progress dead/p@s;"
                + " rbd create --size 16M dead/gone; rbd clone --rbd-default-clone-format 2 dead/p@s dead/c $f;"
                + " for i in gone c; do rbd bench --io-type write --io-size 4K --io-total 100G --io-threads 4 dead/$i > /dev/null 2>&1 &"
                + " echo $! >> dying; done");
        eventually("rbd lock ls dead/gone | grep -q auto && rbd lock ls dead/c | grep -q auto", 30);
        cluster.ok("sleep 2; kill -9 $(cat dying)");
        cluster.ok("ceph rbd task add flatten dead/c; ceph rbd task add remove dead/gone");
        eventually(NO_TASKS, 150);
        assertThat(cluster.ok("rbd ls dead; rbd info dead/c")).doesNotContain("gone").doesNotContain("parent:");
        assertThat(cluster.ok("ceph osd blocklist ls").lines().count()).isGreaterThanOrEqualTo(2);
        assertThat(cluster.ok("rbd lock ls dead/c")).isEmpty();
        cluster.ok("rbd bench --io-type write --io-size 4K --io-total 4K dead/c && rbd object-map check --no-progress dead/c");
        cluster.ok("ceph osd pool rm dead dead --yes-i-really-really-mean-it");
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
