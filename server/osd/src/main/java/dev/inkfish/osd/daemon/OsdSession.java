package dev.inkfish.osd.daemon;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.caps.OsdCap;
import dev.inkfish.net.Connection;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.Message;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// A client's connection, and what its key allows.
final class OsdSession implements Caller {
    private final Connection connection;
    private final OsdCap caps;
    private final MapShare maps;
    /// The newest map that the client has, as far as we know.
    private final AtomicInteger epoch = new AtomicInteger();
    private final AtomicReference<@Nullable AtomicReferenceArray<@Nullable ShardSession>> byShard = new AtomicReference<>();
    private final AtomicLong backoffs = new AtomicLong();

    OsdSession(Connection connection, MapShare maps) {
        this.maps = maps;
        this.connection = connection;
        this.caps = capsOf(connection);
    }

    /// As one shard sees it; called by that shard's tasks only.
    ShardSession on(OsdShard shard, int number, int count) {
        AtomicReferenceArray<@Nullable ShardSession> known = byShard.get();
        if (known == null) {
            byShard.compareAndSet(null, new AtomicReferenceArray<>(count));
            known = byShard.get();
        }
        ShardSession session = known.get(number);
        if (session == null) {
            session = new ShardSession(this, shard);
            known.set(number, session);
        }
        return session;
    }

    private static OsdCap capsOf(Connection connection) {
        Identity identity = connection.identity();
        if (identity == null) {
            // we opened it, and the other end has proven that it is an OSD of the cluster
            return connection.peerName().type() == EntityType.OSD ? OsdCap.ALL : OsdCap.NONE;
        }
        if (identity.allowAll()) {
            return OsdCap.ALL;
        }
        try {
            return OsdCap.parse(identity.caps().utf8());
        } catch (CephException e) {
            return OsdCap.NONE; // stored before they were checked
        }
    }

    @Override
    public OsdCap caps() {
        return caps;
    }

    @Override
    public EntityName name() {
        return connection.peerName();
    }

    @Override
    public EntityAddr addr() {
        return connection.peerAddrs().addrs().isEmpty()
                ? connection.peerSocketAddr()
                : connection.peerAddrs().addrs().getFirst();
    }

    @Override
    public long features() {
        return connection.features();
    }

    @Override
    public boolean isConnected() {
        return connection.isConnected();
    }

    @Override
    public void onDropped() {
        int has = epoch.get();
        int newest = maps.newest();
        if (newest > has && connection.isConnected() && epoch.compareAndSet(has, newest)) {
            maps.send(connection, has);
        }
    }

    /// The client acts upon a map: it gets what is newer.
    void seen(int clientEpoch) {
        if (clientEpoch > epoch.get()) {
            epoch.accumulateAndGet(clientEpoch, Math::max);
        }
        onDropped();
    }

    @Override
    public long nextBackoff() {
        return backoffs.incrementAndGet();
    }

    @Override
    public void over(MOSDOp op, long tid) {
        connection.release(OpCost.of(op));
    }

    @Override
    public void send(Message message, long tid) {
        connection.send(message, tid);
    }
}
