package dev.inkfish.cephx.auth;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;

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

    /// By type and number: an OSD's is in its name, all others' is their global id.
    public EntityName entity(EntityType type) {
        boolean numbered = type == EntityType.OSD && name.type() == type && name.id().matches("[0-9]{1,9}");
        return new EntityName(type, numbered ? Long.parseLong(name.id()) : globalId);
    }
}
