package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// RBD images against a model of their bytes, through librbd: `rbd-exerciser` with a few fixed seeds. `./test --rbd-qa`
/// runs many more, and Ceph's own scripts.
class RbdImagesTest {
    @ParameterizedTest
    @ValueSource(ints = {5, 8})
    void imagesHoldWhatWasWritten(int seed) {
        Cluster cluster = Cluster.shared();
        assumeTrue(cluster.run("/usr/bin/python3 -c 'import rbd'").code() == 0, "package python3-rbd is not installed");
        Path program = Path.of("rbd-exerciser").toAbsolutePath();
        Cluster.Outcome outcome = cluster.run("/usr/bin/python3 " + program + " --steps 100 --seed " + seed, 300);
        assertThat(outcome.out()).as(outcome.toString()).isEqualTo("seed " + seed + ": 100 steps, nothing differs\n");
        assertThat(outcome.code()).isZero();
    }
}
