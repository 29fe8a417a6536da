package dev.inkfish.mgr.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationTest {
    /// Values of Python's `math.erf`.
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.001, 0.0011283787909692365",
        "0.1, 0.1124629160182849",
        "0.5, 0.5204998778130465",
        "1, 0.8427007929497149",
        "2, 0.9953222650189527",
        "2.999, 0.9999777698314002",
        "3.001, 0.9999780483390822",
        "4, 0.9999999845827421",
        "7, 1"
    })
    void errorFunction(double x, double expected) {
        assertThat(Erf.of(x)).isCloseTo(expected, within(2e-15));
    }
}
