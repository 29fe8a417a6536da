package dev.inkfish.net;

import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The messengers of one process. Those registered with the same network reach each other without
/// sockets: messages are handed over as they are, in order, not encoded.
public final class LocalNetwork {
    private final Map<EntityAddr, NettyMessenger> listeners = new HashMap<>();

    synchronized void register(NettyMessenger messenger) {
        for (EntityAddr addr : messenger.addrs().addrs()) {
            listeners.put(addr, messenger);
        }
    }

    synchronized void unregister(NettyMessenger messenger) {
        listeners.values().removeIf(each -> each == messenger);
    }

    private @Nullable NettyMessenger find(EntityAddrVec addrs) {
        for (EntityAddr addr : addrs.addrs()) {
            NettyMessenger found = listeners.get(addr);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// A connection to the messenger at these addresses, or null where none of this process is there.
    synchronized @Nullable Connection connect(
            NettyMessenger from, Dispatcher dispatcher, EntityAddrVec addrs, ConnectionPolicy policy) {
        NettyMessenger to = find(addrs);
        if (to == null) {
            return null;
        }
        if (policy == ConnectionPolicy.LOSSLESS_PEER) {
            LocalConnection existing = from.localPeer(to);
            if (existing != null) {
                return existing;
            }
        }
        LocalConnection near = LocalConnection.open(from, dispatcher, to);
        from.addLocal(near, policy);
        to.addLocal(near.other(), policy);
        return near;
    }
}
