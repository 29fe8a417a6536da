package dev.inkfish.net;

import dev.inkfish.messenger.Endpoint;
import dev.inkfish.messenger.PeerSession;
import dev.inkfish.messenger.Revision;
import dev.inkfish.messenger.SocketHost;
import dev.inkfish.messenger.SocketProtocol;
import dev.inkfish.messenger.V1Acceptor;
import dev.inkfish.messenger.V1Connector;
import dev.inkfish.messenger.V2Acceptor;
import dev.inkfish.messenger.V2Connector;
import dev.inkfish.wire.EntityAddr;

/// Chooses msgr2 or msgr1 by the kind of the address.
final class Protocols {
    private Protocols() {}

    static SocketProtocol acceptor(Endpoint endpoint, SocketHost host, EntityAddr peer) {
        if (peer.kind() == EntityAddr.Kind.LEGACY) {
            return new V1Acceptor(endpoint, host, peer);
        }
        return new V2Acceptor(endpoint, host, peer, Revision.V2_1);
    }

    static SocketProtocol connector(Endpoint endpoint, SocketHost host, PeerSession session) {
        if (session.target().kind() == EntityAddr.Kind.LEGACY) {
            return new V1Connector(endpoint, host, session);
        }
        return new V2Connector(endpoint, host, session, Revision.V2_1);
    }
}
