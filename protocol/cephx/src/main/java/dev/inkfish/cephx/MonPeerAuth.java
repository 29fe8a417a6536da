package dev.inkfish.cephx;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A monitor that connects to another: both have the key of `mon.`, so it makes itself a ticket under that key, which
/// the other can open (`Monitor::get_authorizer`).
public final class MonPeerAuth implements ClientAuth {
    private static final EntityAuthName MON = new EntityAuthName(EntityType.MON, "");
    private static final long VALID_SECONDS = 3600;

    private final Supplier<@Nullable CryptoKey> monKey;
    private final List<Integer> modes;
    private final Entropy entropy;
    private final Supplier<Utime> clock;

    /// @param monKey the key of `mon.`; null where it is not known yet
    public MonPeerAuth(Supplier<@Nullable CryptoKey> monKey, List<Integer> modes, Entropy entropy, Supplier<Utime> clock) {
        this.monKey = monKey;
        this.modes = List.copyOf(modes);
        this.entropy = entropy;
        this.clock = clock;
    }

    @Override
    public Exchange open(EntityType service) {
        CryptoKey key = monKey.get();
        if (service != EntityType.MON || key == null) {
            throw new CephException(Errno.EACCES, "no key for the other monitors");
        }
        return new PeerExchange(key);
    }

    private final class PeerExchange implements Exchange {
        private final CryptoKey sessionKey;
        private final CephXTicketBlob ticket;
        private final long nonce = entropy.u64();

        PeerExchange(CryptoKey monKey) {
            Utime now = clock.get();
            sessionKey = CryptoKey.generate(CryptoKey.AES, now, entropy);
            Utime expires = Utime.ofNanos(now.toNanos() + VALID_SECONDS * 1_000_000_000L);
            CephXServiceTicketInfo info = new CephXServiceTicketInfo(
                    new AuthTicket(MON, 0, now, expires, true, "allow *", 0), sessionKey);
            ticket = new CephXTicketBlob(
                    CephXTicketBlob.OWN_KEY, Sealed.seal(monKey, KeyUsage.TICKET_INFO, entropy, info::encode));
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
            out.u8(Authorizer.MODE).u64(0).u32(EntityType.MON.number());
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
