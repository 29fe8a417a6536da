package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// libvirt's rbd pools and a domain on one, as `client.libvirt` with `profile rbd` only, its three monitors given, one of
/// them killed on the way: what `libvirt-steps` does (`./test --libvirt`).
class LibvirtTest {
    private static final Path STEPS = Path.of("src/test/libvirt/libvirt-steps").toAbsolutePath();
    private static final Path GUEST = Path.of("target/guest").toAbsolutePath();
    private static final Pattern STEP = Pattern.compile("(?ms)^== (?!exit )(.*?)$(.*?)^== exit (\\d+)$");

    private record Step(String output, int code) {}

    @Test
    void aPoolVolumesAndADomainWithThreeMonitorsOfWhichOneIsLost() {
        assumeTrue(System.getenv("INKFISH_LIBVIRT") != null, "takes two minutes: run ./test --libvirt");
        assumeTrue("root".equals(System.getProperty("user.name")), "libvirtd and its mount namespace need root");
        Cluster.Outcome all;
        try (Cluster cluster = Cluster.fresh("--mons", "3", "--processes")) {
            String guest = Files.exists(GUEST.resolve("initrd")) ? " " + GUEST : "";
            all = cluster.run("unshare -m " + STEPS + " " + cluster.dir() + guest, 300);
        }
        Map<String, Step> steps = new LinkedHashMap<>();
        Matcher matcher = STEP.matcher(all.out());
        while (matcher.find()) {
            steps.put(matcher.group(1), new Step(matcher.group(2).strip(), Integer.parseInt(matcher.group(3))));
        }
        assertThat(steps).as(all.toString()).hasSizeGreaterThan(35);
        steps.forEach((name, step) -> {
            // both are refused while the domain runs
            boolean refused = name.startsWith("virsh vol-delete z-centos9");
            assertThat(step.code() == 0).as("%s: %s", name, step).isEqualTo(!refused);
        });
        expect(steps, "(virsh vol-list images_rbd", "storage pool 'images_rbd' is not active");
        expect(steps, "virsh pool-define", "Pool images_rbd defined from pool.xml");
        expect(steps, "virsh pool-dumpxml", "3");
        expect(steps, "virsh vol-clone", "Vol z-clone cloned from z-ubuntu20-rbd");
        expect(steps, "virsh vol-delete z-clone", "Vol z-clone deleted");
        expect(steps, "virsh vol-info", "5.59 GiB");
        expect(steps, "virsh start", "Domain 'z-centos9' started");
        expect(steps, "rbd status", "watcher=127.0.0.1:0/");
        expect(steps, "rados -p libvirt-pool listwatchers", "watcher=127.0.0.1:0/");
        expect(steps, "virsh vol-delete z-centos9", "libvirt-pool/z-centos9': No such file or directory");
        expect(steps, "(rbd -p libvirt-pool rm", "rbd: error: image still has watchers");
        expect(steps, "rbd snap ls", "while-it-runs");
        if (Files.exists(GUEST.resolve("initrd"))) {
            for (String console : new String[] {"console", "installed", "booted"}) {
                expect(steps, "grep -E 'GUEST (mounted|same|wrote 3)' " + console, "GUEST same");
                expect(steps, "grep -E 'GUEST (mounted|same|wrote 3)' " + console, "GUEST wrote 3");
            }
            expect(steps, "virsh dumpxml z-installed", "<source protocol='rbd' name='libvirt-pool/z-installed'");
        }
        assertThat(all.out().substring(all.out().lastIndexOf("== virsh vol-list")))
                .contains("new-libvirt-image", "z-ubuntu20 ").doesNotContain("z-centos9");
    }

    private static void expect(Map<String, Step> steps, String command, String text) {
        assertThat(steps).anySatisfy((name, step) -> {
            assertThat(name).startsWith(command);
            assertThat(step.output()).contains(text);
        });
    }
}
