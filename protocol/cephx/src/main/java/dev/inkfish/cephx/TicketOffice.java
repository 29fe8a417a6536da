package dev.inkfish.cephx;

import dev.inkfish.cephx.CephxMonAuth.GlobalId;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.keys.ExpiringCryptoKey;
import dev.inkfish.cephx.keys.KeyDatabase;
import dev.inkfish.cephx.keys.RotatingSecrets;
import dev.inkfish.cephx.keys.ServiceKeys;
import dev.inkfish.cephx.wire.AuthTicket;
import dev.inkfish.cephx.wire.CephXAuthenticate;
import dev.inkfish.cephx.wire.CephXResponseHeader;
import dev.inkfish.cephx.wire.CephXServerChallenge;
import dev.inkfish.cephx.wire.CephXServiceTicket;
import dev.inkfish.cephx.wire.CephXServiceTicketInfo;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One client's dealings with the monitors' authentication service: challenge, tickets, renewal, rotating
/// keys (`CephxServiceHandler`).
final class TicketOffice {
    /// In place of a mode, where the answer is not the end of a connection's handshake.
    static final int NO_CONNECTION = 0;

    /// An answer to a request.
    ///
    /// @param identity set where the client has just proved who it is
    record Answer(Bytes payload, @Nullable Identity identity, Bytes sessionKey, Bytes connectionSecret) {
        static Answer of(Bytes payload) {
            return new Answer(payload, null, Bytes.EMPTY, Bytes.EMPTY);
        }
    }

    /// A ticket about to be issued.
    private record Issue(EntityType service, long secretId, CryptoKey secret, AuthTicket ticket, CryptoKey sessionKey,
            Utime validity) {}

    private final KeyDatabase database;
    private final AuthPolicy policy;
    private final Entropy entropy;
    private final EntityAuthName name;
    private final long globalId;
    private GlobalId status;
    private long serverChallenge;

    TicketOffice(
            KeyDatabase database,
            AuthPolicy policy,
            Entropy entropy,
            EntityAuthName name,
            long globalId,
            GlobalId status) {
        this.database = database;
        this.policy = policy;
        this.entropy = entropy;
        this.name = name;
        this.globalId = globalId;
        this.status = status;
    }

    long globalId() {
        return globalId;
    }

    Bytes challenge() {
        do {
            serverChallenge = entropy.u64();
        } while (serverChallenge == 0);
        return WireWriter.encode(new CephXServerChallenge(serverChallenge), CephXServerChallenge::encode);
    }

    /// Goes on with the challenge of the handshake.
    void resume(long challenge) {
        serverChallenge = challenge;
    }

    /// @param mode the connection's, for the size of the connection secret; or [#NO_CONNECTION]
    /// @throws CephException where the client is refused
    /// @throws DecodeException for malformed input
    Answer handle(Bytes request, int mode) {
        WireReader in = request.reader();
        int type = in.u16();
        return switch (type) {
            case CephXResponseHeader.GET_AUTH_SESSION_KEY -> authenticate(in, mode);
            case CephXResponseHeader.GET_PRINCIPAL_SESSION_KEY -> Answer.of(serviceTickets(in));
            case CephXResponseHeader.GET_ROTATING_KEY -> Answer.of(rotatingKeys());
            default -> throw new CephException(Errno.EINVAL, "cephx request " + type);
        };
    }

