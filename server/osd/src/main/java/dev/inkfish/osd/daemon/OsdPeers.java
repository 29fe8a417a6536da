package dev.inkfish.osd.daemon;

import dev.inkfish.net.Connection;
import dev.inkfish.net.ConnectionPolicy;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.Message;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Connections to other OSDs on the cluster network, one to each, at the address the map gives. May be used
/// from any thread; what one thread sends arrives in its order.
final class OsdPeers {
    private final NettyMessenger messenger;
    private final int whoami;
    private final ConcurrentHashMap<Integer, Peer> peers = new ConcurrentHashMap<>();

    /// @param epoch the newest map that gave this address
    private record Peer(EntityAddrVec addrs, int epoch, Connection connection) {}

    OsdPeers(NettyMessenger messenger, int whoami) {
        this.messenger = messenger;
        this.whoami = whoami;
    }

    void send(int osd, OsdMap map, Message message) {
        send(osd, map, message, 0);
    }

    void send(int osd, OsdMap map, Message message, long tid) {
        Connection connection = connection(osd, map);
        if (connection != null) {
            connection.send(message, tid);
        }
    }

    /// Null if it is down in the map, or we are it, or it was started anew since that map.
    @Nullable Connection connection(int osd, OsdMap map) {
        if (osd == whoami || !map.isUp(osd)) {
            return null;
        }
        EntityAddrVec addrs = map.clusterAddrs(osd);
        Peer known = peers.get(osd);
        if (known != null && known.addrs.equals(addrs) && map.osdInfo(osd).upFrom() <= known.epoch) {
            return known.connection;
        }
        Peer peer = peers.compute(osd, (id, old) -> {
            boolean same = old != null && old.addrs.equals(addrs) && map.osdInfo(osd).upFrom() <= old.epoch;
            if (same || old != null && old.epoch > map.epoch()) {
                return old;
            }
            if (old != null) {
                old.connection.close();
            }
            return new Peer(
                    addrs, map.epoch(), messenger.connect(EntityType.OSD, addrs, ConnectionPolicy.LOSSLESS_PEER));
        });
        // a shard that is behind means the instance that is gone
        return peer.addrs.equals(addrs) ? peer.connection : null;
    }

    /// Closes connections to OSDs that are down, elsewhere, or came up again since, in the newest map; all, if we are
    /// down in it: the others close theirs.
    void onMap(OsdMap map) {
        boolean down = !map.isUp(whoami);
        peers.forEach((osd, peer) -> {
            boolean again = map.isUp(osd) && map.osdInfo(osd).upFrom() > peer.epoch;
            if (down || again || !map.isUp(osd) || !map.clusterAddrs(osd).equals(peer.addrs)) {
                if (peers.remove(osd, peer)) {
                    peer.connection.close();
                }
            }
        });
    }
}
