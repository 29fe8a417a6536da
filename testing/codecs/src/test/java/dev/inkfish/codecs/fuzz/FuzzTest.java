package dev.inkfish.codecs.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.Bytes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every target over its drawn and kept inputs, each of them also cut and with bits flipped.
class FuzzTest {
    private static final long LONGEST_NANOS = 2_000_000_000L;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final int FLIPS = 4;

    @ParameterizedTest
    @EnumSource
    void nothingButRefusals(Target target) throws IOException {
        List<Bytes> inputs = new ArrayList<>(target.seeds());
        inputs.addAll(Corpus.of(target));
        assertThat(inputs).isNotEmpty();
        Random random = new Random(4);
        Map<String, String> faults = new TreeMap<>();
        for (Bytes input : inputs) {
            run(target, input, faults);
            if (!input.isEmpty()) {
                run(target, input.slice(0, random.nextInt(input.length())), faults);
                for (int i = 0; i < FLIPS; i++) {
                    byte[] damaged = input.toArray();
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                    run(target, Bytes.wrap(damaged), faults);
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    private static void run(Target target, Bytes input, Map<String, String> faults) {
        long start = CLOCK.getCurrentThreadCpuTime();
        try {
            target.run(input);
        } catch (RuntimeException | Error e) {
            StackTraceElement[] at = e.getStackTrace();
            faults.putIfAbsent(e.getClass().getSimpleName() + (at.length > 0 ? " " + at[0] : ""), e + " " + base64(input));
        }
        if (CLOCK.getCurrentThreadCpuTime() - start > LONGEST_NANOS) {
            faults.putIfAbsent("took too long", base64(input));
        }
    }

    private static String base64(Bytes input) {
        return Base64.getEncoder().encodeToString(input.toArray());
    }
}