    private Answer authenticate(WireReader in, int mode) {
        CephXAuthenticate request = CephXAuthenticate.decode(in);
        EntityAuth auth = database.find(name);
        if (auth == null || auth.key().isEmpty()) {
            throw new CephException(Errno.EACCES, "no key of " + name);
        }
        if (serverChallenge == 0
                || request.key() != Sealed.proof(auth.key(), serverChallenge, request.clientChallenge())) {
            throw new CephException(Errno.EACCES, name + " does not have its key");
        }
        CryptoKey oldSessionKey = checkReclaim(request);
        String monCaps = auth.caps().getOrDefault(EntityType.MON.text(), "");
        if (monCaps.isEmpty()) {
            throw new CephException(Errno.EACCES, name + " has no caps for the monitors");
        }
        Utime now = database.now();
        AuthTicket ticket = AuthTicket.issue(name, globalId, now, policy.monTicketMillis(), "");
        Issue issue = issue(EntityType.AUTH, ticket, auth.key().type(), policy.monTicketMillis());
        WireWriter out = new WireWriter();
        new CephXResponseHeader(CephXResponseHeader.GET_AUTH_SESSION_KEY, 0).encode(out);
        writeTickets(out, auth.key(), List.of(issue), oldSessionKey);
        Bytes secret = mode == AuthMethod.MODE_SECURE ? entropy.bytes(Authorizer.CONNECTION_SECRET_SIZE) : Bytes.EMPTY;
        if (request.otherKeys() != 0) {
            Bytes sealed = mode == NO_CONNECTION ? Bytes.EMPTY : sealedSecret(issue.sessionKey, secret);
            List<Issue> others = issueAll(request.otherKeys(), ticket, auth.key().type());
            WireWriter extra = new WireWriter();
            if (!others.isEmpty()) {
                writeTickets(extra, issue.sessionKey, others, null);
            }
            out.bytes(sealed).bytes(extra.toBytes());
        }
        status = GlobalId.ESTABLISHED;
        Identity identity = new Identity(name, globalId, Bytes.utf8(monCaps), false, serverChallenge);
        return new Answer(out.toBytes(), identity, issue.sessionKey.secret(), secret);
    }

    private Bytes sealedSecret(CryptoKey sessionKey, Bytes secret) {
        Bytes sealed = Sealed.seal(sessionKey, KeyUsage.CONNECTION_SECRET, entropy, w -> w.bytes(secret));
        return new WireWriter().bytes(sealed).toBytes();
    }

    /// A client that comes with a global id must show a ticket that carries it (CVE-2021-20288).
    ///
    /// @return the session key of that ticket, with which the new one is encrypted; null for a new client
    private @Nullable CryptoKey checkReclaim(CephXAuthenticate request) {
        CephXTicketBlob old = request.oldTicket();
        if (status == GlobalId.NEW) {
            if (!old.blob().isEmpty()) {
                throw new CephException(Errno.EINVAL, "an old ticket without a global id to reclaim");
            }
            return null;
        }
        try {
            if (old.blob().isEmpty()) {
                throw new DecodeException("no ticket");
            }
            CephXServiceTicketInfo info = Authorizer.openTicket(ownKeys(), EntityType.AUTH, old);
            if (info.ticket().globalId() != globalId) {
                throw new DecodeException("another's ticket");
            }
            return info.sessionKey();
        } catch (DecodeException e) {
            if (policy.allowInsecureReclaim() && request.oldTicketMayBeOmitted()) {
                return null;
            }
            throw new CephException(
                    Errno.EACCES, name + " wants to keep global id " + globalId + " with " + e.getMessage());
        }
    }

    private Bytes serviceTickets(WireReader in) {
        Authorizer.Verified verified;
        try {
            verified = Authorizer.verify(in, ownKeys(), database.now());
        } catch (DecodeException e) {
            throw new CephException(Errno.EACCES, "bad authorizer: " + e.getMessage());
        }
        CephXServiceTicketRequest request = CephXServiceTicketRequest.decode(in);
        CryptoKey sessionKey = verified.info().sessionKey();
        AuthTicket parent = verified.info().ticket();
        if (!parent.name().equals(name) || parent.globalId() != globalId) {
            throw new CephException(Errno.EACCES, "the ticket of " + parent.name());
        }
        List<Issue> issues = issueAll(request.keys(), parent, sessionKey.type());
        int result = issues.isEmpty() && request.keys() != 0 ? Errno.EACCES.code() : 0;
        WireWriter out = new WireWriter();
        new CephXResponseHeader(CephXResponseHeader.GET_PRINCIPAL_SESSION_KEY, result).encode(out);
        writeTickets(out, sessionKey, issues, null);
        return out.toBytes();
    }

