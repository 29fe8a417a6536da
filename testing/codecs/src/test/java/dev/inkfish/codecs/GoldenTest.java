package dev.inkfish.codecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every struct against encodings that a real Ceph 16 made: decoding and encoding gives the same bytes; cut or
/// damaged input is refused, or decoded to something else, but nothing else happens.
///
/// The encodings are those of `ceph-object-corpus` (a checkout's path in `CEPH_OBJECT_CORPUS`).
class GoldenTest {
    private static final int LARGEST_DAMAGED = 20_000;

    /// Structs that drop something on purpose (rollback descriptions, clean regions, the bound of a read lease), or
    /// whose encoding grew between 16.2.0, of which the samples are, and 16.2.15 (the manager's two), so
    /// that only decoding again is compared. What comes off this list must never go back.
    private static final Set<String> LOSSY = Set.of(
            "pg_log_entry_t", "pg_log_t", "pg_missing_item", "pg_history_t", "pg_info_t", "pg_notify_t", "pg_query_t",
            "PastIntervals", "MgrMap", "PGMapDigest");
    /// Instances that only Ceph's own tests make: an entity without a type, features that no peer announces, a log
    /// entry without an operation.
    private static final Set<String> ARTIFICIAL = Set.of(
            "LogEntry 7c519e61472ba25163079e3205a10077", "OSDMap::Incremental d568fb7c9638aff5e3400c08e58eb331",
            "pg_log_entry_t c7029833fb0c1555bd810cb4d36fabad", "pg_log_t bfcb735f1ed0ce52e7678aac86c99dcd");

    private static List<StructCodec> whole() {
        return StructCodec.all().stream().filter(c -> c.decodes() && c.encodes()).toList();
    }

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
        for (StructCodec type : whole()) {
            for (Path sample : samples(type.name())) {
                Bytes bytes = Bytes.wrap(Files.readAllBytes(sample));
                if (ARTIFICIAL.contains(type + " " + sample.getFileName())) {
                    continue;
                }
                checked++;
                try {
                    Object value = type.decode(bytes);
                    Bytes again = type.encode(value, Features.PACIFIC);
                    boolean lossy = LOSSY.contains(type.name());
                    if (lossy ? !type.decode(again).equals(value) : !again.equals(bytes)) {
                        wrong.put(type + " " + sample.getFileName(), "\n  " + bytes.toHex() + "\n  " + again.toHex());
                    }
                } catch (RuntimeException e) {
                    wrong.put(type + " " + sample.getFileName(), e + " " + e.getStackTrace()[0] + "\n " + bytes.toHex());
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(checked).isPositive();
    }

    @Test
    void damagedInputIsRefusedOrDecoded() throws IOException {
        Random random = new Random(16);
        TreeMap<String, String> wrong = new TreeMap<>();
        for (StructCodec type : whole()) {
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

    private static void tryDecode(StructCodec type, Bytes bytes, TreeMap<String, String> wrong) {
        try {
            type.decode(bytes);
        } catch (DecodeException e) {
            // refused, as it should be
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            wrong.put(type + " " + e.getClass().getName() + " " + e.getStackTrace()[0], bytes.toHex());
        }
    }
}
