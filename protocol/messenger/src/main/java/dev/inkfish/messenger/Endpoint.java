package dev.inkfish.messenger;

import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Features;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One messenger's identity and its sessions.
public final class Endpoint {
    final @Nullable ClientAuth clientAuth;
    final @Nullable ServerAuth serverAuth;
    final Limits limits;
    final long supported = Features.PACIFIC;
    final long required = Features.MSG_ADDR2;
    /// Of msgr1 peers: 64-bit group ids and the newer pool encoding, as any client since 2012 has.
    final long requiredOverV1 = Features.PGID64 | Features.PGPOOL3;
    private final LongSupplier random;
    private final NavigableMap<EntityAddrVec, PeerSession> lossless = new TreeMap<>();
    private EntityName name;
    private EntityAddrVec addrs;
    private long globalSeq;

    /// @param addrs bound addresses; for a pure client one of kind `ANY` without ip, which is learnt
    /// @param random for cookies
    public Endpoint(
            EntityName name,
            EntityAddrVec addrs,
            @Nullable ClientAuth clientAuth,
            @Nullable ServerAuth serverAuth,
            Limits limits,
            LongSupplier random) {
        this.name = name;
        this.addrs = addrs;
        this.clientAuth = clientAuth;
        this.serverAuth = serverAuth;
        this.limits = limits;
        this.random = random;
    }

    public EntityName name() {
        return name;
    }

    public void rename(EntityName other) {
        name = other;
    }

    public EntityAddrVec addrs() {
        return addrs;
    }

    public void addrs(EntityAddrVec bound) {
        addrs = bound;
    }

    /// A session we open.
    public PeerSession connect(EntityType type, EntityAddrVec peer, EntityAddr target, boolean lossy) {
        PeerSession session = new PeerSession(type, peer, target, lossy);
        if (!lossy) {
            lossless.put(peer, session);
        }
        return session;
    }

    /// The lossless session with the peer at these addresses.
    public @Nullable PeerSession find(EntityAddrVec peer) {
        PeerSession session = lossless.get(peer);
        return session == null || session.closed() ? null : session;
    }

    /// A session that is over.
    public void remove(PeerSession session) {
        lossless.remove(session.addrs(), session);
    }

    PeerSession accept(EntityType type, EntityAddrVec peer, boolean lossy) {
        return connect(type, peer, peer.front(), lossy);
    }

    long nextGlobalSeq() {
        return ++globalSeq;
    }

    long nextGlobalSeq(long above) {
        globalSeq = Math.max(globalSeq, above) + 1;
        return globalSeq;
    }

    long cookie() {
        long cookie = random.getAsLong();
        return cookie == 0 ? 1 : cookie;
    }

    long random() {
        return random.getAsLong();
    }

    /// A client hears from its peer under which address it appears.
    void learn(EntityAddr seen) {
        EntityAddr mine = addrs.front();
        if (mine.kind() == EntityAddr.Kind.ANY && mine.isBlank() && !seen.isBlank()) {
            Bytes ip = seen.ip();
            addrs = EntityAddrVec.of(mine.withIp(ip));
        }
    }
}
