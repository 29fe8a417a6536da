package dev.inkfish.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every struct against encodings that a real Ceph 16 made: decoding and encoding gives the same bytes; cut or
/// damaged input is refused, or decoded to something else, but nothing else happens.
///
/// The encodings are those of `ceph-object-corpus` (a checkout's path in `CEPH_OBJECT_CORPUS`).
class GoldenTest {
    private static final int LARGEST_DAMAGED = 20_000;

    private static List<Path> samples(String type) {
        String corpus = System.getenv("CEPH_OBJECT_CORPUS");
        assumeTrue(corpus != null, "CEPH_OBJECT_CORPUS names no checkout of ceph-object-corpus");
        List<Path> samples = new ArrayList<>();
        try (Stream<Path> versions = Files.list(Path.of(corpus, "archive"))) {
            for (Path version : versions.filter(v -> v.getFileName().toString().startsWith("16.")).toList()) {
                Path objects = version.resolve("objects").resolve(type);
                if (Files.isDirectory(objects)) {
                    try (Stream<Path> files = Files.list(objects)) {
                        files.sorted().forEach(samples::add);
                    }
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return samples;
    }

    @Test
    void theSameBytesComeBack() throws IOException {
        TreeMap<String, String> wrong = new TreeMap<>();
        int checked = 0;
        for (WireType type : WireType.all()) {
            for (Path sample : samples(type.name())) {
                Bytes bytes = Bytes.wrap(Files.readAllBytes(sample));
                checked++;
                try {
                    Bytes again = type.encode(type.decode(bytes));
                    if (!again.equals(bytes)) {
                        wrong.put(type + " " + sample.getFileName(), "\n  " + bytes.toHex() + "\n  " + again.toHex());
                    }
                } catch (RuntimeException e) {
                    wrong.put(type + " " + sample.getFileName(), e + " " + e.getStackTrace()[0] + "\n " + bytes.toHex());
                }
            }
        }
        System.out.println("golden: " + checked + " encodings of " + WireType.all().size() + " types");
        assertThat(wrong).isEmpty();
        assertThat(checked).isPositive();
    }

    @Test
    void damagedInputIsRefusedOrDecoded() throws IOException {
        Random random = new Random(16);
        TreeMap<String, String> wrong = new TreeMap<>();
        for (WireType type : WireType.all()) {
            for (Path sample : samples(type.name())) {
                byte[] bytes = Files.readAllBytes(sample);
                if (bytes.length > LARGEST_DAMAGED) {
                    continue;
                }
                int step = Math.max(1, bytes.length / 100);
                for (int length = 0; length < bytes.length; length += step) {
                    tryDecode(type, Bytes.copyOf(bytes).slice(0, length), wrong);
                }
                for (int i = 0; i < 50 && bytes.length > 0; i++) {
                    byte[] damaged = bytes.clone();
                    damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    tryDecode(type, Bytes.wrap(damaged), wrong);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void tryDecode(WireType type, Bytes bytes, TreeMap<String, String> wrong) {
        try {
            type.decode(bytes);
        } catch (DecodeException e) {
            // refused, as it should be
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            wrong.put(type + " " + e.getClass().getName() + " " + e.getStackTrace()[0], bytes.toHex());
        }
    }
}
