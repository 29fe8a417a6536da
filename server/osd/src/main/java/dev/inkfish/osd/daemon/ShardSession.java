package dev.inkfish.osd.daemon;

import dev.inkfish.cephx.caps.OsdCap;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.Message;

/// A client's connection as one shard sees it: what is answered through it is noted in the shard's tracker. Used by the
/// shard's tasks only.
final class ShardSession implements Caller {
    private final OsdSession session;
    private final OsdShard shard;

    ShardSession(OsdSession session, OsdShard shard) {
        this.session = session;
        this.shard = shard;
    }

    OsdSession session() {
        return session;
    }

    @Override
    public OsdCap caps() {
        return session.caps();
    }

    @Override
    public EntityName name() {
        return session.name();
    }

    @Override
    public EntityAddr addr() {
        return session.addr();
    }

    @Override
    public long features() {
        return session.features();
    }

    @Override
    public boolean isConnected() {
        return session.isConnected();
    }

    @Override
    public void onDropped() {
        session.onDropped();
    }

    @Override
    public long nextBackoff() {
        return session.nextBackoff();
    }

    @Override
    public void over(MOSDOp op, long tid) {
        session.over(op, tid);
        shard.over(this, tid);
    }

    @Override
    public void send(Message message, long tid) {
        if (message instanceof MOSDOpReply reply) {
            shard.tracker().replied(this, reply, tid);
        }
        session.send(message, tid);
    }
}
