package dev.inkfish.cephx.auth;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;

/// Who a connection turned out to be.
///
/// @param globalId the number under which the cluster knows this client instance
/// @param caps the capability text (UTF-8, ready to be parsed) for the service that was asked, from the ticket
///     or the key database; empty for none
/// @param allowAll true where authentication is off
/// @param challenge at a monitor, what the client had to answer: it answers it again when it renews its own
///     ticket on the same connection; otherwise 0
public record Identity(EntityAuthName name, long globalId, Bytes caps, boolean allowAll, long challenge) {
    public Identity(EntityAuthName name, long globalId, Bytes caps, boolean allowAll) {
        this(name, globalId, caps, allowAll, 0);
    }
}
