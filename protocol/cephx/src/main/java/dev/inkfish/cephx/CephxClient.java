package dev.inkfish.cephx;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.keys.RotatingSecrets;
import dev.inkfish.cephx.keys.ServiceKeys;
import dev.inkfish.cephx.wire.CephXAuthenticate;
import dev.inkfish.cephx.wire.CephXAuthorize;
import dev.inkfish.cephx.wire.CephXAuthorizeReply;
import dev.inkfish.cephx.wire.CephXResponseHeader;
import dev.inkfish.cephx.wire.CephXServerChallenge;
import dev.inkfish.cephx.wire.CephXServiceTicketRequest;
import dev.inkfish.cephx.wire.CephXTicketBlob;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The connecting side of one client or daemon: proves to a monitor that it has its key, keeps the tickets it
/// gets, shows them to services, renews them, and keeps the rotating keys of the service it is itself.
///
/// One owner calls what changes the state (the session with the monitor); [#open] of services and
/// [#serviceKeys] may be used from any thread.
public final class CephxClient implements ClientAuth {
    private final EntityAuthName name;
    private final CryptoKey key;
    private final int wanted;
    private final List<Integer> modes;
    private final Entropy entropy;
    private final Supplier<Utime> clock;

    private volatile TicketBox tickets = TicketBox.EMPTY;
    private volatile RotatingSecrets rotating = RotatingSecrets.EMPTY;
    private volatile long globalId;
    /// The monitor's, on the connection of the session; empty before there is one.
    private volatile Bytes challenge = Bytes.EMPTY;

    /// @param services those we want tickets for, besides the monitors
    /// @param modes connection modes we accept, best first
    public CephxClient(
            EntityAuthName name,
            CryptoKey key,
            List<EntityType> services,
            List<Integer> modes,
            Entropy entropy,
            Supplier<Utime> clock) {
        this.name = name;
        this.key = key;
        this.modes = List.copyOf(modes);
        this.entropy = entropy;
        this.clock = clock;
        int bits = EntityType.MON.number();
        for (EntityType service : services) {
            bits |= service.number();
        }
        this.wanted = bits;
    }

    public EntityAuthName name() {
        return name;
    }

    /// 0 before the first session with a monitor.
    public long globalId() {
        return globalId;
    }

    /// Whether a ticket for the service is there and still good.
    public boolean hasTicket(EntityType service) {
        TicketBox.Ticket ticket = tickets.find(service);
        return ticket != null && clock.get().compareTo(ticket.expires()) < 0;
    }

    /// A service refused our ticket: get another at the next renewal.
    public void invalidate(EntityType service) {
        tickets = tickets.without(service);
    }

    @Override
    public Exchange open(EntityType service) {
        return service == EntityType.MON ? new MonExchange() : new ServiceExchange(service);
    }

    // ---- MAuth: login over msgr1, renewal over both

    /// The payload of a connection's first MAuth, whose protocol is 0.
    public Bytes mauthBegin() {
        WireWriter out = new WireWriter();
        out.u8(1).list(List.of(AuthMethod.CEPHX), WireWriter::u32);
        name.encode(out);
        return out.u64(globalId).toBytes();
    }

    /// The payload of the MAuth that answers the challenge.
    public Bytes mauthAnswer(long assignedGlobalId, Bytes challenge) {
        globalId = assignedGlobalId;
        return authenticate(challenge);
    }

    /// Takes the answer to [#mauthAnswer].
    ///
    /// @return the session key, to sign messages with
    public Bytes mauthDone(Bytes payload) {
        return accept(payload).sessionKey();
    }

