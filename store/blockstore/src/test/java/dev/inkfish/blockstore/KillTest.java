package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.NaiveModel;
import dev.inkfish.objectstore.RandomTransactions;
import dev.inkfish.objectstore.Transaction;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A process with a real store, killed at some moment; then what it said was committed must be there.
class KillTest {
    private static final Options OPTIONS = Options.DEFAULTS
            .withDeviceSize(64 << 20)
            .withJournalSize(4 << 20)
            .withDeferredLimit(1 << 20)
            .withCheckpointInterval(Duration.ofMillis(50));

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatAKilledProcessCommittedIsThere(long seed) throws Exception {
        BlockStore.mkfs(directory.resolve("osd"), new UUID(1, 1), new UUID(2, 2), 0, OPTIONS);
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        directory.resolve("osd").toString(),
                        Long.toString(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int killAt = 50 + new Random(seed).nextInt(400);
        int committed = 0;
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                committed = Math.max(committed, Integer.parseInt(line));
                if (committed >= killAt) {
                    process.toHandle().destroyForcibly();
                }
            }
        }
        process.waitFor();
        assertThat(committed).isGreaterThanOrEqualTo(killAt);
        try (BlockStore store = BlockStore.open(directory.resolve("osd"), OPTIONS)) {
            NaiveModel model = new NaiveModel();
            RandomTransactions transactions = new RandomTransactions(seed, model, 300_000);
            for (int i = 0; i < committed; i++) {
                model.apply(transactions.next());
            }
            int more = 0;
            while (!same(model, store) && more++ < 3000) {
                model.apply(transactions.next());
            }
            assertThat(more).as("transactions beyond those that committed, %s", committed).isLessThan(3000);
            assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
        }
    }

    private static boolean same(NaiveModel model, BlockStore store) {
        try {
            model.assertSame(store);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    /// The process to be killed: prints how many of its transactions are durable.
    static final class Writer {
        private static int committed;

        public static void main(String[] args) {
            BlockStore store = BlockStore.open(Path.of(args[0]), OPTIONS);
            NaiveModel model = new NaiveModel();
            RandomTransactions transactions = new RandomTransactions(Long.parseLong(args[1]), model, 300_000);
            List<Transaction> all = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                Transaction t = transactions.next();
                model.apply(t);
                all.add(t);
            }
            for (Transaction t : all) {
                store.submit(CollectionId.META, t, () -> System.out.println(++committed));
            }
        }
    }
}