    /// Only tickets for the authentication service itself are presented to it.
    private ServiceKeys ownKeys() {
        return (service, id) -> service == EntityType.AUTH ? database.rotating(service).find(id) : null;
    }

    /// The keys of the service that the client itself is, encrypted with its own key.
    private Bytes rotatingKeys() {
        EntityAuth auth = database.find(name);
        RotatingSecrets secrets = switch (name.type()) {
            case OSD, MDS, MGR -> database.rotating(name.type());
            case MON, CLIENT, AUTH -> RotatingSecrets.EMPTY;
        };
        if (auth == null || secrets.secrets().isEmpty()) {
            throw new CephException(Errno.EACCES, "no rotating keys for " + name);
        }
        WireWriter out = new WireWriter();
        new CephXResponseHeader(CephXResponseHeader.GET_ROTATING_KEY, 0).encode(out);
        return out.bytes(Sealed.seal(auth.key(), KeyUsage.ROTATING_SECRET, entropy, secrets::encode)).toBytes();
    }

    private List<Issue> issueAll(int services, AuthTicket parent, int keyType) {
        List<Issue> issues = new ArrayList<>();
        EntityAuth auth = database.find(name);
        for (EntityType service : EntityType.values()) {
            boolean wanted = (services & service.number()) != 0;
            if (!wanted || auth == null || service == EntityType.AUTH || service == EntityType.CLIENT) {
                continue;
            }
            // monitors look their caps up themselves
            String caps = service == EntityType.MON ? "" : auth.caps().getOrDefault(service.text(), "");
            AuthTicket ticket =
                    AuthTicket.issue(parent.name(), parent.globalId(), database.now(), policy.ticketMillis(), caps);
            if (!database.rotating(service).secrets().isEmpty()) {
                issues.add(issue(service, ticket, keyType, policy.ticketMillis()));
            }
        }
        return issues;
    }

    private Issue issue(EntityType service, AuthTicket ticket, int keyType, long ttlMillis) {
        Map.Entry<Long, ExpiringCryptoKey> secret = database.rotating(service).current(database.now());
        if (secret == null) {
            throw new CephException(Errno.EIO, "no rotating key of service " + service.text());
        }
        CryptoKey key = secret.getValue().key();
        // both the holder and the service must be able to use it
        CryptoKey sessionKey = CryptoKey.generate(Math.min(keyType, key.type()), database.now(), entropy);
        return new Issue(service, secret.getKey(), key, ticket, sessionKey, Utime.ofMillis(ttlMillis));
    }

    /// @param holderKey what the client can decrypt
    /// @param oldSessionKey encrypts the ticket itself once more, where it replaces one
    private void writeTickets(
            WireWriter out, CryptoKey holderKey, List<Issue> issues, @Nullable CryptoKey oldSessionKey) {
        out.u8(1).u32(issues.size());
        for (Issue issue : issues) {
            CephXServiceTicket forHolder = new CephXServiceTicket(issue.sessionKey, issue.validity);
            out.u32(issue.service.number()).u8(1);
            out.bytes(Sealed.seal(holderKey, KeyUsage.TICKET_SESSION_KEY, entropy, forHolder::encode));
            CephXServiceTicketInfo info = new CephXServiceTicketInfo(issue.ticket, issue.sessionKey);
            Bytes blob = Sealed.seal(issue.secret, KeyUsage.TICKET_INFO, entropy, info::encode);
            Bytes ticket = WireWriter.encode(new CephXTicketBlob(issue.secretId, blob), CephXTicketBlob::encode);
            out.bool(oldSessionKey != null);
            out.bytes(oldSessionKey == null
                    ? ticket
                    : Sealed.seal(oldSessionKey, KeyUsage.TICKET_BLOB, entropy, w -> w.bytes(ticket)));
        }
    }
}
