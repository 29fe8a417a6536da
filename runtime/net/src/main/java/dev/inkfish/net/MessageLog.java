package dev.inkfish.net;

import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A line for each message that comes and goes, as Ceph writes them at `debug_ms = 1`.
final class MessageLog {
    private static final Logger LOG = LoggerFactory.getLogger(MessageLog.class);

    private MessageLog() {}

    static void sent(EntityName self, Connection to, Message message, long tid) {
        if (LOG.isDebugEnabled()) {
            LOG.debug("{}: --> {} {} {} tid {}", self, to.peerName(), to.peerAddrs(), name(message), tid);
        }
    }

    static void received(EntityName self, Connection from, Message message, long tid) {
        if (LOG.isDebugEnabled()) {
            LOG.debug("{}: <== {} {} {} tid {}", self, from.peerName(), from.peerAddrs(), name(message), tid);
        }
    }

    private static String name(Message message) {
        return message.getClass().getSimpleName();
    }
}
