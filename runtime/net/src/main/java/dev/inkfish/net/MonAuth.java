package dev.inkfish.net;

import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MAuth;
import dev.inkfish.wire.message.MAuthReply;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Authentication in messages, as a monitor's client: login over msgr1, and over both the renewal of
/// tickets and of a daemon's rotating keys. One per session with a monitor.
final class MonAuth {
    private enum Step {
        BEGUN,
        ANSWERED,
        DONE
    }

    /// Rotating keys, the ticket for the monitors, those for the services.
    private static final int MAX_RENEWALS = 3;
    private static final long RENEWAL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final EntityAuthName name;
    private final @Nullable CephxClient cephx;
    private Step step;
    private boolean asking;
    private long since;
    private int asked;
    private long globalId;
    private Bytes sessionKey = Bytes.EMPTY;

    /// @param loggedIn true where the handshake has authenticated us (msgr2)
    MonAuth(EntityAuthName name, ClientAuth auth, boolean loggedIn) {
        this.name = name;
        this.cephx = auth instanceof CephxClient client ? client : null;
        this.step = loggedIn ? Step.DONE : Step.BEGUN;
    }

    /// The first message of a login.
    MAuth begin(int monMapEpoch) {
        return new MAuth(0, cephx == null ? noneBegin() : cephx.mauthBegin(), monMapEpoch);
    }

    private Bytes noneBegin() {
        WireWriter out = new WireWriter();
        out.u8(1).list(List.of(AuthMethod.NONE), WireWriter::u32);
        name.encode(out);
        return out.u64(globalId).toBytes();
    }

    /// Takes an answer of the monitor.
    ///
    /// @return what to send next, or null for nothing
    /// @throws CephException where it refuses us
    @Nullable MAuth reply(MAuthReply reply) {
        asking = false;
        if (reply.result() < 0) {
            throw new CephException(reply.result(), "the monitor refuses " + name + ": " + reply.text());
        }
        switch (step) {
            case BEGUN -> {
                globalId = reply.globalId();
                if (cephx == null || reply.protocol() == AuthMethod.NONE) {
                    step = Step.DONE;
                    return null;
                }
                step = Step.ANSWERED;
                return new MAuth(AuthMethod.CEPHX, cephx.mauthAnswer(globalId, reply.payload()), 0);
            }
            case ANSWERED -> {
                if (cephx != null) {
                    sessionKey = cephx.mauthDone(reply.payload());
                }
                step = Step.DONE;
            }
            case DONE -> {
                if (cephx != null && !reply.payload().isEmpty()) {
                    cephx.renewed(reply.payload());
                }
            }
        }
        return null;
    }

    boolean loggedIn() {
        return step == Step.DONE;
    }

    /// The number the monitor gave us in messages; 0 where the handshake did.
    long globalId() {
        return globalId;
    }

    /// What messages are signed with after a login in messages.
    Bytes sessionKey() {
        return sessionKey;
    }

    /// What has to be renewed now, one thing at a time; null for nothing. What an answer did not mend is not
    /// asked for again at once.
    @Nullable MAuth renewal() {
        if (cephx == null || step != Step.DONE || asking) {
            return null;
        }
        long now = System.nanoTime();
        if (asked > 0 && now - since > RENEWAL_NANOS) {
            asked = 0;
        }
        boolean rotating = asked == 0 && wantsRotating() && cephx.needsRotating();
        Bytes payload = rotating ? cephx.rotatingRequest() : cephx.renewal();
        if (payload == null || asked == MAX_RENEWALS) {
            return null;
        }
        since = now;
        asked++;
        asking = true;
        return new MAuth(AuthMethod.CEPHX, payload, 0);
    }

    /// The ticket for the monitors runs out: only a new login gives another.
    boolean needsLogin() {
        return cephx != null && step == Step.DONE && cephx.needsLogin();
    }

    /// A daemon cannot check its clients' tickets yet.
    boolean waitsForKeys() {
        return cephx != null && wantsRotating() && cephx.needsRotating();
    }

    private boolean wantsRotating() {
        return name.type() == EntityType.OSD || name.type() == EntityType.MGR || name.type() == EntityType.MDS;
    }
}