    /// Payload of an MAuth that renews what will soon expire; null where nothing will. The answer goes to
    /// [#renewed].
    public @Nullable Bytes renewal() {
        Utime now = clock.get();
        TicketBox.Ticket own = tickets.find(EntityType.AUTH);
        if (own == null || challenge.isEmpty()) {
            return null;
        }
        if (now.compareTo(own.renewAfter()) >= 0) {
            return authenticate(challenge);
        }
        int need = tickets.due(wanted, now);
        if (need == 0) {
            return null;
        }
        WireWriter out = new WireWriter();
        out.u16(CephXResponseHeader.GET_PRINCIPAL_SESSION_KEY);
        writeAuthorizer(out, EntityType.AUTH, own, entropy.u64(), null);
        new CephXServiceTicketRequest(need).encode(out);
        return out.toBytes();
    }

    /// Whether the ticket for the monitors themselves has expired, so that only another login helps.
    public boolean needsLogin() {
        TicketBox.Ticket own = tickets.find(EntityType.AUTH);
        return own == null || clock.get().compareTo(own.expires()) >= 0;
    }

    /// Payload of an MAuth that asks for the keys of the service we are.
    public Bytes rotatingRequest() {
        return new WireWriter().u16(CephXResponseHeader.GET_ROTATING_KEY).toBytes();
    }

    /// Whether the keys of the service we are should be asked for.
    public boolean needsRotating() {
        return rotating.needsNew(clock.get());
    }

    /// Takes the answer to [#renewal] or [#rotatingRequest].
    public void renewed(Bytes payload) {
        checked(() -> {
            WireReader in = payload.reader();
            CephXResponseHeader header = CephXResponseHeader.decode(in);
            if (header.status() < 0) {
                throw new CephException(header.status(), "the monitor gives no tickets");
            }
            switch (header.requestType()) {
                case CephXResponseHeader.GET_AUTH_SESSION_KEY -> accept(payload);
                case CephXResponseHeader.GET_PRINCIPAL_SESSION_KEY -> {
                    TicketBox.Ticket own = tickets.find(EntityType.AUTH);
                    if (own == null) {
                        throw new DecodeException("tickets not asked for");
                    }
                    tickets = tickets.with(in, own.sessionKey(), clock.get());
                }
                case CephXResponseHeader.GET_ROTATING_KEY ->
                    rotating = Sealed.open(key, KeyUsage.ROTATING_SECRET, in.bytes(), RotatingSecrets::decode);
                default -> throw new DecodeException("answer of type " + header.requestType());
            }
            return header;
        });
    }

    /// For [CephxServiceAuth] of a daemon that gets its keys through this client.
    public ServiceKeys serviceKeys() {
        return (service, secretId) -> service == name.type() ? rotating.find(secretId) : null;
    }

    // ---- the dialogue

    private Bytes authenticate(Bytes question) {
        challenge = question.compact();
        long server = checked(() -> CephXServerChallenge.decode(question.reader())).challenge();
        long client = entropy.u64();
        TicketBox.Ticket old = tickets.find(EntityType.AUTH);
        CephXTicketBlob oldBlob = old == null ? CephXTicketBlob.NONE : old.blob();
        CephXAuthenticate answer = new CephXAuthenticate(
                CephXAuthenticate.VERSION, client, Sealed.proof(key, server, client), oldBlob, wanted);
        WireWriter out = new WireWriter();
        out.u16(CephXResponseHeader.GET_AUTH_SESSION_KEY);
        answer.encode(out);
        return out.toBytes();
    }

    /// Takes a monitor's last word: our tickets, and the secret of this connection.
    private Keys accept(Bytes payload) {
        return checked(() -> {
            WireReader in = payload.reader();
            CephXResponseHeader header = CephXResponseHeader.decode(in);
            if (header.status() < 0 || header.requestType() != CephXResponseHeader.GET_AUTH_SESSION_KEY) {
                throw new DecodeException("answer of type " + header.requestType());
            }
            TicketBox box = tickets.with(in, key, clock.get());
            TicketBox.Ticket own = box.find(EntityType.AUTH);
            if (own == null) {
                throw new DecodeException("no ticket for the monitors");
            }
            Bytes secret = Bytes.EMPTY;
            if (in.remaining() > 0) {
                Bytes sealed = in.bytes();
                Bytes extra = in.bytes();
                if (!sealed.isEmpty()) {
                    secret = Sealed.open(
                            own.sessionKey(), KeyUsage.CONNECTION_SECRET, sealed.reader().bytes(), WireReader::bytes);
                }
                if (!extra.isEmpty()) {
                    box = box.with(extra.reader(), own.sessionKey(), clock.get());
                }
            }
            tickets = box;
            return new Keys(own.sessionKey().secret(), secret.compact());
        });
    }

