package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// `qemu-img`, `qemu-io` and `qemu-storage-daemon` on `rbd:` images, with all rights and with a pool's only.
class QemuTest {
    private static final String POOL = "qemu";
    private static final String WATCHED = "image still has watchers";
    private static Cluster cluster;

    @BeforeAll
    static void createPool() {
        assumeTrue(Files.exists(Path.of("/usr/bin/qemu-img")), "package qemu-utils is not installed");
        cluster = Cluster.shared();
        assumeTrue(
                cluster.run("qemu-img --help").out().contains(" rbd"), "package qemu-block-extra is not installed");
        cluster.ok("ceph osd pool create " + POOL + " 8 && rbd pool init " + POOL);
    }

    @AfterAll
    static void removePool() {
        if (cluster != null) {
            cluster.run("ceph osd pool rm " + POOL + " " + POOL + " --yes-i-really-really-mean-it");
        }
    }

    private static String uri(String image) {
        return "rbd:" + POOL + "/" + image + ":conf=" + cluster.conf();
    }

    @Test
    void anImageIsCreatedDescribedAndResized() {
        assertThat(cluster.ok("qemu-img create -f rbd rbd:qemu/guest 2G"))
                .isEqualTo("Formatting 'rbd:qemu/guest', fmt=rbd size=2147483648");
        assertThat(cluster.ok("qemu-img info -f rbd " + uri("guest")))
                .contains("file format: rbd", "virtual size: 2 GiB (2147483648 bytes)", "cluster_size: 4194304");
        cluster.ok("qemu-img resize -f rbd " + uri("guest") + " 3G");
        cluster.ok("qemu-img resize -f rbd --shrink " + uri("guest") + " 1G");
        assertThat(cluster.ok("rbd info qemu/guest")).contains("size 1 GiB in 256 objects");
        assertThat(cluster.run("qemu-img create -f rbd rbd:qemu/guest 2G").err()).contains("File exists");
        cluster.ok("rbd -p qemu rm guest");
    }

    @Test
    void whatIsWrittenDiscardedAndZeroedIsReadBack() {
        cluster.ok("qemu-img create -f rbd rbd:qemu/io 64M");
        cluster.ok("qemu-io -f rbd " + uri("io") + " -c 'write -P 0xaa 0 8M' -c flush -c 'read -P 0xaa 4M 1M'"
                + " -c 'write -P 0xbb 1M 4k' -c 'read -P 0xbb 1M 4k' -c 'discard 4M 4M' -c 'read -P 0 4M 4M'"
                + " -c 'write -z 0 1M' -c 'read -P 0 0 1M' -c 'aio_write -P 0xcc 10M 64k' -c aio_flush");
        cluster.ok("qemu-io -f rbd " + uri("io") + " -c 'read -P 0xcc 10M 64k' -c 'read -P 0xbb 1M 4k'");
        assertThat(cluster.ok("qemu-img map --output json -f rbd " + uri("io")))
                .contains("{ \"start\": 4194304, \"length\": 4194304, \"depth\": 0, \"present\": true, \"zero\": true");
    }

    @Test
    void aSnapshotKeepsTheImageAndCanBeAppliedAgain() {
        cluster.ok("qemu-img create -f rbd rbd:qemu/snapped 32M");
        cluster.ok("qemu-io -f rbd " + uri("snapped") + " -c 'write -P 1 0 5M'");
        cluster.ok("qemu-img snapshot -c before " + uri("snapped"));
        cluster.ok("qemu-io -f rbd " + uri("snapped") + " -c 'write -P 2 1M 8M'");
        assertThat(cluster.ok("qemu-img snapshot -l " + uri("snapped"))).contains("before", "32 MiB");
        cluster.ok("qemu-io -r -f rbd " + uri("snapped@before") + " -c 'read -P 1 0 5M' -c 'read -P 0 5M 4M'");
        cluster.ok("qemu-img snapshot -a before " + uri("snapped"));
        cluster.ok("qemu-io -f rbd " + uri("snapped") + " -c 'read -P 1 0 5M' -c 'read -P 0 5M 27M'");
        cluster.ok("qemu-img snapshot -d before " + uri("snapped"));
        assertThat(cluster.ok("rbd snap ls qemu/snapped")).isEmpty();
    }

