package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// msgr2 on one socket: what both sides do alike. The banner, the signature over the handshake, and the
/// exchange of messages; the two subclasses have the handshake between.
abstract sealed class V2Socket implements SocketProtocol permits V2Connector, V2Acceptor {
    private static final Bytes BANNER = Bytes.utf8("ceph v2\n");
    private static final int BANNER_HEAD = 10;
    private static final int BANNER_PAYLOAD = 16;
    private static final int MAX_BANNER_PAYLOAD = 1024;
    private static final long FEATURE_REVISION_1 = 1;

    enum Phase {
        BANNER,
        HELLO,
        AUTH,
        SIGNATURE,
        SESSION,
        READY,
        CLOSED
    }

    final Endpoint endpoint;
    final SocketHost host;
    final EntityAddr peerSocketAddr;
    @Nullable PeerSession session;
    Phase phase = Phase.BANNER;

    private final long offered;
    private final FrameReader reader;
    private FrameFormat writer = new CrcFormat(Revision.V2_0);
    private Revision revision = Revision.V2_0;
    private byte[] banner = new byte[BANNER_HEAD];
    private int bannerFilled;
    private @Nullable WireWriter received = new WireWriter(2048);
    private @Nullable WireWriter sent = new WireWriter(2048);
    private Bytes sessionKey = Bytes.EMPTY;
    private Bytes expectedSignature = Bytes.EMPTY;

    V2Socket(
            Endpoint endpoint,
            SocketHost host,
            EntityAddr peerSocketAddr,
            @Nullable PeerSession session,
            Revision newest) {
        this.endpoint = endpoint;
        this.host = host;
        this.peerSocketAddr = peerSocketAddr;
        this.session = session;
        this.offered = newest == Revision.V2_1 ? FEATURE_REVISION_1 : 0;
        this.reader = new FrameReader(endpoint.limits, new CrcFormat(Revision.V2_0), host::admits);
    }

    @Override
    public void start() {
        WireWriter out = new WireWriter(32);
        out.raw(BANNER).u16(BANNER_PAYLOAD).u64(offered).u64(0);
        emit(List.of(out.toBytes()));
    }

    @Override
    public void receive(ByteBuffer in) {
        try {
            while (phase != Phase.CLOSED && in.hasRemaining()) {
                if (phase == Phase.BANNER) {
                    readBanner(in);
                } else {
                    readFrame(in);
                    if (reader.shut()) {
                        break;
                    }
                }
            }
            acknowledge();
        } catch (DecodeException e) {
            close(Errno.EPROTO.code(), "peer breaks the protocol: " + e.getMessage());
        } catch (CephException e) {
            close(e.code(), e.getMessage());
        }
    }

    private void readBanner(ByteBuffer in) {
        int count = Math.min(banner.length - bannerFilled, in.remaining());
        in.get(banner, bannerFilled, count);
        bannerFilled += count;
        // garbage is noticed at its first bytes, not when enough of it has come
        int known = Math.min(bannerFilled, BANNER.length());
        if (!Bytes.wrap(banner, 0, known).equals(BANNER.slice(0, known))) {
            throw new DecodeException("no msgr2 banner");
        }
        if (bannerFilled < banner.length) {
            return;
        }
        int payload = Bytes.wrap(banner, BANNER.length(), 2).reader().u16();
        if (payload < BANNER_PAYLOAD || payload > MAX_BANNER_PAYLOAD) {
            throw new DecodeException("banner payload of " + payload + " bytes");
        }
        if (banner.length == BANNER_HEAD) {
            banner = java.util.Arrays.copyOf(banner, BANNER_HEAD + payload);
            return;
        }
        capture(received, Bytes.wrap(banner));
        WireReader features = Bytes.wrap(banner, BANNER_HEAD, payload).reader();
        long supported = features.u64();
        long required = features.u64();
        if ((required & ~offered) != 0) {
            throw new DecodeException("peer requires msgr2 features " + Long.toHexString(required));
        }
        if ((supported & offered & FEATURE_REVISION_1) != 0) {
            revision = Revision.V2_1;
            writer = new CrcFormat(revision);
            reader.format(new CrcFormat(revision));
        }
        phase = Phase.HELLO;
        send(new Control.Hello(endpoint.name().type(), peerSocketAddr));
    }

    private void readFrame(ByteBuffer in) {
        int start = in.position();
        Frame frame;
        try {
            frame = reader.read(in);
        } finally {
            if (received != null) {
                byte[] taken = new byte[in.position() - start];
                in.get(start, taken);
                capture(received, Bytes.wrap(taken));
            }
        }
        if (frame == null) {
            return;
        }
        if (phase == Phase.READY) {
            ready(frame);
            return;
        }
        if (frame.tag() == Tag.MESSAGE) {
            throw new DecodeException("message during the handshake");
        }
        Control control = Control.decode(frame);
        switch (phase) {
            case HELLO -> {
                if (!(control instanceof Control.Hello hello)) {
                    throw unexpected(control);
                }
                endpoint.learn(hello.peerAddr());
                phase = Phase.AUTH;
                hello(hello);
            }
            case AUTH -> authenticate(control);
            case SIGNATURE -> {
                if (!(control instanceof Control.AuthSignature(Bytes signature))) {
                    throw unexpected(control);
                }
                if (!signature.equals(expectedSignature)) {
                    throw new CephException(Errno.EACCES, "signature over the handshake does not match");
                }
                phase = Phase.SESSION;
                authenticated();
            }
            case SESSION -> identify(control);
            case BANNER, READY, CLOSED -> throw new IllegalStateException(phase.toString());
        }
    }

