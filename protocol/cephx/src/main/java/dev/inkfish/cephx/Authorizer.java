package dev.inkfish.cephx;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.AuthStep;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.keys.ServiceKeys;
import dev.inkfish.cephx.wire.AuthTicket;
import dev.inkfish.cephx.wire.CephXAuthorize;
import dev.inkfish.cephx.wire.CephXAuthorizeReply;
import dev.inkfish.cephx.wire.CephXServerChallenge;
import dev.inkfish.cephx.wire.CephXServiceTicketInfo;
import dev.inkfish.cephx.wire.CephXTicketBlob;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import org.jspecify.annotations.Nullable;

/// The check of a ticket and of the right to bring it, for one connection (`cephx_verify_authorizer`).
///
/// The bearer first gets a challenge of this connection, so that an authorizer seen on the wire is worth
/// nothing to whoever repeats it.
final class Authorizer {
    static final int MODE = 1;
    static final int MODE_MAX = 9;
    /// Four blocks of key material in secure mode, none in crc mode.
    static final int CONNECTION_SECRET_SIZE = 64;

    /// A ticket that holds, and the bearer's nonce.
    record Verified(CephXServiceTicketInfo info, CephXAuthorize authorize) {}

    private final ServiceKeys keys;
    private final Entropy entropy;
    private final int mode;
    private @Nullable Long challenge;

    Authorizer(ServiceKeys keys, Entropy entropy, int mode) {
        this.keys = keys;
        this.entropy = entropy;
        this.mode = mode;
    }

    AuthStep step(Bytes payload, Utime now) {
        Verified verified;
        try {
            verified = verify(payload.reader(), keys, now);
        } catch (DecodeException e) {
            return new AuthStep.Refused(Errno.EACCES.code(), "bad authorizer: " + e.getMessage());
        }
        CryptoKey sessionKey = verified.info.sessionKey();
        if (challenge == null) {
            challenge = entropy.u64();
            CephXServerChallenge question = new CephXServerChallenge(challenge);
            return new AuthStep.More(Sealed.seal(sessionKey, KeyUsage.AUTHORIZE_CHALLENGE, entropy, question::encode));
        }
        if (!verified.authorize.haveChallenge() || verified.authorize.serverChallengePlusOne() != challenge + 1) {
            return new AuthStep.Refused(Errno.EACCES.code(), "bad authorizer: it does not answer the challenge");
        }
        Bytes secret = mode == AuthMethod.MODE_SECURE ? entropy.bytes(CONNECTION_SECRET_SIZE) : Bytes.EMPTY;
        CephXAuthorizeReply reply = new CephXAuthorizeReply(verified.authorize.nonce() + 1, secret);
        WireWriter out = new WireWriter();
        out.bytes(Sealed.seal(sessionKey, KeyUsage.AUTHORIZE_REPLY, entropy, reply::encode));
        AuthTicket ticket = verified.info.ticket();
        Identity identity =
                new Identity(ticket.name(), ticket.globalId(), Bytes.utf8(ticket.caps()), ticket.allowAll());
        return new AuthStep.Done(out.toBytes(), identity, sessionKey.secret(), secret);
    }

    /// Reads an authorizer and leaves what follows it in the reader.
    ///
    /// @throws DecodeException for anything that does not hold
    static Verified verify(WireReader in, ServiceKeys keys, Utime now) {
        in.u8();
        long globalId = in.u64();
        EntityType service = EntityType.of(in.u32());
        CephXTicketBlob blob = CephXTicketBlob.decode(in);
        CephXServiceTicketInfo info = openTicket(keys, service, blob);
        if (info.ticket().globalId() != globalId) {
            throw new DecodeException("global id " + globalId + " with the ticket of " + info.ticket().globalId());
        }
        if (info.ticket().expires().compareTo(now) < 0) {
            throw new DecodeException("the ticket has expired");
        }
        CephXAuthorize authorize =
                Sealed.open(info.sessionKey(), KeyUsage.AUTHORIZE, in.bytes(), CephXAuthorize::decode);
        return new Verified(info, authorize);
    }

    static CephXServiceTicketInfo openTicket(ServiceKeys keys, EntityType service, CephXTicketBlob blob) {
        CryptoKey secret = keys.find(service, blob.secretId());
        if (secret == null) {
            throw new DecodeException("no key " + blob.secretId() + " of service " + service.text());
        }
        return Sealed.open(secret, KeyUsage.TICKET_INFO, blob.blob(), CephXServiceTicketInfo::decode);
    }
}
