package dev.inkfish.messenger;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.AuthStep;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import java.util.List;

/// A dialogue with one challenge, whose outcome is fixed key material; the shape of cephx without its secrets.
record TestAuth(EntityAuthName name, int mode) implements ClientAuth {
    private static final Bytes KEY = Bytes.hex("000102030405060708090a0b0c0d0e0f");
    private static final Bytes SECRET = Bytes.hex("f0e1d2c3b4a5968778695a4b3c2d1e0f".repeat(4));
    private static final Bytes CHALLENGE = Bytes.utf8("who?");

    @Override
    public ClientAuth.Exchange open(EntityType service) {
        return new Client();
    }

    ServerAuth server() {
        return new ServerAuth() {
            @Override
            public List<Integer> methods(EntityType peer) {
                return List.of(AuthMethod.CEPHX);
            }

            @Override
            public List<Integer> modes(EntityType peer) {
                return List.of(mode);
            }

            @Override
            public Exchange open(EntityType peer) {
                return new Server();
            }
        };
    }

    private final class Client implements ClientAuth.Exchange {
        @Override
        public int method() {
            return AuthMethod.CEPHX;
        }

        @Override
        public List<Integer> modes() {
            return List.of(mode);
        }

        @Override
        public Bytes first() {
            return Bytes.utf8("hello");
        }

        @Override
        public Bytes next(Bytes payload) {
            return Bytes.utf8(name.toString());
        }

        @Override
        public Keys done(long globalId, int agreed, Bytes payload) {
            return new Keys(KEY, SECRET);
        }
    }

    private static final class Server implements ServerAuth.Exchange {
        @Override
        public AuthStep first(int method, int mode, Bytes payload) {
            return payload.equals(Bytes.utf8("hello"))
                    ? new AuthStep.More(CHALLENGE)
                    : new AuthStep.Refused(Errno.EACCES.code(), "rude");
        }

        @Override
        public AuthStep next(Bytes payload) {
            Identity who = new Identity(EntityAuthName.parse(payload.utf8()), 4711, Bytes.EMPTY, false);
            return new AuthStep.Done(Bytes.EMPTY, who, KEY, SECRET);
        }
    }
}
