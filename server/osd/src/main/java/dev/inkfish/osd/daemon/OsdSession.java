package dev.inkfish.osd.daemon;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.caps.OsdCap;
import dev.inkfish.net.Connection;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.Message;

/// A client's connection, and what its key allows.
final class OsdSession implements Caller {
    private final Connection connection;
    private final OsdCap caps;

    OsdSession(Connection connection) {
        this.connection = connection;
        this.caps = capsOf(connection);
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
    public void send(Message message, long tid) {
        connection.send(message, tid);
    }
}
