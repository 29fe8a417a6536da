package dev.inkfish.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class OptionInputTest {
    private static String normalise(String value) {
        return OptionInput.normalise(Objects.requireNonNull(Options.find("osd_recovery_sleep")), value);
    }

    @Test
    void decimalsAreReadAsStrtodDoes() {
        assertThat(normalise("1.5")).isEqualTo("1.500000");
        assertThat(normalise("1e1")).isEqualTo("10.000000");
        assertThat(normalise(".25")).isEqualTo("0.250000");
    }

    @Test
    void whatIsNoDecimalIsRefusedInCephsWords() {
        assertThatThrownBy(() -> normalise("x")).hasMessage("strict_strtod: expected double, got: 'x'");
        assertThatThrownBy(() -> normalise("")).hasMessage("strict_strtod: expected double, got: ''");
        // what Java has at the end of a number, and its name for what is none
        assertThatThrownBy(() -> normalise("1.5f")).hasMessage("strict_strtod: garbage at end of string. got: '1.5f'");
        assertThatThrownBy(() -> normalise("NaN")).hasMessage("strict_strtod: expected double, got: 'NaN'");
        assertThatThrownBy(() -> normalise("01e1000000"))
                .hasMessage("strict_strtod: floating point overflow/underflow parsing '01e1000000'");
    }
}
