package dev.inkfish.cephx;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.keys.ExpiringCryptoKey;
import dev.inkfish.cephx.keys.KeyDatabase;
import dev.inkfish.cephx.wire.AuthTicket;
import dev.inkfish.cephx.wire.CephXAuthorize;
import dev.inkfish.cephx.wire.CephXAuthorizeReply;
import dev.inkfish.cephx.wire.CephXServerChallenge;
import dev.inkfish.cephx.wire.CephXServiceTicketInfo;
import dev.inkfish.cephx.wire.CephXTicketBlob;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// A monitor that connects to another, or to a manager: it makes itself a ticket that the other can open
/// (`Monitor::get_authorizer`). Monitors have the key of `mon.`, managers their service's rotating keys.
public final class MonPeerAuth implements ClientAuth {
    private static final EntityAuthName MON = new EntityAuthName(EntityType.MON, "");
    private static final long VALID_SECONDS = 3600;

    private final KeyDatabase database;
    private final List<Integer> modes;
    private final Entropy entropy;

    public MonPeerAuth(KeyDatabase database, List<Integer> modes, Entropy entropy) {
        this.database = database;
        this.modes = List.copyOf(modes);
        this.entropy = entropy;
    }

    @Override
    public Exchange open(EntityType service) {
        return switch (service) {
            case MON -> {
                EntityAuth own = database.find(MON);
                if (own == null) {
                    throw new CephException(Errno.EACCES, "no key for the other monitors");
                }
                yield new PeerExchange(service, CephXTicketBlob.OWN_KEY, own.key());
            }
            case MGR -> {
                Map.Entry<Long, ExpiringCryptoKey> secret = database.rotating(service).current(database.now());
                if (secret == null) {
                    throw new CephException(Errno.EACCES, "no key for managers");
                }
                yield new PeerExchange(service, secret.getKey(), secret.getValue().key());
            }
            case OSD, MDS, CLIENT, AUTH ->
                    throw new CephException(Errno.EACCES, "a monitor does not connect to " + service.text());
        };
    }

    private final class PeerExchange implements Exchange {
        private final EntityType service;
        private final CryptoKey sessionKey;
        private final CephXTicketBlob ticket;
        private final long nonce = entropy.u64();

        PeerExchange(EntityType service, long keyId, CryptoKey key) {
            this.service = service;
            Utime now = database.now();
            sessionKey = CryptoKey.generate(CryptoKey.AES, now, entropy);
            Utime expires = Utime.ofNanos(now.toNanos() + VALID_SECONDS * 1_000_000_000L);
            CephXServiceTicketInfo info = new CephXServiceTicketInfo(
                    new AuthTicket(MON, 0, now, expires, true, "allow *", 0), sessionKey);
            ticket = new CephXTicketBlob(keyId, Sealed.seal(key, KeyUsage.TICKET_INFO, entropy, info::encode));
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
            return authorizer(new CephXAuthorize(nonce, false, 0));
        }

        @Override
        public Bytes next(Bytes payload) {
            long challenge = checked(() -> Sealed.open(
                            sessionKey, KeyUsage.AUTHORIZE_CHALLENGE, payload, CephXServerChallenge::decode))
                    .challenge();
            return authorizer(new CephXAuthorize(nonce, true, challenge + 1));
        }

        private Bytes authorizer(CephXAuthorize authorize) {
            WireWriter out = new WireWriter();
            out.u8(Authorizer.MODE).u64(0).u32(service.number());
            ticket.encode(out);
            return out.bytes(Sealed.seal(sessionKey, KeyUsage.AUTHORIZE, entropy, authorize::encode)).toBytes();
        }

        @Override
        public Keys done(long id, int mode, Bytes payload) {
            CephXAuthorizeReply reply = checked(() -> Sealed.open(
                    sessionKey, KeyUsage.AUTHORIZE_REPLY, payload.reader().bytes(), CephXAuthorizeReply::decode));
            if (reply.noncePlusOne() != nonce + 1) {
                throw new CephException(Errno.EACCES, "the peer answers another nonce");
            }
            return new Keys(sessionKey.secret(), reply.connectionSecret().compact());
        }
    }

    private static <T> T checked(Supplier<T> decoding) {
        try {
            return decoding.get();
        } catch (DecodeException e) {
            throw new CephException(Errno.EACCES, "the peer does not prove that it knows the key: " + e.getMessage());
        }
    }
}
