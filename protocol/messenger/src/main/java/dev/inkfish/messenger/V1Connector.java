package dev.inkfish.messenger;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The side of msgr1 that connects. To a monitor it does not authenticate here: that is done in messages.
public final class V1Connector extends V1Socket {
    private static final int REPLY_SIZE = 26;
    private static final int MAX_ATTEMPTS = 16;

    private final PeerSession opening;
    private final boolean authenticates;
    private ClientAuth.@Nullable Exchange auth;
    private Bytes authorizer = Bytes.EMPTY;
    private Bytes sessionKey = Bytes.EMPTY;
    private int attempts;

    public V1Connector(Endpoint endpoint, SocketHost host, PeerSession session) {
        super(endpoint, host, session.target, session);
        if (!session.lossy) {
            throw new CephException(Errno.EOPNOTSUPP, "no lossless sessions over msgr1: " + session.addrs);
        }
        opening = session;
        authenticates = session.type != EntityType.MON;
        session.adopt(this);
        session.globalSeq = endpoint.nextGlobalSeq();
    }

    @Override
    public void start() {
        send(new WireWriter(16).raw(BANNER));
        expect(BANNER.length(), this::banner);
    }

    private void banner(Bytes bytes) {
        if (!bytes.equals(BANNER)) {
            throw new DecodeException("no msgr1 banner");
        }
        expect(2 * ADDR_SIZE, this::addresses);
    }

    private void addresses(Bytes bytes) {
        WireReader in = bytes.reader();
        EntityAddr peer = EntityAddr.decode(in.sub(ADDR_SIZE));
        EntityAddr me = EntityAddr.decode(in.sub(ADDR_SIZE));
        EntityAddr meant = opening.target;
        boolean same = peer.port() == meant.port()
                && peer.nonce() == meant.nonce()
                && (peer.isBlank() || peer.ip().isZero() || peer.ip().equals(meant.ip()));
        if (!same) {
            throw new DecodeException("peer is " + peer + ", not " + meant);
        }
        endpoint.learn(me);
        WireWriter out = new WireWriter(256);
        EntityAddr listening = endpoint.addrs().legacy();
        (listening.isBlank() ? endpoint.addrs().front() : listening).encodeLegacy(out);
        send(out);
        if (authenticates) {
            auth = Objects.requireNonNull(endpoint.clientAuth, "no client authentication").open(opening.type);
            authorizer = auth.first();
        }
        connect();
    }

    private void connect() {
        if (++attempts > MAX_ATTEMPTS) {
            throw new DecodeException("handshake does not end");
        }
        WireWriter out = new WireWriter(64 + authorizer.length());
        out.u64(endpoint.supported).u32(endpoint.name().type().number());
        out.u32((int) opening.globalSeq).u32(0).u32(protocolVersion(opening.type));
        out.u32(auth == null ? 0 : auth.method()).u32(authorizer.length()).u8(FLAG_LOSSY).raw(authorizer);
        send(out);
        expect(REPLY_SIZE, this::reply);
    }

    private void reply(Bytes bytes) {
        WireReader in = bytes.reader();
        int tag = in.u8();
        long features = in.u64();
        int globalSeq = in.u32();
        in.u32();
        in.u32();
        int length = in.u32();
        if (length < 0 || length > endpoint.limits.handshake()) {
            throw new DecodeException("authorizer of " + Integer.toUnsignedString(length) + " bytes");
        }
        expect(length, payload -> replied(tag, features, globalSeq, payload));
    }

    private void replied(int tag, long features, int globalSeq, Bytes payload) {
        ClientAuth.Exchange exchange = auth;
        switch (tag) {
            case TAG_CHALLENGE_AUTHORIZER -> {
                if (exchange == null) {
                    throw new DecodeException("challenged without an authorizer");
                }
                authorizer = exchange.next(payload);
                connect();
            }
            case TAG_RETRY_GLOBAL -> {
                opening.globalSeq = endpoint.nextGlobalSeq(Integer.toUnsignedLong(globalSeq));
                connect();
            }
            case TAG_BAD_AUTHORIZER -> throw new CephException(Errno.EACCES, "peer refuses our ticket");
            case TAG_FEATURES ->
                throw new CephException(
                        Errno.EOPNOTSUPP,
                        "peer requires features we lack: " + Long.toHexString(features & ~endpoint.supported));
            case TAG_BAD_PROTOCOL_VERSION ->
                throw new CephException(Errno.EOPNOTSUPP, "peer speaks another version of the protocol");
            case TAG_READY -> {
                authenticated(exchange, payload);
                open(opening, features & endpoint.supported, sessionKey);
            }
            case TAG_SEQ -> {
                authenticated(exchange, payload);
                expect(8, seq -> {
                    send(new WireWriter(8).u64(opening.inSeq));
                    open(opening, features & endpoint.supported, sessionKey);
                });
            }
            default -> throw new DecodeException("reply " + tag + " to a lossy connection");
        }
    }

    private void authenticated(ClientAuth.@Nullable Exchange exchange, Bytes payload) {
        if (exchange != null) {
            sessionKey = exchange.done(0, AuthMethod.MODE_CRC, payload).sessionKey();
        }
    }
}
