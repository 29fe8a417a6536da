package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.blockstore.BlockStore;
import dev.inkfish.blockstore.FsckMode;
import dev.inkfish.blockstore.Options;
import dev.inkfish.objectstore.MemStore;
import dev.inkfish.osd.ops.OpsSettings;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clients of three OSDs are promised: content that is right, and an order that is kept.
class ServedClientsTest {
    private static final Options SMALL = Options.DEFAULTS
            .withDeviceSize(64 << 20)
            .withJournalSize(8 << 20)
            .withDeferredThreshold(0);

    private static final int ENOENT = -2;

    @TempDir
    Path directory;

    private static OsdOp extent(OpCode code, long length, Bytes input) {
        return new OsdOp(code, new OpArgs.Extent(0, length, 0, 0), input);
    }

    private static OsdOp append(String text) {
        return extent(OpCode.APPEND, text.length(), Bytes.utf8(text));
    }

    private static Bytes content(int seed) {
        byte[] bytes = new byte[64 << 10];
        new Random(seed).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private Path disk(int osd) {
        return directory.resolve("osd" + osd);
    }

    /// Flips a bit of a block on a disk.
    private static void damage(Path disk, Bytes block) throws IOException {
        int found = 0;
        try (RandomAccessFile file = new RandomAccessFile(disk.resolve("block").toFile(), "rw")) {
            byte[] have = new byte[block.length()];
            for (long at = 0; at + have.length <= file.length(); at += 4096) {
                file.seek(at);
                file.readFully(have);
                if (Arrays.equals(have, block.toArray())) {
                    file.seek(at + 1234);
                    file.write(have[1234] ^ 0x10);
                    found++;
                }
            }
        }
        assertThat(found).as("copies of the block on one disk").isEqualTo(1);
    }

    @Test
    void aBlockThatRotsIsServedByAnotherReplicaAndMended() throws Exception {
        try (RealCluster cluster = new RealCluster(directory, OpsSettings.DEFAULT);
                RealClient client = new RealClient(cluster, 4100)) {
            for (int i = 0; i < 3; i++) {
                Files.createDirectories(disk(i));
                BlockStore.mkfs(disk(i), cluster.fsid(), new UUID(7, i), i, SMALL);
                cluster.start(i, BlockStore.open(disk(i), SMALL));
            }
            RealCluster.await("three up", () -> cluster.map().countUp() == 3);
            long pool = cluster.makePool("p", 4);
            for (int i = 0; i < 8; i++) {
                Bytes data = content(i);
                assertThat(client.ask(pool, "o" + i, extent(OpCode.WRITEFULL, data.length(), data)).result()).isZero();
            }
            for (int i = 0; i < 8; i++) {
                int primary = cluster.map()
                        .place(cluster.map().objectToPg(pool, "o" + i, "", ""))
                        .actingPrimary();
                damage(disk(primary), content(i).slice(16384, 4096));
                MOSDOpReply reply = client.ask(pool, "o" + i, extent(OpCode.READ, 0, Bytes.EMPTY));
                assertThat(reply.result()).as("o%d", i).isGreaterThanOrEqualTo(0);
                assertThat(reply.ops().getFirst().output()).as("o%d", i).isEqualTo(content(i));
            }
        }
        for (int i = 0; i < 3; i++) {
            try (BlockStore store = BlockStore.open(disk(i), SMALL)) {
                assertThat(store.fsck(FsckMode.CHECK).problems()).as("osd.%d", i).isEmpty();
            }
        }
    }

    @Test
    void eachWritersOrderHoldsThoughAPrimaryStops() throws Exception {
        ExecutorService commits = Executors.newSingleThreadExecutor();
        try (RealCluster cluster = new RealCluster(directory, OpsSettings.DEFAULT.withCachedObjects(2));
                RealClient a = new RealClient(cluster, 1);
                RealClient b = new RealClient(cluster, 2);
                RealClient c = new RealClient(cluster, 3)) {
            for (int i = 0; i < 3; i++) {
                cluster.start(i, new MemStore(commits::execute));
            }
            RealCluster.await("three up", () -> cluster.map().countUp() == 3);
            long pool = cluster.makePool("p", 4);
            List<RealClient> writers = List.of(a, b, c);
            for (RealClient writer : writers) {
                writer.ask(pool, "first", append("x"));
            }
            Random random = new Random(11);
            List<Posted> posted = new ArrayList<>();
            int[] count = new int[3];
            TreeMap<String, List<String>> expected = new TreeMap<>();
            for (int i = 0; i < 900; i++) {
                int writer = random.nextInt(3);
                String oid = "o" + random.nextInt(5);
                if (random.nextInt(4) == 0) {
                    posted.add(new Posted(writer, oid, -1, writers.get(writer)
                            .send(pool, oid, OsdFlags.RWORDERED, extent(OpCode.READ, 0, Bytes.EMPTY))));
                } else {
                    int number = count[writer]++;
                    posted.add(new Posted(writer, oid, number, writers.get(writer)
                            .send(pool, oid, 0, append(writer + ":" + number + " "))));
                }
                if (i == 300) {
                    check(writers, posted, expected);
                    posted.clear();
                }
                if (i == 600) {
                    cluster.stop(0);
                }
            }
            check(writers, posted, expected);
            for (int object = 0; object < 5; object++) {
                MOSDOpReply all = a.ask(pool, "o" + object, extent(OpCode.READ, 0, Bytes.EMPTY));
                for (int writer = 0; writer < 3; writer++) {
                    assertThat(ofWriter(writer, all)).isEqualTo(expected.get(writer + "o" + object));
                }
            }
        } finally {
            commits.shutdownNow();
        }
    }

    /// @param number of the append; -1 for a read
    private record Posted(int writer, String oid, int number, CompletableFuture<MOSDOpReply> reply) {}

    /// Ordered reads show all that their writer wrote before; one that was sent twice may show more.
    private static void check(
            List<RealClient> writers, List<Posted> posted, TreeMap<String, List<String>> expected) throws Exception {
        for (Posted each : posted) {
            MOSDOpReply reply = writers.get(each.writer).wait(each.reply);
            List<String> own = expected.computeIfAbsent(each.writer + each.oid, key -> new ArrayList<>());
            if (each.number >= 0) {
                assertThat(reply.result()).isZero();
                own.add(each.writer + ":" + each.number);
            } else if (!own.isEmpty() || reply.result() != ENOENT) {
                List<String> seen = ofWriter(each.writer, reply);
                boolean undisturbed = writers.get(each.writer).resends() == 0;
                assertThat(undisturbed || seen.size() <= own.size() ? seen : seen.subList(0, own.size()))
                        .as("ordered read")
                        .isEqualTo(own);
            }
        }
    }

    private static List<String> ofWriter(int writer, MOSDOpReply read) {
        return Arrays.stream(read.ops().getFirst().output().utf8().split(" "))
                .filter(record -> record.startsWith(writer + ":"))
                .toList();
    }
}
