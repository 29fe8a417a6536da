package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Guests without KVM: Debian's kernel with an rbd image as its disk, and as a client itself (`rbd map`).
/// `scripts/guest-kernel.sh` prepares them (`./test --guests`).
class GuestTest {
    private static final Path GUEST = Path.of("target/guest").toAbsolutePath();
    private static final String QEMU = "qemu-system-x86_64 -accel tcg -m 256 -nodefaults -nographic -no-reboot"
            + " -serial stdio -kernel " + GUEST.resolve("vmlinuz") + " -initrd " + GUEST.resolve("initrd");
    private static Cluster cluster;

    @BeforeAll
    static void createPool() {
        assumeTrue(Files.exists(GUEST.resolve("initrd")), "no guest kernel: run ./test --guests");
        cluster = Cluster.shared();
        cluster.ok("ceph osd pool create guests 8 && rbd pool init guests");
    }

    private static String boot(String devices, String words) {
        return QEMU + " " + devices + " -append 'console=ttyS0 quiet panic=-1 " + words + "'";
    }

    @Test
    void aGuestKeepsItsDiskWhileSnapshotsAreTakenAndLosesTheLockWhenKilled() {
        cluster.ok("rbd create --size 128 guests/disk");
        String guest = boot(
                "-drive format=rbd,id=rbd1,file=rbd:guests/disk,if=none"
                        + " -device virtio-blk-pci,drive=rbd1,id=virtioblk0",
                "task=disk");
        Cluster.Outcome all = cluster.run(guest + " > console & qemu=$!;"
                + " for i in $(seq 300); do grep -q 'GUEST wrote 5' console && break; sleep 0.2; done;"
                + " rbd status guests/disk; rbd lock ls guests/disk; rbd rm --no-progress guests/disk 2>&1;"
                + " rbd snap create --no-progress guests/disk@running && echo snapped;"
                + " kill -9 $qemu; wait $qemu; cat console;"
                + " rbd bench --io-type write --io-size 4K --io-total 64K guests/disk > /dev/null && echo taken over;"
                + " ceph osd blocklist ls; rbd status guests/disk;"
                + " rbd snap purge --no-progress guests/disk; rbd rm --no-progress guests/disk && echo removed", 240);
        assertThat(all.out())
                .contains("GUEST mounted", "GUEST same", "watcher=127.0.0.1:0/", "There is 1 exclusive lock")
                .contains("image still has watchers", "snapped", "taken over", "Watchers: none", "removed")
                .containsPattern("127\\.0\\.0\\.1:0/\\d+ 20");
    }

    @ParameterizedTest
    @CsvSource({"v2,ms_mode=crc", "v2,ms_mode=secure", "v2,ms_mode=prefer-crc", "v2,ms_mode=prefer-secure", "v1,ms_mode=legacy"})
    void theKernelMapsAnImage(String protocol, String option) {
        String image = option.substring("ms_mode=".length());
        cluster.ok("rbd create --size 64 guests/" + image);
        String mon = cluster.ok("grep -o '" + protocol + ":127[0-9.:]*' $CEPH_CONF | head -1").substring(3);
        String key = cluster.ok("ceph auth get-key client.admin");
        Cluster.Outcome guest = cluster.run(boot(
                "-netdev user,id=n -device virtio-net-pci,netdev=n",
                "task=map mon=" + mon + " key=" + key + " opt=" + option + " pool=guests image=" + image), 120);
        assertThat(guest.out())
                .contains("GUEST mapped", "GUEST mounted", "GUEST same", "GUEST trimmed", "GUEST unmapped");
        assertThat(cluster.ok("rbd status guests/" + image)).isEqualTo("Watchers: none");
    }
}
