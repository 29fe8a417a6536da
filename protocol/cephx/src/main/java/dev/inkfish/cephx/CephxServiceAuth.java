package dev.inkfish.cephx;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.AuthStep;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.cephx.keys.ServiceKeys;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The accepting side at an OSD or manager: peers bring tickets, which the monitors issued to them and which
/// our rotating keys open ([CephxClient#serviceKeys]).
public final class CephxServiceAuth implements ServerAuth {
    private final ServiceKeys keys;
    private final AuthPolicy policy;
    private final Entropy entropy;
    private final Supplier<Utime> clock;

    public CephxServiceAuth(ServiceKeys keys, AuthPolicy policy, Entropy entropy, Supplier<Utime> clock) {
        this.keys = keys;
        this.policy = policy;
        this.entropy = entropy;
        this.clock = clock;
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
        return new ServiceExchange(peer);
    }

    private final class ServiceExchange implements Exchange {
        private final EntityType peer;
        private @Nullable Authorizer authorizer;

        ServiceExchange(EntityType peer) {
            this.peer = peer;
        }

        @Override
        public AuthStep first(int method, int mode, Bytes payload) {
            if (!policy.methods(peer).contains(method)) {
                return new AuthStep.Refused(Errno.EOPNOTSUPP.code(), "authentication method " + method);
            }
            if (method == AuthMethod.NONE) {
                return NoneAuth.accept(payload, () -> 0);
            }
            authorizer = new Authorizer(keys, entropy, mode);
            return authorizer.step(payload, clock.get());
        }

        @Override
        public AuthStep next(Bytes payload) {
            return authorizer == null
                    ? new AuthStep.Refused(Errno.EACCES.code(), "nothing more to say")
                    : authorizer.step(payload, clock.get());
        }
    }
}
