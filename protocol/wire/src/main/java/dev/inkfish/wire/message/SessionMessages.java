package dev.inkfish.wire.message;

import java.util.Map;

/// Messages of sessions with monitors that every peer uses: authentication, subscriptions, maps, ping.
final class SessionMessages {
    private SessionMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        // table.put(MOSDOp.TYPE, MOSDOp::decode);
    }
}
