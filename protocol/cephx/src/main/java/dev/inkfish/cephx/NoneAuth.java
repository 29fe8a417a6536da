package dev.inkfish.cephx;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.AuthStep;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.function.LongSupplier;

/// No authentication: everybody is who they say and may do everything.
public final class NoneAuth {
    /// First byte of what a client says to a monitor; the others carry the version of their authorizer there.
    static final int MODE_MON = 10;
    static final int MODE_MON_MAX = 19;

    private NoneAuth() {}

    /// The accepting side.
    ///
    /// @param globalIds gives new clients of a monitor their number; other daemons take what the peer says
    public static ServerAuth server(LongSupplier globalIds) {
        return new ServerAuth() {
            @Override
            public List<Integer> methods(EntityType peer) {
                return List.of(AuthMethod.NONE);
            }

            @Override
            public List<Integer> modes(EntityType peer) {
                return List.of(AuthMethod.MODE_CRC);
            }

            @Override
            public Exchange open(EntityType peer) {
                return new Exchange() {
                    @Override
                    public AuthStep first(int method, int mode, Bytes payload) {
                        return accept(payload, globalIds);
                    }

                    @Override
                    public AuthStep next(Bytes payload) {
                        return new AuthStep.Refused(Errno.EACCES.code(), "nothing more to say");
                    }
                };
            }
        };
    }

    static AuthStep accept(Bytes payload, LongSupplier globalIds) {
        try {
            WireReader in = payload.reader();
            int mode = in.u8();
            EntityAuthName name = EntityAuthName.decode(in);
            long globalId = in.u64();
            if (globalId == 0 && mode >= MODE_MON && mode <= MODE_MON_MAX) {
                globalId = globalIds.getAsLong();
            }
            Identity identity = new Identity(name, globalId, Bytes.EMPTY, true);
            return new AuthStep.Done(Bytes.EMPTY, identity, Bytes.EMPTY, Bytes.EMPTY);
        } catch (DecodeException e) {
            return new AuthStep.Refused(Errno.EACCES.code(), "malformed: " + e.getMessage());
        }
    }

    /// The connecting side of one client.
    public static ClientAuth client(EntityAuthName name) {
        return new Client(name);
    }

    private static final class Client implements ClientAuth {
        private final EntityAuthName name;
        private volatile long globalId;

        Client(EntityAuthName name) {
            this.name = name;
        }

        @Override
        public Exchange open(EntityType service) {
            return new Exchange() {
                @Override
                public int method() {
                    return AuthMethod.NONE;
                }

                @Override
                public List<Integer> modes() {
                    return List.of(AuthMethod.MODE_CRC);
                }

                @Override
                public Bytes first() {
                    WireWriter out = new WireWriter();
                    out.u8(service == EntityType.MON ? MODE_MON : 1);
                    name.encode(out);
                    return out.u64(globalId).toBytes();
                }

                @Override
                public Bytes next(Bytes payload) {
                    throw new CephException(Errno.EACCES, "the peer wants more than a name");
                }

                @Override
                public Keys done(long id, int mode, Bytes payload) {
                    if (service == EntityType.MON) {
                        globalId = id;
                    }
                    return new Keys(Bytes.EMPTY, Bytes.EMPTY);
                }
            };
        }
    }
}
