package dev.inkfish.messenger;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Errno;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The side of msgr2 that connects.
public final class V2Connector extends V2Socket {
    static final long FLAG_LOSSY = 1;
    /// A peer that lets us try again and again is broken.
    private static final int MAX_RETRIES = 16;

    private final PeerSession opening;
    private ClientAuth.@Nullable Exchange auth;
    private int retries;

    public V2Connector(Endpoint endpoint, SocketHost host, PeerSession session, Revision newest) {
        super(endpoint, host, session.target, session, newest);
        opening = session;
        session.adopt(this);
        if (session.serverCookie != 0) {
            session.connectSeq++;
        }
        session.globalSeq = endpoint.nextGlobalSeq();
    }

    @Override
    void hello(Control.Hello hello) {
        if (hello.type() != opening.type) {
            throw new DecodeException("peer is of type " + hello.type() + ", not " + opening.type);
        }
        auth = Objects.requireNonNull(endpoint.clientAuth, "no client authentication").open(opening.type);
        send(new Control.AuthRequest(auth.method(), auth.modes(), auth.first()));
    }

    @Override
    void authenticate(Control control) {
        ClientAuth.Exchange exchange = Objects.requireNonNull(auth);
        switch (control) {
            case Control.AuthReplyMore more -> {
                countRetry();
                send(new Control.AuthRequestMore(exchange.next(more.payload())));
            }
            case Control.AuthBadMethod bad ->
                throw new CephException(
                        bad.code() < 0 ? bad.code() : Errno.EACCES.code(),
                        "peer refuses authentication method " + bad.method() + ": " + Errno.describe(bad.code())
                                + "; it allows methods " + bad.methods() + ", modes " + bad.modes());
            case Control.AuthDone done -> {
                if (!exchange.modes().contains(done.mode())) {
                    throw new DecodeException("peer chose connection mode " + done.mode() + ", which we did not offer");
                }
                ClientAuth.Keys keys = exchange.done(done.globalId(), done.mode(), done.payload());
                opening.assignedId = done.globalId();
                secure(done.mode() == AuthMethod.MODE_SECURE, keys.sessionKey(), keys.connectionSecret(), true);
            }
            default -> throw unexpected(control);
        }
    }

    @Override
    void authenticated() {
        if (opening.serverCookie == 0) {
            sendIdent();
        } else {
            sendReconnect();
        }
    }

    private void sendIdent() {
        if (!opening.lossy && opening.clientCookie == 0) {
            opening.clientCookie = endpoint.cookie();
        }
        send(new Control.ClientIdent(
                endpoint.addrs(),
                opening.target,
                endpoint.name().number(),
                opening.globalSeq,
                endpoint.supported,
                endpoint.required,
                opening.lossy ? FLAG_LOSSY : 0,
                opening.clientCookie));
    }

    private void sendReconnect() {
        send(new Control.Reconnect(
                endpoint.addrs(),
                opening.clientCookie,
                opening.serverCookie,
                opening.globalSeq,
                opening.connectSeq,
                opening.inSeq));
    }

    @Override
    void identify(Control control) {
        switch (control) {
            case Control.ServerIdent ident -> identified(ident);
            case Control.MissingFeatures(long missing) ->
                throw new CephException(
                        Errno.EOPNOTSUPP, "peer requires features we lack: " + Long.toHexString(missing));
            case Control.ReconnectOk(long seq) -> {
                requireReconnecting(control);
                opening.discardUpTo(seq);
                open(opening);
            }
            case Control.Reset(boolean full) -> {
                requireReconnecting(control);
                countRetry();
                reset(full);
            }
            case Control.Retry(long seq) -> {
                requireReconnecting(control);
                countRetry();
                opening.connectSeq = seq + 1;
                sendReconnect();
            }
            case Control.RetryGlobal(long seq) -> {
                requireReconnecting(control);
                countRetry();
                opening.globalSeq = endpoint.nextGlobalSeq(seq);
                sendReconnect();
            }
            case Control.Wait() -> close(Errno.EALREADY.code(), "the peer is connecting to us: its connection goes first");
            default -> throw unexpected(control);
        }
    }

    private void requireReconnecting(Control control) {
        if (opening.serverCookie == 0) {
            throw unexpected(control);
        }
    }

    private void countRetry() {
        if (++retries > MAX_RETRIES) {
            throw new DecodeException("handshake does not end");
        }
    }

    private void reset(boolean full) {
        if (full) {
            opening.forget();
            host.peerReset(opening);
        } else {
            opening.serverCookie = 0;
            opening.connectSeq = 0;
            opening.inSeq = 0;
        }
        if (phase == Phase.SESSION) {
            sendIdent();
        }
    }

    private void identified(Control.ServerIdent ident) {
        if (opening.serverCookie != 0) {
            throw unexpected(ident);
        }
        if (!ident.addrs().addrs().contains(opening.target)) {
            throw new DecodeException("peer is " + ident.addrs() + ", not " + opening.target);
        }
        long missing = ident.required() & ~endpoint.supported;
        if (missing != 0) {
            throw new CephException(Errno.EOPNOTSUPP, "peer requires features we lack: " + Long.toHexString(missing));
        }
        opening.serverCookie = ident.cookie();
        opening.name = new EntityName(opening.type, ident.gid());
        opening.features = ident.supported() & endpoint.supported;
        opening.peerGlobalSeq = ident.globalSeq();
        opening.inSeq = 0;
        open(opening);
    }
}
