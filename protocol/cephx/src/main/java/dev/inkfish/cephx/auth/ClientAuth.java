package dev.inkfish.cephx.auth;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityType;
import java.util.List;

/// The connecting side; [#open] gives the state of one connection.
public interface ClientAuth {
    Exchange open(EntityType service);

    /// One connection's authentication. Any method may throw a `CephException` to give up.
    interface Exchange {
        int method();

        /// Connection modes we would accept, best first.
        List<Integer> modes();

        Bytes first();

        /// Answers `AUTH_REPLY_MORE`.
        Bytes next(Bytes payload);

        /// Takes `AUTH_DONE`.
        Keys done(long globalId, int mode, Bytes payload);
    }

    /// Key material, as in [AuthStep.Done].
    record Keys(Bytes sessionKey, Bytes connectionSecret) {}
}
