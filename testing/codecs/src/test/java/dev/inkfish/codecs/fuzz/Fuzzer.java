package dev.inkfish.codecs.fuzz;

import dev.inkfish.wire.Bytes;
import java.util.Locale;

/// What Jazzer calls, with the target named by the property `fuzz.target`.
public final class Fuzzer {
    private static final Target TARGET =
            Target.valueOf(System.getProperty("fuzz.target", "structs").toUpperCase(Locale.ROOT));

    private Fuzzer() {}

    /// Loads and instruments classes before time is taken.
    public static void fuzzerInitialize() {
        TARGET.seeds().stream().limit(1).forEach(TARGET::run);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        TARGET.run(Bytes.wrap(input));
    }
}