    /// The peer has said what it is.
    abstract void hello(Control.Hello hello);

    abstract void authenticate(Control control);

    /// Both sides have proven that nobody changed the handshake.
    abstract void authenticated();

    abstract void identify(Control control);

    DecodeException unexpected(Control control) {
        return new DecodeException(control.tag() + " in phase " + phase);
    }

    /// AUTH_DONE has been sent or received: switches to the agreed mode and exchanges signatures.
    final void secure(boolean encrypted, Bytes key, Bytes secret, boolean weConnected) {
        sessionKey = key;
        Bytes mine = sign(captured(received));
        expectedSignature = sign(captured(sent));
        received = null;
        sent = null;
        if (encrypted) {
            StreamCipher up = StreamCipher.toServer(revision, secret);
            StreamCipher down = StreamCipher.toClient(revision, secret);
            writer = new SecureFormat(revision, weConnected ? up : down);
            reader.format(new SecureFormat(revision, weConnected ? down : up));
        }
        phase = Phase.SIGNATURE;
        send(new Control.AuthSignature(mine));
    }

    private Bytes sign(Bytes data) {
        if (sessionKey.isEmpty()) {
            return Bytes.zeros(Control.AuthSignature.SIZE);
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(sessionKey.toArray(), "HmacSHA256"));
            mac.update(data.asByteBuffer());
            return Bytes.wrap(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no HMAC-SHA256 in this Java", e);
        }
    }

    private void capture(@Nullable WireWriter into, Bytes bytes) {
        if (into != null) {
            if (into.size() + bytes.length() > endpoint.limits.handshakeTotal()) {
                throw new DecodeException("handshake longer than " + endpoint.limits.handshakeTotal() + " bytes");
            }
            into.raw(bytes);
        }
    }

    private static Bytes captured(@Nullable WireWriter from) {
        if (from == null) {
            throw new IllegalStateException("signed already");
        }
        return from.toBytes();
    }

    final void send(Control control) {
        emit(writer.encode(control.toFrame()));
    }

    private void emit(List<Bytes> bytes) {
        for (Bytes each : bytes) {
            capture(sent, each);
        }
        host.write(bytes);
    }

    /// The session is agreed on.
    final void open(PeerSession agreed) {
        phase = Phase.READY;
        reader.handshakeDone();
        agreed.opened();
        host.opened(agreed);
    }

    private void ready(Frame frame) {
        PeerSession current = session;
        if (current == null) {
            throw new IllegalStateException("ready without a session");
        }
        if (frame.tag() == Tag.MESSAGE) {
            message(current, MessageCodec.decode(frame));
            return;
        }
        Control control = Control.decode(frame);
        switch (control) {
            case Control.Keepalive(Utime stamp) -> send(new Control.KeepaliveAck(stamp));
            case Control.KeepaliveAck(Utime stamp) -> host.keepaliveAnswered(stamp);
            case Control.Ack(long seq) -> current.acked(seq);
            default -> throw unexpected(control);
        }
    }

    private void message(PeerSession current, MessageCodec.Received received) {
        current.acked(received.ack());
        if (Long.compareUnsigned(received.seq(), current.inSeq) <= 0) {
            return;
        }
        current.inSeq = received.seq();
        if (!current.lossy) {
            current.acksOwed++;
        }
        host.message(current, received.message(), received.tid());
    }

    private void acknowledge() {
        PeerSession current = session;
        if (phase == Phase.READY && current != null && current.acksOwed > 0 && !current.hasQueued()) {
            current.acksOwed = 0;
            send(new Control.Ack(current.inSeq));
        }
    }

    @Override
    public long pump(long budget) {
        PeerSession current = session;
        long written = 0;
        while (phase == Phase.READY && current != null && written < budget) {
            PeerSession.Outgoing out = current.next();
            if (out == null) {
                break;
            }
            current.acksOwed = 0;
            List<Bytes> bytes = writer.encode(MessageCodec.encode(out, current.features, current.inSeq));
            for (Bytes each : bytes) {
                written += each.length();
            }
            host.write(bytes);
        }
        return written;
    }

    @Override
    public void keepalive(Utime now) {
        if (phase == Phase.READY) {
            send(new Control.Keepalive(now));
        }
    }

    @Override
    public boolean established() {
        return phase == Phase.READY;
    }

    @Override
    public void lost(String reason) {
        close(0, reason);
    }

    @Override
    public void abandon(String reason) {
        if (phase != Phase.CLOSED) {
            phase = Phase.CLOSED;
            session = null;
            host.closed(null, 0, reason);
        }
    }

    final void close(int code, String reason) {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        PeerSession carried = session;
        session = null;
        if (carried != null && carried.socket() == this) {
            carried.socketLost();
        }
        host.closed(carried, code, reason);
    }
}
