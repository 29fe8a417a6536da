package dev.inkfish.cephx;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.AuthStep;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.cephx.keys.KeyDatabase;
import dev.inkfish.cephx.keys.ServiceKeys;
import dev.inkfish.cephx.wire.CephXTicketBlob;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The monitor's side: proves who a client is by the key database and issues its tickets.
///
/// msgr2 does it while connecting ([#open]); with msgr1 the connection comes first and the same dialogue
/// travels in MAuth messages ([#mauth]), in which clients of both later renew tickets.
public final class CephxMonAuth implements ServerAuth {
    private final KeyDatabase database;
    private final AuthPolicy policy;
    private final Entropy entropy;

    public CephxMonAuth(KeyDatabase database, AuthPolicy policy, Entropy entropy) {
        this.database = database;
        this.policy = policy;
        this.entropy = entropy;
    }

    @Override
    public List<Integer> methods(EntityType peer) {
        return policy.methods(peer);
    }

    @Override
    public List<Integer> modes(EntityType peer) {
        return policy.modes();
    }

    @Override
    public Exchange open(EntityType peer) {
        return new MonExchange(peer);
    }

    /// The messages of a connection that is not authenticated yet.
    public MauthSession mauth() {
        return new MauthSession(this, null);
    }

    /// The messages of a connection that is: renewals.
    public MauthSession mauth(Identity identity) {
        return new MauthSession(this, identity);
    }

    AuthPolicy policy() {
        return policy;
    }

    KeyDatabase database() {
        return database;
    }

    /// @param status of the global id
    TicketOffice office(EntityAuthName name, long globalId, GlobalId status) {
        return new TicketOffice(database, policy, entropy, name, globalId, status);
    }

    /// For a connection that is authenticated.
    TicketOffice office(Identity identity) {
        TicketOffice office = office(identity.name(), identity.globalId(), GlobalId.ESTABLISHED);
        office.resume(identity.challenge());
        return office;
    }

    /// How a client came by its global id.
    enum GlobalId {
        /// We gave it the number on this connection.
        NEW,
        /// It says that it has the number from an earlier connection, which it must prove.
        RECLAIMED,
        /// The connection is authenticated already.
        ESTABLISHED
    }

    /// The key with which monitors read tickets that other monitors made for themselves. Tickets that were issued
    /// for services are none of ours: their caps say nothing about monitors.
    ServiceKeys monitorKeys() {
        return (service, secretId) -> {
            boolean ours = service == EntityType.MON && secretId == CephXTicketBlob.OWN_KEY;
            EntityAuth own = ours ? database.find(new EntityAuthName(EntityType.MON, "")) : null;
            return own == null ? null : own.key();
        };
    }

    private final class MonExchange implements Exchange {
        private final EntityType peer;
        private int mode = AuthMethod.MODE_CRC;
        private @Nullable TicketOffice office;
        private @Nullable Authorizer authorizer;

        MonExchange(EntityType peer) {
            this.peer = peer;
        }

        @Override
        public AuthStep first(int method, int connectionMode, Bytes payload) {
            mode = connectionMode;
            try {
                WireReader in = payload.reader();
                int authMode = in.u8();
                if (authMode >= Authorizer.MODE && authMode <= Authorizer.MODE_MAX) {
                    return firstOfPeer(method, payload);
                }
                if (authMode < NoneAuth.MODE_MON || authMode > NoneAuth.MODE_MON_MAX) {
                    return refused(Errno.EACCES, "authentication mode " + authMode);
                }
                if (!database.isReady()) {
                    return refused(Errno.EBUSY, "no quorum yet");
                }
                EntityAuthName name = EntityAuthName.decode(in);
                long claimed = in.u64();
                if (!policy.methods(name.type()).contains(method)) {
                    return refused(Errno.EOPNOTSUPP, "authentication method " + method);
                }
                return method == AuthMethod.NONE
                        ? NoneAuth.accept(payload, database::allocateGlobalId)
                        : challenge(name, claimed);
            } catch (DecodeException e) {
                return refused(Errno.EACCES, "malformed: " + e.getMessage());
            }
        }

        private AuthStep challenge(EntityAuthName name, long claimed) {
            long globalId = claimed == 0 ? database.allocateGlobalId() : claimed;
            if (globalId == 0) {
                return refused(Errno.EBUSY, "no global id to be had");
            }
            office = office(name, globalId, claimed == 0 ? GlobalId.NEW : GlobalId.RECLAIMED);
            return new AuthStep.More(office.challenge());
        }

        /// Another monitor.
        private AuthStep firstOfPeer(int method, Bytes payload) {
            if (!policy.methods(peer).contains(method)) {
                return refused(Errno.EOPNOTSUPP, "authentication method " + method);
            }
            if (method == AuthMethod.NONE) {
                return NoneAuth.accept(payload, () -> 0);
            }
            authorizer = new Authorizer(monitorKeys(), entropy, mode);
            return authorizer.step(payload, database.now());
        }

        @Override
        public AuthStep next(Bytes payload) {
            if (authorizer != null) {
                return authorizer.step(payload, database.now());
            }
            if (office == null) {
                return refused(Errno.EACCES, "nothing more to say");
            }
            try {
                TicketOffice.Answer answer = office.handle(payload, mode);
                Identity identity = answer.identity();
                if (identity == null) {
                    return new AuthStep.More(answer.payload());
                }
                office = null;
                return new AuthStep.Done(answer.payload(), identity, answer.sessionKey(), answer.connectionSecret());
            } catch (CephException e) {
                return new AuthStep.Refused(e.code(), e.getMessage());
            } catch (DecodeException e) {
                return refused(Errno.EACCES, "malformed: " + e.getMessage());
            }
        }
    }

    private static AuthStep refused(Errno errno, String reason) {
        return new AuthStep.Refused(errno.code(), reason);
    }
}
