package dev.inkfish.bench;

import dev.inkfish.blockstore.BlockStore;
import dev.inkfish.blockstore.Options;
import dev.inkfish.blockstore.SharedJournal;
import dev.inkfish.objectstore.Burst;
import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// What an OSD asks of its store under small random writes: each transaction overwrites 4 KiB of a 4 MiB object and
/// sets a key of 200 bytes, as the group's log does. `StoreBench directory [seconds [stores [own]]]`; the directory must not exist. Several stores get each transaction, and share a
/// journal unless they are to use their `own`.
public final class StoreBench {
    private static final int COLLECTIONS = 16;
    private static final int OBJECTS = 16;
    private static final int OBJECT_SIZE = 4 << 20;
    private static final int WRITE = 4096;
    private static final int LOG_ENTRIES = 2000;

    private final List<BlockStore> stores;
    private final Bytes payload;

    private StoreBench(List<BlockStore> stores) {
        this.stores = stores;
        byte[] random = new byte[1 << 20];
        new Random(1).nextBytes(random);
        payload = Bytes.wrap(random);
    }

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        int count = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        Files.createDirectories(directory);
        SharedJournal shared = count > 1 && args.length < 4
                ? SharedJournal.in(directory, count * Options.DEFAULTS.journalSize())
                : null;
        List<BlockStore> stores = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Path place = directory.resolve("osd." + i);
                BlockStore.mkfs(place, new UUID(1, 1), new UUID(2, i), i, Options.DEFAULTS);
                stores.add(BlockStore.open(place, Options.DEFAULTS, shared));
            }
            StoreBench bench = new StoreBench(stores);
            bench.fill();
            bench.overwrite("warm-up", 16, 3);
            for (int depth : new int[] {1, 16, 64}) {
                bench.overwrite("4 KiB overwrites, depth " + depth, depth, seconds);
            }
            System.out.println(stores.getFirst().stats());
        } finally {
            stores.forEach(BlockStore::close);
            if (shared != null) {
                shared.close();
            }
        }
    }

    /// Has all stores do it.
    private void submit(CollectionId collection, Transaction transaction, Runnable onCommit) {
        AtomicInteger missing = new AtomicInteger(stores.size());
        Burst.begin();
        try {
            for (BlockStore store : stores) {
                store.submit(collection, transaction, () -> {
                    if (missing.decrementAndGet() == 0) {
                        onCommit.run();
                    }
                });
            }
        } finally {
            Burst.end();
        }
    }

    private static CollectionId collection(int n) {
        return CollectionId.of(SpgId.of(new PgId(1, n)));
    }

    private static GhObject object(int n) {
        return GhObject.of(HObject.head("rbd_data.1234." + n, "", n * 0x9E3779B9, "", 1));
    }

    private void fill() throws InterruptedException {
        long start = System.nanoTime();
        Semaphore inFlight = new Semaphore(8);
        for (int c = 0; c < COLLECTIONS; c++) {
            Transaction t = new Transaction().createCollection(collection(c));
            TreeMap<String, Bytes> attrs = new TreeMap<>();
            attrs.put("_", payload.slice(0, 250));
            attrs.put("snapset", payload.slice(0, 35));
            for (int o = 0; o < OBJECTS; o++) {
                t.setAttrs(collection(c), object(o), attrs);
                for (int at = 0; at < OBJECT_SIZE; at += payload.length()) {
                    t.write(collection(c), object(o), at, payload);
                }
                inFlight.acquire();
                submit(collection(c), t, inFlight::release);
                t = new Transaction();
            }
        }
        inFlight.acquire(8);
        double megabytes = (double) COLLECTIONS * OBJECTS * OBJECT_SIZE / (1 << 20);
        System.out.printf("filling with 4 MiB objects: %.0f MiB/s%n", megabytes * 1e9 / (System.nanoTime() - start));
    }

    private void overwrite(String what, int depth, int seconds) throws Exception {
        Semaphore inFlight = new Semaphore(depth);
        int threads = Math.min(depth, 2);
        long written = writtenBytes();
        long cpu = cpuNanos();
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        List<Submitter> submitters = new ArrayList<>();
        for (int n = 0; n < threads; n++) {
            Submitter submitter = new Submitter(n, threads, inFlight, end);
            submitters.add(submitter);
            submitter.thread.start();
        }
        long transactions = 0;
        long[] latencies = new long[0];
        for (Submitter submitter : submitters) {
            submitter.thread.join();
            transactions += submitter.count;
        }
        inFlight.acquire(depth);
        long elapsed = System.nanoTime() - start;
        cpu = cpuNanos() - cpu;
        for (Submitter submitter : submitters) {
            int before = latencies.length;
            int more = (int) Math.min(submitter.count, submitter.latencies.length);
            latencies = Arrays.copyOf(latencies, before + more);
            System.arraycopy(submitter.latencies, 0, latencies, before, more);
        }
        Arrays.sort(latencies);
        System.out.printf(
                "%-28s %7.0f tx/s  p50 %5.0f us  p99 %6.0f us  max %6.0f us  %4.1f us cpu/tx  %.2f bytes written per byte  rss %d MiB%n",
                what,
                transactions * 1e9 / elapsed,
                latencies[latencies.length / 2] / 1e3,
                latencies[latencies.length / 100 * 99] / 1e3,
                latencies[latencies.length - 1] / 1e3,
                cpu / 1e3 / transactions,
                (writtenBytes() - written) / (double) (transactions * stores.size() * (WRITE + 200)),
                residentBytes() >> 20);
    }

    private final class Submitter {
        final long[] latencies = new long[1 << 21];
        final Thread thread;
        int count;

        Submitter(int number, int step, Semaphore inFlight, long end) {
            Random random = new Random(number);
            thread = new Thread(() -> {
                try {
                    while (System.nanoTime() < end) {
                        inFlight.acquire();
                        submit(number + step * random.nextInt(COLLECTIONS / step), random, inFlight);
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        private void submit(int c, Random random, Semaphore inFlight) {
            int n = count++;
            long start = System.nanoTime();
            TreeMap<Bytes, Bytes> entry = new TreeMap<>();
            entry.put(Bytes.utf8(String.format("%020d", n % LOG_ENTRIES)), payload.slice(random.nextInt(1000), 200));
            Transaction t = new Transaction()
                    .write(
                            collection(c),
                            object(random.nextInt(OBJECTS)),
                            (long) random.nextInt(OBJECT_SIZE / WRITE) * WRITE,
                            payload.slice(random.nextInt(100) * 100, WRITE))
                    .omapSet(collection(c), object(-1), entry);
            StoreBench.this.submit(collection(c), t, () -> {
                latencies[n & latencies.length - 1] = System.nanoTime() - start;
                inFlight.release();
            });
        }
    }

    /// What this process wrote to files. (The kernel counts a whole large folio as soon as a block of it is written, so
    /// its `write_bytes` says nothing.)
    private static long writtenBytes() throws IOException {
        return field(Path.of("/proc/self/io"), "wchar:");
    }

    private static long residentBytes() throws IOException {
        return field(Path.of("/proc/self/status"), "VmRSS:") << 10;
    }

    private static long field(Path file, String name) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("no " + name + " in " + file);
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
