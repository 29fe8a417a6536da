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
    /// @param connection null where it was closed: whoever is behind `epoch` must not open another, for what was in
    ///     the old one is lost, and what follows it would arrive without it
    private record Peer(EntityAddrVec addrs, int epoch, @Nullable Connection connection) {}

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

    /// Null if it or we are down in the map, or we are it, or it was started anew since that map.
    @Nullable Connection connection(int osd, OsdMap map) {
        if (osd == whoami || !map.isUp(osd) || !isOurs(map)) {
            return null;
        }
        EntityAddrVec addrs = map.clusterAddrs(osd);
        Peer known = peers.get(osd);
        if (known != null && isTo(known, osd, addrs, map)) {
            return known.connection;
        }
        Peer peer = peers.compute(osd, (id, old) -> {
            if (old != null && (isTo(old, osd, addrs, map) || old.epoch > map.epoch())) {
                return old;
            }
            if (old != null && old.connection != null) {
                old.connection.close();
            }
            return new Peer(
                    addrs, map.epoch(), messenger.connect(EntityType.OSD, addrs, ConnectionPolicy.LOSSLESS_PEER));
        });
        // a shard that is behind means the instance that is gone
        return peer.addrs.equals(addrs) ? peer.connection : null;
    }

    /// Whether the map shows this very instance. One that was started again has maps that show the one before as up: if it
    /// spoke to others by those, they would take that session for the one after its boot, which ends it here, and what they
    /// sent with it would be lost.
    private boolean isOurs(OsdMap map) {
        return map.isUp(whoami) && map.clusterAddrs(whoami).equals(messenger.addrs());
    }

    private static boolean isTo(Peer peer, int osd, EntityAddrVec addrs, OsdMap map) {
        return peer.connection != null && peer.addrs.equals(addrs) && map.osdInfo(osd).upFrom() <= peer.epoch;
    }

    /// Closes connections to OSDs that are down, elsewhere, or came up again since, in the newest map; all, if we are
    /// down in it: the others close theirs.
    void onMap(OsdMap map) {
        boolean down = !isOurs(map);
        peers.forEach((osd, peer) -> {
            boolean again = map.isUp(osd) && map.osdInfo(osd).upFrom() > peer.epoch;
            boolean over = down || again || !map.isUp(osd) || !map.clusterAddrs(osd).equals(peer.addrs);
            if (over && peer.connection != null && peers.replace(osd, peer, new Peer(peer.addrs, map.epoch(), null))) {
                peer.connection.close();
            }
        });
    }
}
