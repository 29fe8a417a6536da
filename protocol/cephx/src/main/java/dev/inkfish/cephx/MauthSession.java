package dev.inkfish.cephx;

import dev.inkfish.cephx.CephxMonAuth.GlobalId;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Authentication in messages: what a monitor does with the MAuth messages of one connection
/// (`AuthMonitor::prep_auth`).
public final class MauthSession {
    /// The fields of MAuthReply.
    ///
    /// @param result 0 or above, or a negative errno
    /// @param identity set by the message that ended the authentication
    /// @param sessionKey what messages are signed with from then on; empty for none
    public record Reply(
            int protocol,
            int result,
            long globalId,
            Bytes payload,
            String message,
            @Nullable Identity identity,
            Bytes sessionKey) {}

    private final CephxMonAuth auth;
    private int method;
    private long globalId;
    private @Nullable TicketOffice office;

    MauthSession(CephxMonAuth auth, @Nullable Identity identity) {
        this.auth = auth;
        if (identity != null) {
            method = identity.allowAll() ? AuthMethod.NONE : AuthMethod.CEPHX;
            globalId = identity.globalId();
            office = auth.office(identity);
        }
    }

    /// @param protocol 0 in a connection's first message, which says what the client supports and who it is
    public Reply handle(int protocol, Bytes payload) {
        try {
            return protocol == 0 && office == null ? begin(payload) : more(payload);
        } catch (CephException e) {
            return reply(e.code(), Bytes.EMPTY, e.getMessage());
        } catch (DecodeException e) {
            return reply(Errno.EINVAL.code(), Bytes.EMPTY, "malformed: " + e.getMessage());
        }
    }

    private Reply begin(Bytes payload) {
        WireReader in = payload.reader();
        in.u8();
        List<Integer> supported = in.list(WireReader::u32);
        EntityAuthName name = EntityAuthName.decode(in);
        long claimed = in.u64();
        if (!auth.database().isReady()) {
            throw new CephException(Errno.EBUSY, "no quorum yet");
        }
        method = auth.policy().methods(name.type()).stream()
                .filter(supported::contains)
                .findFirst()
                .orElseThrow(() -> new CephException(Errno.EOPNOTSUPP, "no authentication method in common"));
        globalId = claimed == 0 ? auth.database().allocateGlobalId() : claimed;
        if (globalId == 0) {
            throw new CephException(Errno.EBUSY, "no global id to be had");
        }
        if (method == AuthMethod.NONE) {
            Identity identity = new Identity(name, globalId, Bytes.EMPTY, true);
            return new Reply(method, 0, globalId, Bytes.EMPTY, "", identity, Bytes.EMPTY);
        }
        office = auth.office(name, globalId, claimed == 0 ? GlobalId.NEW : GlobalId.RECLAIMED);
        return reply(0, office.challenge(), "");
    }

    private Reply more(Bytes payload) {
        if (office == null) {
            throw new CephException(Errno.EINVAL, "no authentication to go on with");
        }
        TicketOffice.Answer answer = office.handle(payload, TicketOffice.NO_CONNECTION);
        return new Reply(method, 0, globalId, answer.payload(), "", answer.identity(), answer.sessionKey());
    }

    private Reply reply(int result, Bytes payload, String message) {
        return new Reply(method, result, globalId, payload, message, null, Bytes.EMPTY);
    }
}
