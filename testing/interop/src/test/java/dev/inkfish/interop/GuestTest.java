package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /// Boot loader, kernel and initial RAM disk come from the image, too.
    @ParameterizedTest
    @ValueSource(strings = {
        "-drive format=rbd,id=d,file=rbd:guests/boot,if=none",
        "-blockdev node-name=d,driver=rbd,pool=guests,image=boot,discard=unmap"
    })
    void aGuestBootsFromItsImage(String drive) {
        assumeTrue(Files.exists(GUEST.resolve("boot.img")), "no disk that boots: run ./test --guests");
        cluster.ok("qemu-img convert -f raw -O raw " + GUEST.resolve("boot.img") + " rbd:guests/boot");
        Cluster.Outcome all = cluster.run(
                "qemu-system-x86_64 -accel tcg -m 256 -nodefaults -nographic -no-reboot -serial stdio " + drive
                        + " -device virtio-blk-pci,drive=d,id=virtioblk0 > boot.out & qemu=$!;"
                        + " for i in $(seq 500); do grep -q 'GUEST wrote 5' boot.out && break; sleep 0.2; done;"
                        + " kill -9 $qemu; wait $qemu; cat boot.out", 180);
        assertThat(all.out()).contains("GUEST Disk /dev/vda: 128 MB", "GUEST mounted", "GUEST same", "GUEST wrote 5");
        cluster.ok("for i in $(seq 70); do rbd rm --no-progress guests/boot 2>/dev/null && exit; sleep 0.5; done; exit 1");
    }

    @Test
    void aRunningGuestMovesToAnotherQemuAndGoesOnWriting() {
        cluster.ok("rbd create --size 128 guests/moving");
        String hmp = Path.of("src/test/guest/hmp").toAbsolutePath() + " ";
        String disk = "-drive format=rbd,id=d,file=rbd:guests/moving,if=none -device virtio-blk-pci,drive=d ";
        Cluster.Outcome all = cluster.run(
                boot(disk + "-monitor unix:a.sock,server,nowait", "task=disk") + " > a.out & a=$!;"
                + boot(disk + "-monitor unix:b.sock,server,nowait -incoming unix:move.sock", "task=disk")
                + " > b.out & b=$!;"
                + " for i in $(seq 300); do grep -q 'GUEST wrote 5' a.out && break; sleep 0.2; done;"
                + " before=$(rbd lock ls guests/moving | grep -o 'client.[0-9]*'); "
                + hmp + "a.sock 'migrate -d unix:move.sock'; for i in $(seq 300); do "
                + hmp + "a.sock 'info migrate' | grep -E 'Migration status: (completed|failed)' && break; sleep 0.1; done; "
                + hmp + "a.sock 'info status'; last=$(grep -c 'GUEST wrote' a.out);"
                + " for i in $(seq 100); do [ $(grep -c 'GUEST wrote' b.out) -gt 5 ] && break; sleep 0.2; done; "
                + hmp + "b.sock 'info status'; after=$(rbd lock ls guests/moving | grep -o 'client.[0-9]*');"
                + " [ -n \"$after\" -a \"$before\" != \"$after\" ] && echo lock moved;"
                + " [ $last = $(grep -c 'GUEST wrote' a.out) ] && echo source silent; " + hmp + "a.sock quit;"
                + " echo $(grep -c 'GUEST wrote' b.out) lines by the second; " + hmp + "b.sock quit; wait $a $b;"
                + " rbd status guests/moving; rbd rm --no-progress guests/moving && echo removed", 240);
        assertThat(all.out())
                .contains("Migration status: completed", "VM status: paused (postmigrate)", "VM status: running")
                .contains("lock moved", "source silent", "Watchers: none", "removed")
                .containsPattern("\\d+ lines by the second");
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
