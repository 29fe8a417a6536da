package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.net.Connection;
import dev.inkfish.net.ConnectionPolicy;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.objectstore.MemStore;
import dev.inkfish.osd.ops.OpsSettings;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MCommand;
import dev.inkfish.wire.message.MCommandReply;
import dev.inkfish.wire.message.MOSDBackoff;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.SnapContext;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A client that is held back had sent another request before it heard of it, with a map that the OSD has not got yet. That
/// request is to be dropped, as it will come again behind the first: what the client says of its holding back may not be
/// taken before it.
class BackoffOrderTest {
    private static final String OID = "o";

    @TempDir
    Path directory;

    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();

    private <T extends Message> T next(Class<T> type) throws InterruptedException {
        Message message = received.poll(30, TimeUnit.SECONDS);
        assertThat(message).isInstanceOf(type);
        return type.cast(message);
    }

    private static MOSDOp operation(OsdMap map, int epoch, long poolId, OpCode code, String text) {
        PgPool pool = map.pool(poolId);
        int hash = pool.hashKey(OID, "");
        OsdOp op = new OsdOp(code, new OpArgs.Extent(0, text.length(), 0, 0), Bytes.utf8(text));
        return new MOSDOp(SpgId.of(pool.rawPgToPg(new PgId(poolId, hash))), false, HObject.head(OID, "", hash, "", poolId),
                epoch, OsdFlags.ONDISK, null, 0, Utime.ofMillis(1_700_000_000_000L), List.of(op), SnapContext.NONE, 0, 0);
    }

    private Connection connect(NettyMessenger messenger, OsdMap map) {
        return messenger.connect(EntityType.OSD, map.publicAddrs(0), ConnectionPolicy.LOSSY, new Dispatcher() {
            @Override
            public void onMessage(Connection connection, Message message, long tid) {
                if (message instanceof MOSDOpReply || message instanceof MOSDBackoff || message instanceof MCommandReply) {
                    received.add(message);
                }
            }
        });
    }

    /// The OSD takes a connection's messages in order, so it has them all when this one is answered.
    private void awaitReceived(Connection connection, UUID fsid) throws InterruptedException {
        connection.send(new MCommand(fsid, List.of("{\"prefix\":\"version\"}"), Bytes.EMPTY), 3);
        next(MCommandReply.class);
    }

    /// What an OSD that has just come says of itself makes maps.
    private static void awaitQuiet(RealCluster cluster) throws InterruptedException {
        int[] seen = {0};
        long[] since = {0};
        RealCluster.await("no new map", () -> {
            if (cluster.map().epoch() > seen[0]) {
                seen[0] = cluster.map().epoch();
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > TimeUnit.SECONDS.toNanos(2);
        });
    }

    @Test
    void whatWaitsForAMapIsSeenBeforeTheAcknowledgementBehindIt() throws Exception {
        ExecutorService commits = Executors.newSingleThreadExecutor();
        try (RealCluster cluster = new RealCluster(directory, OpsSettings.DEFAULT)) {
            cluster.start(0, new MemStore(commits::execute));
            RealCluster.await("one up", () -> cluster.map().countUp() == 1);
            long pool = cluster.makePool("p", 1); // of size 3: it does not serve with one copy
            awaitQuiet(cluster);
            NettyMessenger messenger = NettyMessenger.builder(EntityName.client(4100), cluster.loops)
                    .clientAuth(NoneAuth.client(EntityAuthName.parse("client.4100"))).nonce(4100).build();
            messenger.start();
            Connection connection = connect(messenger, cluster.map());
            connection.send(operation(cluster.map(), cluster.map().epoch(), pool, OpCode.APPEND, "first "), 1);
            MOSDBackoff block = next(MOSDBackoff.class);
            assertThat(block.op()).isEqualTo(MOSDBackoff.BLOCK);

            int newer = cluster.map().epoch() + 1;
            connection.send(operation(cluster.map(), newer, pool, OpCode.APPEND, "second "), 2);
            connection.send(new MOSDBackoff(block.pgid(), block.mapEpoch(), MOSDBackoff.ACK_BLOCK, block.id(),
                    block.begin(), block.end()), 0);
            awaitReceived(connection, cluster.fsid());
            cluster.command("{\"prefix\":\"osd pool set\",\"pool\":\"p\",\"var\":\"min_size\",\"val\":\"1\"}");
            MOSDBackoff unblock = next(MOSDBackoff.class);
            assertThat(unblock.op()).isEqualTo(MOSDBackoff.UNBLOCK);
            // with the end of the interval, by the map that the second request waits for
            assertThat(unblock.mapEpoch()).isEqualTo(newer - 1);

            connection.send(operation(cluster.map(), newer, pool, OpCode.APPEND, "first "), 1);
            connection.send(operation(cluster.map(), newer, pool, OpCode.APPEND, "second "), 2);
            assertThat(next(MOSDOpReply.class).result()).isZero();
            assertThat(next(MOSDOpReply.class).result()).isZero();
            connection.send(operation(cluster.map(), newer, pool, OpCode.READ, ""), 4);
            assertThat(next(MOSDOpReply.class).ops().getFirst().output().utf8()).isEqualTo("first second ");
            messenger.close();
        } finally {
            commits.shutdownNow();
        }
    }
}
