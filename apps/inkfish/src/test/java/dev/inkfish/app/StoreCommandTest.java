package dev.inkfish.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.blockstore.BlockStore;
import dev.inkfish.blockstore.Options;
import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an operator sees of a store that is whole, and of one that is not.
class StoreCommandTest {
    private static final Options OPTIONS = Options.DEFAULTS.withDeviceSize(16 << 20).withJournalSize(1 << 20);
    private static final CollectionId META = CollectionId.META;
    private static final GhObject A = GhObject.of(HObject.head("a", "", 1, "", 1));

    @TempDir
    Path directory;

    private Path osd;
    private final byte[] content = new byte[300_000];
    private String out = "";

    @BeforeEach
    void make() {
        osd = directory.resolve("osd.3");
        new Random(3).nextBytes(content);
        BlockStore.mkfs(osd, new UUID(1, 1), new UUID(2, 3), 3, OPTIONS);
        try (BlockStore store = BlockStore.open(osd, OPTIONS)) {
            store.submit(META, new Transaction().createCollection(META).write(META, A, 0, Bytes.wrap(content)), () -> {});
        }
    }

    private int inkfish(String... arguments) {
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        System.setOut(both);
        System.setErr(both);
        try {
            return Main.line().execute(arguments);
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
            out = bytes.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void aWholeStore() {
        String path = osd.toString();
        assertThat(inkfish("store", "fsck", "--path", path)).isZero();
        assertThat(out).contains("1 objects, 74 blocks").endsWith("fsck success\n");
        assertThat(inkfish("store", "fsck", "--path", path, "--deep", "yes")).isZero();
        assertThat(inkfish("store", "repair", "--path", path, "--deep")).isZero();
        assertThat(out).endsWith("repair success\n");
        assertThat(inkfish("store", "quick-fix", "--path", path)).isZero();
        assertThat(inkfish("store", "show-label", "--path", path)).isZero();
        assertThat(out).contains("\"whoami\": \"3\"", "\"size\": 16777216");
    }

    @Test
    void aFlippedBitIsFoundByReading() throws IOException {
        byte[] device = Files.readAllBytes(osd.resolve("block"));
        int at = find(device, 4096);
        try (RandomAccessFile block = new RandomAccessFile(osd.resolve("block").toFile(), "rw")) {
            block.seek(at + 100);
            block.write(device[at + 100] ^ 4);
        }
        assertThat(inkfish("store", "fsck", "--path", osd.toString())).isZero();
        assertThat(inkfish("store", "fsck", "--path", osd.toString(), "--deep")).isEqualTo(1);
        assertThat(out).endsWith("fsck status: remaining 1 error(s)\n");
        assertThat(inkfish("store", "repair", "--path", osd.toString(), "--deep")).isEqualTo(1);
        assertThat(out).endsWith("repair status: remaining 1 error(s)\n");
    }

    /// Where the part of the content that begins there lies on the device.
    private int find(byte[] device, int from) {
        for (int at = 4096; at < device.length; at += 4096) {
            if (Arrays.equals(device, at, at + 4096, content, from, from + 4096)) {
                return at;
            }
        }
        throw new AssertionError("the content is not on the device");
    }

    @Test
    void whatIsNoStoreOrInUse() {
        assertThat(inkfish("store", "fsck", "--path", directory.toString())).isEqualTo(1);
        assertThat(out).contains("no object store in");
        try (BlockStore store = BlockStore.open(osd, OPTIONS)) {
            assertThat(inkfish("store", "repair", "--path", osd.toString())).isEqualTo(1);
            assertThat(out).contains("in use");
            assertThat(store.listCollections()).hasSize(1);
        }
    }
}
