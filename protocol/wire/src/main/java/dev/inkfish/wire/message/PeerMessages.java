package dev.inkfish.wire.message;

import java.util.Map;

/// Messages among OSDs: heartbeats, peering, replication, recovery.
final class PeerMessages {
    private PeerMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        // table.put(MOSDOp.TYPE, MOSDOp::decode);
    }
}
