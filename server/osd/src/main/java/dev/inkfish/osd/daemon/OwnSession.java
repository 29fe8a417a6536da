package dev.inkfish.osd.daemon;

import dev.inkfish.cephx.caps.OsdCap;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.Message;

/// This OSD as a client of its own groups: what they answer goes back to the shard that asked.
final class OwnSession implements Caller {
    private final OsdDaemon daemon;
    private final OsdShard asker;

    OwnSession(OsdDaemon daemon, OsdShard asker) {
        this.daemon = daemon;
        this.asker = asker;
    }

    @Override
    public OsdCap caps() {
        return OsdCap.ALL;
    }

    @Override
    public EntityName name() {
        return EntityName.osd(daemon.whoami());
    }

    @Override
    public EntityAddr addr() {
        return daemon.clusterMessenger().addrs().addrs().getFirst();
    }

    @Override
    public long features() {
        return Features.PACIFIC;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public void send(Message message, long tid) {
        if (message instanceof MOSDOpReply reply) {
            asker.post(() -> asker.objecter().onReply(daemon.whoami(), reply, tid));
        }
    }
}
