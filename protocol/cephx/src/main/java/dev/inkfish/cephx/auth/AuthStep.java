package dev.inkfish.cephx.auth;

import dev.inkfish.wire.Bytes;

/// What a server does after each message of an authentication.
public sealed interface AuthStep {
    /// Send this and wait for the client's next message (`AUTH_REPLY_MORE`).
    record More(Bytes payload) implements AuthStep {}

    /// The peer is who it says (`AUTH_DONE`).
    ///
    /// @param sessionKey key material for signatures; empty with auth none
    /// @param connectionSecret key material for secure mode, see `doc/dev/msgr2.rst`; empty if not asked for
    record Done(Bytes payload, Identity identity, Bytes sessionKey, Bytes connectionSecret) implements AuthStep {}

    /// No (`AUTH_BAD_METHOD`, or the connection is closed).
    ///
    /// @param code a negative errno
    record Refused(int code, String reason) implements AuthStep {}
}
