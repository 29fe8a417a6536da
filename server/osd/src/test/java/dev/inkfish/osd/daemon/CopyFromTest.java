package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.MemStore;
import dev.inkfish.osd.ops.OpsSettings;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.osd.ObjectLocator;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdOp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `copy-from` between groups of three OSDs, in parts of 1000 bytes.
class CopyFromTest {
    private static final int OBJECTS = 24;
    private static final int ENOENT = -2;
    private static final int ERANGE = -34;

    @TempDir
    Path directory;

    private long source;
    private long target;

    private static OsdOp copyFrom(long pool, String oid, long version) {
        WireWriter input = new WireWriter().string(oid);
        ObjectLocator.of(pool, "").encode(input);
        return new OsdOp(OpCode.COPY_FROM, new OpArgs.CopyFrom(HObject.HEAD, version, 0, 0), input.toBytes());
    }

    private static Bytes content(int object) {
        byte[] bytes = new byte[object * 400];
        new Random(object).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private static TreeMap<Bytes, Bytes> omap(int object) {
        TreeMap<Bytes, Bytes> omap = new TreeMap<>();
        for (int i = 0; i < object * 5; i++) {
            omap.put(Bytes.utf8("key" + i), Bytes.utf8("value" + i + " of " + object));
        }
        return omap;
    }

    private static OsdOp extent(OpCode code, long length, Bytes input) {
        return new OsdOp(code, new OpArgs.Extent(0, length, 0, 0), input);
    }

    private static OsdOp plain(OpCode code, Bytes input) {
        return new OsdOp(code, OpArgs.NONE, input);
    }

    private void fill(RealClient client) throws Exception {
        for (int i = 0; i < OBJECTS; i++) {
            Bytes data = content(i);
            Bytes keys = WireWriter.encode(omap(i), (map, w) -> w.map(map, WireWriter::bytes, WireWriter::bytes));
            MOSDOpReply reply = client.ask(
                    source,
                    "o" + i,
                    extent(OpCode.WRITEFULL, data.length(), data),
                    new OsdOp(OpCode.SETXATTR, new OpArgs.Xattr(1, 2, 0, 0), Bytes.utf8("a" + i % 10 + "x")),
                    plain(OpCode.OMAPSETVALS, keys));
            assertThat(reply.result()).isZero();
        }
    }

    private void check(RealClient client, int object) throws Exception {
        Bytes from = new WireWriter().string("").u64(1000).string("").toBytes();
        MOSDOpReply reply = client.ask(
                target,
                "c" + object,
                extent(OpCode.READ, 0, Bytes.EMPTY),
                new OsdOp(OpCode.GETXATTR, new OpArgs.Xattr(1, 0, 0, 0), Bytes.utf8("a")),
                plain(OpCode.OMAPGETVALS, from));
        assertThat(reply.result()).as("object %d", object).isGreaterThanOrEqualTo(0);
        assertThat(reply.ops().get(0).output()).as("object %d", object).isEqualTo(content(object));
        assertThat(reply.ops().get(1).output().utf8()).isEqualTo(object % 10 + "x");
        assertThat(reply.ops().get(2).output().reader().map(WireReader::bytes, WireReader::bytes))
                .isEqualTo(omap(object));
    }

    @Test
    void objectsAreCopiedAcrossGroupsAlsoWhileAnOsdStops() throws Exception {
        ExecutorService disk = Executors.newSingleThreadExecutor();
        try (RealCluster cluster = new RealCluster(directory, OpsSettings.DEFAULT.withCopyChunk(1000));
                RealClient client = new RealClient(cluster, 4100)) {
            for (int i = 0; i < 3; i++) {
                cluster.start(i, new MemStore(disk::execute));
            }
            RealCluster.await("three up", () -> cluster.map().countUp() == 3);
            source = cluster.makePool("from", 8);
            target = cluster.makePool("to", 8);
            fill(client);

            assertThat(client.ask(target, "x", copyFrom(source, "absent", 0)).result()).isEqualTo(ENOENT);
            assertThat(client.ask(target, "x", copyFrom(99, "o1", 0)).result()).isEqualTo(ENOENT);
            assertThat(client.ask(target, "x", copyFrom(source, "o9", 1L << 40)).result()).isLessThan(0);

            List<CompletableFuture<MOSDOpReply>> copies = new ArrayList<>();
            for (int i = 0; i < OBJECTS; i++) {
                copies.add(client.send(target, "c" + i, 0, copyFrom(source, "o" + i, 0)));
                if (i == OBJECTS / 2) {
                    cluster.stop(1);
                }
            }
            for (int i = 0; i < OBJECTS; i++) {
                assertThat(client.wait(copies.get(i)).result()).as("copy %d", i).isZero();
                check(client, i);
            }
        } finally {
            disk.shutdownNow();
        }
    }
}
