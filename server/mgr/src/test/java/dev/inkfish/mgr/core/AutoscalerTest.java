package dev.inkfish.mgr.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AutoscalerTest {
    /// What a real Ceph made of these shares.
    @Test
    void numbersAreRoundedToTheNearestPowerOfTwo() {
        assertThat(Autoscaler.nearestPowerOfTwo(70.0)).isEqualTo(64);
        assertThat(Autoscaler.nearestPowerOfTwo(97.5)).isEqualTo(128);
        assertThat(Autoscaler.nearestPowerOfTwo(32.0)).isEqualTo(32);
        assertThat(Autoscaler.nearestPowerOfTwo(0.4)).isZero();
    }
}
