package dev.inkfish.wire.message;

import java.util.Map;

/// Messages of the manager.
final class MgrMessages {
    private MgrMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        // table.put(MOSDOp.TYPE, MOSDOp::decode);
    }
}
