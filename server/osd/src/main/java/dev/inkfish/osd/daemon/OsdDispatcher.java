package dev.inkfish.osd.daemon;

import dev.inkfish.net.Connection;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.objectstore.Burst;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.message.MCommand;
import dev.inkfish.wire.message.MOSDBackoff;
import dev.inkfish.wire.message.MOSDForceRecovery;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDRepOp;
import dev.inkfish.wire.message.MOSDRepOpReply;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.MOSDPing;
import dev.inkfish.wire.message.MOSDScrub2;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdOp;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands what connections deliver to the thread it belongs to; runs on the messengers' loops.
final class OsdDispatcher implements Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(OsdDispatcher.class);

    /// Bytes below which a message is handled where it is received. More is copied, checked and written by the shard's own
    /// thread, while the event loop receives the next.
    private static final long SHORT = 96 << 10;
    private static final Set<OpCode> SHORT_OPS = EnumSet.of(
            OpCode.READ, OpCode.SPARSE_READ, OpCode.STAT, OpCode.WRITE, OpCode.WRITEFULL, OpCode.SETALLOCHINT);

    private final OsdDaemon daemon;
    private final OsdCommands commands;

    OsdDispatcher(OsdDaemon daemon) {
        this.daemon = daemon;
        this.commands = new OsdCommands(daemon);
    }

    OsdCommands commands() {
        return commands;
    }

    /// What comes of all of it goes to the disk in one write.
    @Override
    public void onBurst() {
        Burst.begin();
    }

    @Override
    public void onBurstEnd() {
        Burst.end();
    }

    @Override
    public void onMessage(Connection connection, Message message, long tid) {
        switch (message) {
            case MOSDOp op -> onOp(connection, op, tid);
            case MOSDOpReply reply -> onReply(connection, reply, tid);
            case PgMessage pg -> onPgMessage(connection, pg);
            case MOSDScrub2 request when connection.peerName().type() == EntityType.MGR -> daemon.scrubs().onRequest(request);
            case MOSDForceRecovery request when connection.peerName().type() == EntityType.MGR -> onForce(request);
            case MOSDPing ping -> onPing(connection, ping);
            case MOSDMap maps -> onMaps(connection, maps);
            case MOSDBackoff told -> onBackoff(connection, told);
            case MCommand command -> daemon.control(() -> commands.handle(session(connection), command, tid));
            default -> LOG.debug("osd.{}: {} sent {}", daemon.whoami(), connection.peerName(), message);
        }
    }

    @Override
    public boolean onLocalMessage(Connection connection, Message message, long tid) {
        if (message instanceof PgMessage pg) {
            onPgMessage(connection, pg);
            return true;
        }
        return false;
    }

    private void onForce(MOSDForceRecovery request) {
        if (request.fsid().equals(daemon.fsid())) {
            for (SpgId pgid : request.pgs()) {
                OsdShard shard = daemon.shardOf(pgid.pgid());
                shard.post(() -> shard.force(pgid, request));
            }
        }
    }

    private void onOp(Connection connection, MOSDOp op, long tid) {
        OsdSession session = session(connection);
        PgId pgid = OpGate.group(op, daemon.map());
        if (pgid == null) {
            pgid = op.pgid().pgid(); // a pool we do not know yet: its map will come
        }
        OsdShard shard = daemon.shardOf(pgid);
        long cost = OpCost.of(op);
        connection.hold(cost);
        long now = System.nanoTime();
        Runnable task = () -> shard.accept(session, op, tid, now);
        if (cost < SHORT && isShort(op)) {
            shard.postShort(task);
        } else {
            shard.post(task);
        }
    }

    private static boolean isShort(MOSDOp op) {
        for (OsdOp each : op.ops()) {
            if (!SHORT_OPS.contains(each.code())) {
                return false;
            }
        }
        return true;
    }

    private void onBackoff(Connection connection, MOSDBackoff told) {
        if (connection.attachment() instanceof OsdSession session) {
            OsdShard shard = daemon.shardOf(told.pgid().pgid());
            shard.post(() -> shard.onBackoff(session, told));
        }
    }

    private void onMaps(Connection connection, MOSDMap maps) {
        if (connection.peerName().type() == EntityType.OSD && maps.fsid().equals(daemon.fsid())) {
            daemon.control(() -> daemon.boot().fromPeer(maps));
        }
    }

    private void onReply(Connection connection, MOSDOpReply reply, long tid) {
        if (connection.peerName().type() == EntityType.OSD) {
            int osd = (int) connection.peerName().number();
            OsdShard shard = daemon.shards().get(OsdObjecter.shardOf(tid, daemon.shards().size()));
            shard.post(() -> shard.objecter().onReply(osd, reply, tid));
        }
    }

    private OsdSession session(Connection connection) {
        if (connection.attachment() instanceof OsdSession session) {
            return session;
        }
        OsdSession session = new OsdSession(connection, daemon.mapShare());
        connection.attach(session);
        return session;
    }

    private void onPgMessage(Connection connection, PgMessage message) {
        if (connection.peerName().type() != EntityType.OSD) {
            LOG.warn("osd.{}: {} is no OSD but sent {}", daemon.whoami(), connection.peerName(), message.pgid());
            connection.close();
            return;
        }
        int osd = (int) connection.peerName().number();
        OsdShard shard = daemon.shardOf(message.pgid().pgid());
        Runnable task = () -> shard.handle(osd, message);
        if (message instanceof MOSDRepOp && message.weight() < SHORT || message instanceof MOSDRepOpReply) {
            shard.postShort(task);
        } else {
            shard.post(task);
        }
    }

    private void onPing(Connection connection, MOSDPing ping) {
        if (!ping.fsid().equals(daemon.fsid()) || connection.peerName().type() != EntityType.OSD) {
            return;
        }
        int osd = (int) connection.peerName().number();
        if (ping.mapEpoch() < daemon.map().epoch()) {
            session(connection).seen(ping.mapEpoch());
        }
        if (ping.op() == MOSDPing.Op.PING_REPLY) {
            daemon.control(() -> daemon.heartbeats().onReply(osd, ping.monoPingStamp()));
        } else if (ping.op() == MOSDPing.Op.PING && !daemon.isStopping() && daemon.health().isHealthy()) {
            OsdMap map = daemon.map();
            connection.send(new MOSDPing(
                    daemon.fsid(),
                    map.epoch(),
                    MOSDPing.Op.PING_REPLY,
                    ping.pingStamp(),
                    map.osdInfo(daemon.whoami()).upFrom(),
                    ping.monoPingStamp(),
                    System.nanoTime()));
        }
    }

    @Override
    public void onReset(Connection connection) {
        if (connection.attachment() instanceof OsdSession session) {
            daemon.shards().forEach(shard -> shard.post(() -> shard.onDisconnect(session)));
        }
    }

    @Override
    public void onRefused(Connection connection) {
        if (connection.peerName().type() == EntityType.OSD) {
            int osd = (int) connection.peerName().number();
            EntityAddrVec addrs = connection.peerAddrs();
            daemon.control(() -> daemon.heartbeats().onRefused(osd, addrs));
        }
    }
}
