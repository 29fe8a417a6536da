package dev.inkfish.messenger;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.AuthStep;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The side of msgr1 that is connected to. At a monitor peers authenticate later, in messages.
public final class V1Acceptor extends V1Socket {
    private static final int CONNECT_SIZE = 33;
    private static final int MAX_ATTEMPTS = 16;

    private EntityAddr peer = EntityAddr.NONE;
    private ServerAuth.@Nullable Exchange auth;
    private int attempts;

    /// What the peer asks for (`ceph_msg_connect`).
    private record Connect(
            long features, EntityType type, int globalSeq, int connectSeq, int version, int method, int flags) {}

    public V1Acceptor(Endpoint endpoint, SocketHost host, EntityAddr peerSocketAddr) {
        super(endpoint, host, peerSocketAddr, null);
    }

    @Override
    public void start() {
        WireWriter out = new WireWriter(512).raw(BANNER);
        endpoint.addrs().legacy().encodeLegacy(out);
        peerSocketAddr.withKind(EntityAddr.Kind.LEGACY).encodeLegacy(out);
        send(out);
        expect(BANNER.length(), this::banner);
    }

    private void banner(Bytes bytes) {
        if (!bytes.equals(BANNER)) {
            throw new DecodeException("no msgr1 banner");
        }
        expect(ADDR_SIZE, this::address);
    }

    private void address(Bytes bytes) {
        EntityAddr said = EntityAddr.decode(bytes.reader());
        // a client may not know its own address
        boolean unknown = said.isBlank() || said.ip().isZero();
        peer = new EntityAddr(
                EntityAddr.Kind.LEGACY, said.nonce(), unknown ? peerSocketAddr.ip() : said.ip(), said.port());
        expect(CONNECT_SIZE, this::connect);
    }

    private void connect(Bytes bytes) {
        if (++attempts > MAX_ATTEMPTS) {
            throw new DecodeException("handshake does not end");
        }
        WireReader in = bytes.reader();
        long features = in.u64();
        EntityType type = EntityType.of(in.u32());
        int globalSeq = in.u32();
        int connectSeq = in.u32();
        int version = in.u32();
        int method = in.u32();
        int length = in.u32();
        Connect connect = new Connect(features, type, globalSeq, connectSeq, version, method, in.u8());
        if (length < 0 || length > endpoint.limits.handshake()) {
            throw new DecodeException("authorizer of " + Integer.toUnsignedString(length) + " bytes");
        }
        expect(length, authorizer -> connect(connect, authorizer));
    }

    private void connect(Connect connect, Bytes authorizer) {
        if (connect.version != protocolVersion(endpoint.name().type())) {
            reply(TAG_BAD_PROTOCOL_VERSION, connect, Bytes.EMPTY);
            return;
        }
        if ((endpoint.requiredOverV1 & ~connect.features) != 0) {
            reply(TAG_FEATURES, connect, Bytes.EMPTY);
            return;
        }
        if (endpoint.name().type() == EntityType.MON && connect.type != EntityType.MON) {
            accept(connect, Bytes.EMPTY, null, Bytes.EMPTY);
            return;
        }
        authenticate(connect, authorizer);
    }

    private void refuse(Connect connect, String reason) {
        host.refused(reason);
        auth = null;
        reply(TAG_BAD_AUTHORIZER, connect, Bytes.EMPTY);
    }

    private void authenticate(Connect connect, Bytes authorizer) {
        ServerAuth server = Objects.requireNonNull(endpoint.serverAuth, "no server authentication");
        AuthStep step;
        if (auth == null) {
            boolean allowed = server.methods(connect.type).contains(connect.method)
                    && server.modes(connect.type).contains(AuthMethod.MODE_CRC);
            if (!allowed) {
                refuse(connect, "authentication method " + connect.method);
                return;
            }
            auth = server.open(connect.type);
            step = auth.first(connect.method, AuthMethod.MODE_CRC, authorizer);
        } else {
            step = auth.next(authorizer);
        }
        switch (step) {
            case AuthStep.More(Bytes payload) -> reply(TAG_CHALLENGE_AUTHORIZER, connect, payload);
            case AuthStep.Refused refused -> {
                refuse(connect, refused.reason());
            }
            case AuthStep.Done done -> {
                Identity proven = done.identity();
                boolean pretends = connect.type != EntityType.CLIENT
                        && !proven.allowAll()
                        && proven.name().type() != connect.type;
                if (pretends) {
                    refuse(connect, proven.name() + " comes as " + connect.type.text());
                } else {
                    accept(connect, done.payload(), proven, done.sessionKey());
                }
            }
        }
    }

    private void accept(Connect connect, Bytes payload, @Nullable Identity identity, Bytes sessionKey) {
        if (connect.connectSeq != 0) {
            reply(TAG_RESET_SESSION, connect, Bytes.EMPTY);
            return;
        }
        PeerSession agreed = endpoint.accept(connect.type, EntityAddrVec.of(peer), true);
        session = agreed;
        agreed.adopt(this);
        agreed.identity = identity;
        if (identity != null) {
            agreed.name = new EntityName(connect.type, identity.globalId());
        }
        WireWriter out = new WireWriter(64 + payload.length());
        out.u8(TAG_READY).u64(endpoint.supported).u32((int) endpoint.nextGlobalSeq());
        out.u32(connect.connectSeq + 1).u32(connect.version).u32(payload.length()).u8(FLAG_LOSSY);
        send(out.raw(payload));
        open(agreed, endpoint.supported & connect.features, sessionKey);
    }

    private void reply(int tag, Connect connect, Bytes payload) {
        WireWriter out = new WireWriter(64 + payload.length());
        out.u8(tag).u64(connect.features & endpoint.supported | endpoint.requiredOverV1);
        out.u32(0).u32(0).u32(protocolVersion(endpoint.name().type())).u32(payload.length()).u8(0);
        send(out.raw(payload));
        expect(CONNECT_SIZE, this::connect);
    }
}
