package dev.inkfish.wire.message;

import java.util.Map;

/// Messages between clients and OSDs.
final class OsdMessages {
    private OsdMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        table.put(MOSDOp.TYPE, MOSDOp::decode);
        table.put(MOSDOpReply.TYPE, MOSDOpReply::decode);
        table.put(MOSDBackoff.TYPE, MOSDBackoff::decode);
        table.put(MWatchNotify.TYPE, MWatchNotify::decode);
    }
}