    /// @param challenge of the service, once it is known
    private void writeAuthorizer(
            WireWriter out, EntityType service, TicketBox.Ticket ticket, long nonce, @Nullable Long challenge) {
        out.u8(Authorizer.MODE).u64(globalId).u32(service.number());
        ticket.blob().encode(out);
        CephXAuthorize authorize = challenge == null
                ? new CephXAuthorize(nonce, false, 0)
                : new CephXAuthorize(nonce, true, challenge + 1);
        out.bytes(Sealed.seal(ticket.sessionKey(), KeyUsage.AUTHORIZE, entropy, authorize::encode));
    }

    private static <T> T checked(Supplier<T> decoding) {
        try {
            return decoding.get();
        } catch (DecodeException e) {
            throw new CephException(Errno.EACCES, "the peer does not prove that it knows the key: " + e.getMessage());
        }
    }

    private final class MonExchange implements Exchange {
        private boolean challenged;

        @Override
        public int method() {
            return AuthMethod.CEPHX;
        }

        @Override
        public List<Integer> modes() {
            return modes;
        }

        @Override
        public Bytes first() {
            WireWriter out = new WireWriter();
            out.u8(NoneAuth.MODE_MON);
            name.encode(out);
            return out.u64(globalId).toBytes();
        }

        @Override
        public Bytes next(Bytes payload) {
            if (challenged) {
                throw new CephException(Errno.EACCES, "challenged twice");
            }
            challenged = true;
            return authenticate(payload);
        }

        @Override
        public Keys done(long id, int mode, Bytes payload) {
            if (!challenged) {
                throw new CephException(Errno.EACCES, "not challenged");
            }
            Keys keys = accept(payload);
            globalId = id;
            return keys;
        }
    }

    private final class ServiceExchange implements Exchange {
        private final EntityType service;
        private final TicketBox.Ticket ticket;
        private final long nonce = entropy.u64();

        ServiceExchange(EntityType service) {
            this.service = service;
            TicketBox.Ticket found = tickets.find(service);
            if (found == null) {
                throw new CephException(Errno.EAGAIN, "no ticket for service " + service.text());
            }
            this.ticket = found;
        }

        @Override
        public int method() {
            return AuthMethod.CEPHX;
        }

        @Override
        public List<Integer> modes() {
            return modes;
        }

        @Override
        public Bytes first() {
            WireWriter out = new WireWriter();
            writeAuthorizer(out, service, ticket, nonce, null);
            return out.toBytes();
        }

        @Override
        public Bytes next(Bytes payload) {
            long challenge = checked(() -> Sealed.open(
                            ticket.sessionKey(), KeyUsage.AUTHORIZE_CHALLENGE, payload, CephXServerChallenge::decode))
                    .challenge();
            WireWriter out = new WireWriter();
            writeAuthorizer(out, service, ticket, nonce, challenge);
            return out.toBytes();
        }

        @Override
        public Keys done(long id, int mode, Bytes payload) {
            var reply = checked(() -> Sealed.open(
                    ticket.sessionKey(),
                    KeyUsage.AUTHORIZE_REPLY,
                    payload.reader().bytes(),
                    CephXAuthorizeReply::decode));
            if (reply.noncePlusOne() != nonce + 1) {
                throw new CephException(Errno.EACCES, "the peer answers another nonce");
            }
            return new Keys(ticket.sessionKey().secret(), reply.connectionSecret().compact());
        }
    }
}