    @Test
    void aQcow2ImageIsConvertedToRbdAndBack() {
        cluster.ok("head -c 9000000 /dev/urandom > raw && truncate -s 40M raw");
        cluster.ok("qemu-img convert -f raw -O qcow2 raw there.qcow2");
        cluster.ok("qemu-img convert -f qcow2 -O rbd there.qcow2 " + uri("converted"));
        assertThat(cluster.ok("qemu-img compare -f qcow2 -F rbd there.qcow2 " + uri("converted")))
                .isEqualTo("Images are identical.");
        cluster.ok("qemu-img convert -f rbd -O qcow2 " + uri("converted") + " back.qcow2");
        assertThat(cluster.ok("qemu-img compare there.qcow2 back.qcow2")).isEqualTo("Images are identical.");
        assertThat(cluster.ok("rbd du qemu/converted")).contains("40 MiB  12 MiB");
    }

    @Test
    void aUserOfOnePoolMayDoEverythingThereAndNothingElsewhere() {
        cluster.ok("ceph osd pool create store1 8");
        cluster.ok("ceph auth get-or-create client.vmmgr mon 'allow r' osd"
                + " 'allow class-read object_prefix rbd_children, allow rwx pool=store1' > vmmgr.keyring");
        cluster.ok("sed 's#^keyring = .*admin.keyring#keyring = '$PWD'/vmmgr.keyring#' $CEPH_CONF > vmmgr.conf");
        String who = ":id=vmmgr:conf=" + cluster.dir() + "/vmmgr.conf";
        cluster.ok("qemu-img create -f rbd rbd:store1/disk1" + who + " 2G");
        cluster.ok("qemu-io -f rbd rbd:store1/disk1" + who + " -c 'write -P 1 0 64k' -c flush -c 'read -P 1 0 64k'");
        assertThat(cluster.run("qemu-img create -f rbd rbd:qemu/disk1" + who + " 2G").err())
                .contains("error rbd create: Operation not permitted");
        assertThat(cluster.run("qemu-img info -f rbd rbd:qemu/io" + who).code()).isNotZero();
        assertThat(cluster.run("ceph -c vmmgr.conf --id vmmgr osd pool create other").err())
                .contains("Error EACCES: access denied");
        cluster.ok("rbd -c vmmgr.conf --id vmmgr -p store1 rm --no-progress disk1");
        assertThat(cluster.run("qemu-img info -f rbd rbd:store1/disk1:id=nobody:conf=" + cluster.conf()).code())
                .isNotZero();
        cluster.ok("ceph osd pool rm store1 store1 --yes-i-really-really-mean-it && ceph auth rm client.vmmgr");
    }

    @Test
    void anEncryptedImageIsWrittenThroughQemuAndReadableWithThePassphraseOnly() {
        cluster.ok("rbd create --size 32M qemu/secret && printf secret > pass && rbd encryption format qemu/secret luks1 pass");
        String open = "qemu-io --image-opts driver=rbd,pool=qemu,image=secret,conf=$CEPH_CONF,encrypt.format=luks,"
                + "encrypt.key-secret=s --object secret,id=s,";
        assertThat(cluster.ok(open + "file=pass -c 'write -P 0x5a 1M 2M' -c flush -c 'read -P 0x5a 1M 2M'"))
                .contains("read 2097152/2097152");
        assertThat(cluster.run(open + "data=wrong -c 'read 0 4k'").err()).contains("encryption load fail");
        cluster.ok("rbd export --no-progress qemu/secret raw.luks");
        assertThat(cluster.ok("head -c 4 raw.luks; grep -c ZZZZZZZZZZZZZZZZ raw.luks || true")).isEqualTo("LUKS0");
    }

    @Test
    void anOpenImageHasAWatcherAndIsNotRemoved() {
        cluster.ok("qemu-img create -f rbd rbd:qemu/open 64M");
        Cluster.Outcome all = cluster.run("qemu-storage-daemon --blockdev"
                + " driver=rbd,node-name=r,pool=qemu,image=open,conf=$CEPH_CONF,discard=unmap"
                + " --nbd-server addr.type=unix,addr.path=nbd.sock --export type=nbd,id=e,node-name=r,writable=on,name=x &"
                + " daemon=$!; until [ -S nbd.sock ]; do sleep 0.1; done;"
                + " qemu-io -f raw \"nbd+unix:///x?socket=$PWD/nbd.sock\" -c 'write -P 7 1M 2M' -c flush"
                + " -c 'discard 1M 1M' -c 'write -z 2M 64k' -c 'read -P 0 2M 64k' -c 'read -P 7 2176K 64k';"
                + " rbd status qemu/open; rbd lock ls qemu/open; rbd rm --no-progress qemu/open 2>&1;"
                + " kill $daemon; wait $daemon; rbd rm --no-progress qemu/open && echo removed");
        assertThat(all.out()).contains("watcher=127.0.0.1:0/", "There is 1 exclusive lock", WATCHED, "removed");
        assertThat(all.out()).doesNotContain("failed at offset");
    }
}
