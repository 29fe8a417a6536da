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
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The side of msgr2 that is connected to: authenticates the peer, then finds the session it means or
/// makes one.
public final class V2Acceptor extends V2Socket {
    private static final int MAX_ATTEMPTS = 16;

    private EntityType type = EntityType.CLIENT;
    private ServerAuth.@Nullable Exchange auth;
    private int mode;
    private int method;
    private int attempts;
    private @Nullable Identity identity;

    public V2Acceptor(Endpoint endpoint, SocketHost host, EntityAddr peerSocketAddr, Revision newest) {
        super(endpoint, host, peerSocketAddr, null, newest);
    }

    @Override
    void hello(Control.Hello hello) {
        type = hello.type();
    }

    @Override
    void authenticate(Control control) {
        if (++attempts > MAX_ATTEMPTS) {
            throw new DecodeException("authentication does not end");
        }
        switch (control) {
            case Control.AuthRequest request -> {
                ServerAuth server = Objects.requireNonNull(endpoint.serverAuth, "no server authentication");
                method = request.method();
                mode = pickMode(request.modes(), server.modes(type));
                if (mode == 0 || !server.methods(type).contains(method)) {
                    badMethod(Errno.EOPNOTSUPP.code(), "authentication method " + method + ", modes " + request.modes());
                    return;
                }
                auth = server.open(type);
                step(auth.first(method, mode, request.payload()));
            }
            case Control.AuthRequestMore more -> {
                if (auth == null) {
                    throw unexpected(control);
                }
                step(auth.next(more.payload()));
            }
            default -> throw unexpected(control);
        }
    }

    private static int pickMode(List<Integer> preferred, List<Integer> allowed) {
        for (int each : preferred) {
            if (allowed.contains(each)) {
                return each;
            }
        }
        return 0;
    }

    private void badMethod(int code, String reason) {
        host.refused(reason);
        auth = null;
        ServerAuth server = Objects.requireNonNull(endpoint.serverAuth);
        send(new Control.AuthBadMethod(method, code, server.methods(type), server.modes(type)));
    }

    private void step(AuthStep step) {
        switch (step) {
            case AuthStep.More(Bytes payload) -> send(new Control.AuthReplyMore(payload));
            case AuthStep.Refused(int code, String reason) when code == Errno.EBUSY.code() ->
                // not the client's fault: it may come back later, or go to another
                throw new DecodeException(reason);
            case AuthStep.Refused(int code, String reason) -> badMethod(code, reason);
            case AuthStep.Done done -> {
                Identity proven = done.identity();
                // daemons may act as clients of each other, but nobody else may appear as a daemon
                if (type != EntityType.CLIENT && !proven.allowAll() && proven.name().type() != type) {
                    badMethod(Errno.EACCES.code(), proven.name() + " comes as " + type.text());
                    return;
                }
                identity = proven;
                send(new Control.AuthDone(proven.globalId(), mode, done.payload()));
                secure(mode == AuthMethod.MODE_SECURE, done.sessionKey(), done.connectionSecret(), false);
            }
        }
    }

    @Override
    void authenticated() {}

    @Override
    void identify(Control control) {
        if (++attempts > MAX_ATTEMPTS * 2) {
            throw new DecodeException("handshake does not end");
        }
        switch (control) {
            case Control.ClientIdent ident -> identified(ident);
            case Control.Reconnect reconnect -> reconnect(reconnect);
            default -> throw unexpected(control);
        }
    }

