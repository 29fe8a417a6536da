package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.NaiveModel;
import dev.inkfish.objectstore.RandomTransactions;
import dev.inkfish.objectstore.Transaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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

    private static final int STORES = 3;
    private static final long JOURNAL = 4 << 20;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatAKilledProcessCommittedIsThere(long seed) throws Exception {
        BlockStore.mkfs(directory.resolve("osd"), new UUID(1, 1), new UUID(2, 2), 0, OPTIONS);
        Process process = start(Writer.class, directory.resolve("osd").toString(), Long.toString(seed));
        int killAt = 50 + new Random(seed).nextInt(400);
        int committed = 0;
        try (BufferedReader out = reader(process)) {
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

    /// Three stores with a shared journal; afterwards one is opened alone, then all together.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatAKilledProcesssStoresCommittedTogetherIsThere(long seed) throws Exception {
        for (int i = 0; i < STORES; i++) {
            BlockStore.mkfs(directory.resolve("osd." + i), new UUID(1, 1), new UUID(2, i), i, OPTIONS);
        }
        int[] committed = new int[STORES];
        for (int kills = 0; kills < 2; kills++) {
            Process process = start(SharedWriter.class, directory.toString(), Long.toString(seed), Arrays.toString(committed));
            int killAt = Arrays.stream(committed).sum() + 100 + new Random(seed + kills).nextInt(800);
            try (BufferedReader out = reader(process)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    String[] said = line.split(" ");
                    int osd = Integer.parseInt(said[0]);
                    committed[osd] = Math.max(committed[osd], Integer.parseInt(said[1]));
                    if (Arrays.stream(committed).sum() >= killAt) {
                        process.toHandle().destroyForcibly();
                    }
                }
            }
            process.waitFor();
            assertThat(Arrays.stream(committed).sum()).isGreaterThanOrEqualTo(killAt);
            int alone = new Random(seed + kills).nextInt(STORES);
            try (BlockStore store = BlockStore.open(directory.resolve("osd." + alone), OPTIONS)) {
                committed[alone] = check(store, seed + alone, committed[alone]);
            }
            try (SharedJournal journal = SharedJournal.in(directory, JOURNAL)) {
                for (int i = 0; i < STORES; i++) {
                    try (BlockStore store = BlockStore.open(directory.resolve("osd." + i), OPTIONS, journal)) {
                        committed[i] = check(store, seed + i, committed[i]);
                    }
                }
            }
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.filter(each -> each.getFileName().toString().matches("journal\\..{36}"))).hasSize(1);
        }
    }

    /// @return how many transactions it has: at least those that committed
    private static int check(BlockStore store, long seed, int committed) {
        NaiveModel model = new NaiveModel();
        RandomTransactions transactions = new RandomTransactions(seed, model, 100_000);
        int has = 0;
        while (has < committed || !same(model, store)) {
            assertThat(has).as("transactions beyond those that committed, %s", committed).isLessThan(committed + 1000);
            model.apply(transactions.next());
            has++;
        }
        assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
        return has;
    }

    private static Process start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
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

    /// The process to be killed: goes on with three stores where it was, and prints how many transactions of which are
    /// durable.
    static final class SharedWriter {
        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            String[] from = args[2].replaceAll("[\\[\\] ]", "").split(",");
            SharedJournal journal = SharedJournal.in(directory, JOURNAL);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < STORES; i++) {
                int osd = i;
                int first = Integer.parseInt(from[i]);
                BlockStore store = BlockStore.open(directory.resolve("osd." + i), OPTIONS, journal);
                List<Transaction> all = transactions(Long.parseLong(args[1]) + i, first + 2000);
                threads.add(new Thread(() -> {
                    AtomicInteger committed = new AtomicInteger(first);
                    for (Transaction t : all.subList(first, all.size())) {
                        store.submit(CollectionId.META, t, () -> say(osd, committed.incrementAndGet()));
                    }
                }));
            }
            threads.forEach(Thread::start);
        }

        private static synchronized void say(int osd, int committed) {
            System.out.println(osd + " " + committed);
        }

        private static List<Transaction> transactions(long seed, int count) {
            NaiveModel model = new NaiveModel();
            RandomTransactions transactions = new RandomTransactions(seed, model, 100_000);
            List<Transaction> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Transaction t = transactions.next();
                model.apply(t);
                all.add(t);
            }
            return all;
        }
    }
}
