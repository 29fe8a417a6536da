package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Users and what they may do, where Ceph answers EACCES, EPERM and ENOENT.
class UsersTest {
    private static Cluster cluster;

    @BeforeAll
    static void createPools() {
        cluster = Cluster.shared();
        cluster.ok("ceph osd pool create mine 8 && ceph osd pool create theirs 8 && echo x > x");
    }

    private static Cluster.Outcome as(String user, String command) {
        cluster.ok("ceph auth get client." + user + " -o " + user + ".keyring");
        return cluster.run(command.replace("ceph ", "ceph -n client." + user + " --keyring " + user + ".keyring ")
                .replace("rados ", "rados -n client." + user + " --keyring " + user + ".keyring "));
    }

    @Test
    void aUserOfOnePoolMayNotTouchAnother() {
        cluster.ok("ceph auth get-or-create client.poor mon 'allow r' osd 'allow rw pool=mine'");
        assertThat(as("poor", "rados -p mine put o x").code()).isZero();
        Cluster.Outcome refused = as("poor", "rados -p theirs put o x");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains("(1) Operation not permitted");
    }

    @Test
    void aReaderMayNotWrite() {
        cluster.ok("ceph auth get-or-create client.reader mon 'allow r' osd 'allow r pool=mine'");
        cluster.ok("rados -p mine put readable x");
        assertThat(as("reader", "rados -p mine get readable -").out()).isEqualTo("x\n");
        assertThat(as("reader", "rados -p mine rm readable").err()).contains("(1) Operation not permitted");
    }

    @Test
    void monitorCommandsNeedTheRight() {
        cluster.ok("ceph auth get-or-create client.looker mon 'allow r'");
        assertThat(as("looker", "ceph osd dump").code()).isZero();
        Cluster.Outcome refused = as("looker", "ceph osd pool create nope 8");
        assertThat(refused.code()).isEqualTo(13);
        assertThat(refused.err()).contains("access denied");
    }

    @Test
    void tellingAnOsdNeedsTheRightToAll() {
        cluster.ok("ceph auth get-or-create client.teller mon 'allow r' osd 'allow rwx'");
        assertThat(as("teller", "ceph tell osd.0 version").code()).isEqualTo(13);
        cluster.ok("ceph auth caps client.teller mon 'allow r' osd 'allow *'");
        assertThat(as("teller", "ceph tell osd.0 version").code()).isZero();
    }

    @Test
    void aWrongKeyIsRefused() {
        cluster.ok("ceph auth get-or-create client.forged mon 'allow r'");
        cluster.ok("ceph-authtool -C forged.keyring -n client.forged --gen-key");
        Cluster.Outcome refused =
                cluster.run("timeout 20 ceph -n client.forged --keyring forged.keyring -s --connect-timeout 10");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains("ermission denied");
    }

    @Test
    void theKeyringThatStatusAndErrorsAreRedirectedIntoIsUsable() {
        cluster.ok("ceph auth get client.admin &> admin.keyring");
        assertThat(cluster.ok("ceph --keyring admin.keyring fsid")).hasSize(36);
    }
}
