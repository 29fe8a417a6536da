package dev.inkfish.cephx.auth;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;

/// Who a connection turned out to be.
///
/// @param globalId the number under which the cluster knows this client instance
/// @param caps the capability string for the service that was asked, as the ticket or the key database
///     carries it; empty for none
/// @param allowAll true where authentication is off
public record Identity(EntityAuthName name, long globalId, Bytes caps, boolean allowAll) {}
