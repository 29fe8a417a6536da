package dev.inkfish.osd.daemon;

import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.net.Connection;
import dev.inkfish.net.ConnectionPolicy;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.SnapContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A client over TCP, which sends what is not answered again, in order, when primaries change.
final class RealClient implements AutoCloseable {
    private final RealCluster cluster;
    private final NettyMessenger messenger;
    private final Map<EntityAddrVec, Connection> connections = new HashMap<>();
    private final TreeMap<Long, Sent> unanswered = new TreeMap<>();
    private long last;
    private int resends;
    private int epoch;

    private record Sent(MOSDOp op, EntityAddrVec to, CompletableFuture<MOSDOpReply> reply) {}

    RealClient(RealCluster cluster, long id) {
        this.cluster = cluster;
        messenger = NettyMessenger.builder(EntityName.client(id), cluster.loops)
                .clientAuth(NoneAuth.client(EntityAuthName.parse("client." + id)))
                .nonce((int) id)
                .build();
        messenger.start();
    }

    synchronized CompletableFuture<MOSDOpReply> send(long poolId, String oid, int flags, OsdOp... vector) {
        OsdMap map = cluster.map();
        resendToOthers(map); // nothing may overtake what waits
        PgPool pool = map.pool(poolId);
        int hash = pool.hashKey(oid, "");
        PgId pgid = pool.rawPgToPg(new PgId(poolId, hash));
        MOSDOp op = new MOSDOp(SpgId.of(pgid), false, HObject.head(oid, "", hash, "", poolId), map.epoch(),
                flags | OsdFlags.ONDISK, null, 0, Utime.ofMillis(1_700_000_000_000L), List.of(vector),
                SnapContext.NONE, 0, 0);
        CompletableFuture<MOSDOpReply> reply = new CompletableFuture<>();
        EntityAddrVec to = primary(map, op);
        unanswered.put(++last, new Sent(op, to, reply));
        deliver(op, to, last);
        return reply;
    }

    MOSDOpReply ask(long poolId, String oid, OsdOp... vector) throws Exception {
        return wait(send(poolId, oid, 0, vector));
    }

    MOSDOpReply wait(CompletableFuture<MOSDOpReply> reply) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!reply.isDone() && System.nanoTime() < end) {
            resendToOthers(cluster.map());
            Thread.sleep(1);
        }
        return reply.get(0, TimeUnit.SECONDS);
    }

    /// How often something was sent again.
    synchronized int resends() {
        return resends;
    }

    private static EntityAddrVec primary(OsdMap map, MOSDOp op) {
        int osd = map.place(op.pgid().pgid()).actingPrimary();
        return osd < 0 ? EntityAddrVec.EMPTY : map.publicAddrs(osd);
    }

    /// What belongs elsewhere in the newest map goes there, and everything where maps were not seen: its primary may have
    /// changed in them and changed back. It names the map by which it was sent, as OSDs drop what is older than their reign.
    private synchronized void resendToOthers(OsdMap map) {
        boolean missed = map.epoch() > epoch + 1;
        epoch = map.epoch();
        unanswered.replaceAll((tid, sent) -> {
            EntityAddrVec to = primary(map, sent.op);
            if (to.equals(sent.to) && !missed) {
                return sent;
            }
            resends++;
            MOSDOp again = sentBy(map, sent.op);
            deliver(again, to, tid);
            return new Sent(again, to, sent.reply);
        });
    }

    private static MOSDOp sentBy(OsdMap map, MOSDOp op) {
        return new MOSDOp(op.pgid(), op.pgidIsRaw(), op.object(), map.epoch(), op.flags(), op.explicitReqid(),
                op.clientIncarnation(), op.mtime(), op.ops(), op.snapContext(), op.retryAttempt(), op.senderFeatures());
    }

    private void deliver(MOSDOp op, EntityAddrVec to, long tid) {
        if (!to.addrs().isEmpty()) {
            connections.computeIfAbsent(to, this::connect).send(op, tid);
        }
    }

    private Connection connect(EntityAddrVec to) {
        return messenger.connect(EntityType.OSD, to, ConnectionPolicy.LOSSY, new Dispatcher() {
            @Override
            public void onMessage(Connection connection, Message message, long tid) {
                if (message instanceof MOSDOpReply reply) {
                    take(reply, tid);
                }
            }
        });
    }

    private synchronized void take(MOSDOpReply reply, long tid) {
        Sent sent = unanswered.remove(tid);
        if (sent != null) {
            sent.reply.complete(reply);
        }
    }

    @Override
    public void close() {
        messenger.close();
    }
}