    private void identified(Control.ClientIdent ident) {
        if (ident.addrs().isEmpty() || ident.addrs().front().equals(EntityAddr.NONE)) {
            throw new DecodeException("peer without an address");
        }
        if (!endpoint.addrs().addrs().contains(ident.target())) {
            throw new DecodeException("peer wants " + ident.target() + ", we are " + endpoint.addrs());
        }
        long missing = endpoint.required & ~ident.supported();
        if (missing != 0) {
            send(new Control.MissingFeatures(missing));
            return;
        }
        boolean lossy = type == EntityType.CLIENT || (ident.flags() & V2Connector.FLAG_LOSSY) != 0;
        PeerSession existing = lossy ? null : endpoint.find(ident.addrs());
        if (existing == null) {
            PeerSession fresh = endpoint.accept(type, ident.addrs(), lossy);
            fresh.clientCookie = ident.cookie();
            accept(fresh, ident);
            return;
        }
        if (existing.peerGlobalSeq > ident.globalSeq()) {
            close(0, "stale connection attempt of " + ident.addrs());
        } else if (existing.serverCookie != 0
                && existing.clientCookie != 0
                && existing.clientCookie != ident.cookie()) {
            existing.forget();
            host.peerReset(existing);
            existing.clientCookie = ident.cookie();
            accept(existing, ident);
        } else if (existing.clientCookie == ident.cookie() || existing.ready() || existing.socket() == null) {
            existing.clientCookie = ident.cookie();
            accept(existing, ident);
        } else if (weYield(ident.addrs())) {
            existing.clientCookie = ident.cookie();
            accept(existing, ident);
        } else {
            send(new Control.Wait());
        }
    }

    /// Where both connect at once, the connection of the lower address goes through.
    private boolean weYield(EntityAddrVec peer) {
        return peer.msgr2().compareTo(endpoint.addrs().msgr2()) < 0;
    }

    private void accept(PeerSession agreed, Control.ClientIdent ident) {
        take(agreed);
        agreed.name = new EntityName(type, number(ident.gid()));
        agreed.features = ident.supported() & endpoint.supported;
        agreed.peerGlobalSeq = ident.globalSeq();
        agreed.inSeq = 0;
        if (!agreed.lossy) {
            agreed.serverCookie = endpoint.cookie();
        }
        send(new Control.ServerIdent(
                endpoint.addrs(),
                endpoint.name().number(),
                endpoint.nextGlobalSeq(),
                endpoint.supported,
                endpoint.required,
                agreed.lossy ? V2Connector.FLAG_LOSSY : 0,
                agreed.serverCookie));
        open(agreed);
    }

    /// A client is who it has proved to be, whatever it says; it does not know its number when it first comes to a monitor.
    /// An OSD is no other one.
    private long number(long claimed) {
        Identity proven = identity;
        if (proven == null || proven.allowAll()) {
            boolean nameless = claimed < 0 && proven != null;
            return nameless ? proven.globalId() : claimed;
        }
        boolean wrong = type == EntityType.OSD && proven.name().type() == EntityType.OSD
                && !proven.name().id().equals(Long.toString(claimed));
        if (wrong) {
            throw new DecodeException(proven.name() + " says that it is osd." + claimed);
        }
        return type == EntityType.CLIENT && proven.globalId() > 0 ? proven.globalId() : claimed;
    }

    private void take(PeerSession agreed) {
        session = agreed;
        agreed.adopt(this);
        agreed.identity = identity;
    }

    private void reconnect(Control.Reconnect wish) {
        PeerSession existing = endpoint.find(wish.addrs());
        if (existing == null || existing.clientCookie != wish.clientCookie() || existing.type != type) {
            send(new Control.Reset(true));
        } else if (existing.serverCookie == 0) {
            // our SERVER_IDENT was lost: the peer goes back to identifying itself
            send(new Control.Reset(false));
        } else if (existing.peerGlobalSeq > wish.globalSeq()) {
            send(new Control.RetryGlobal(existing.peerGlobalSeq));
        } else if (existing.connectSeq > wish.connectSeq()) {
            send(new Control.Retry(existing.connectSeq));
        } else if (existing.connectSeq == wish.connectSeq()
                && existing.socket() != null
                && !existing.ready()
                && !weYield(wish.addrs())) {
            send(new Control.Wait());
        } else {
            take(existing);
            existing.connectSeq = wish.connectSeq();
            existing.peerGlobalSeq = wish.globalSeq();
            existing.discardUpTo(wish.inSeq());
            send(new Control.ReconnectOk(existing.inSeq));
            open(existing);
        }
    }
}
