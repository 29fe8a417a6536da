package dev.inkfish.wire.message;

import java.util.Map;

/// Messages between clients and OSDs.
final class OsdMessages {
    private OsdMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        // table.put(MOSDOp.TYPE, MOSDOp::decode);
    }
}
