package dev.inkfish.wire.message;

import java.util.Map;

/// Messages that only monitors receive or send: commands, pool operations, boot, failure reports.
final class MonMessages {
    private MonMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        table.put(MGetConfig.TYPE, MGetConfig::decode);
    }
}
