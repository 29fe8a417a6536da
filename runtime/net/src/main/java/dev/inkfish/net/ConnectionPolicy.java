package dev.inkfish.net;

/// What happens when a TCP connection breaks (`Messenger::Policy`).
public enum ConnectionPolicy {
    /// Everything queued is dropped and the dispatcher is told (`lossy_client`): clients and monitors' callers.
    LOSSY,
    /// Reconnects, resumes the session and sends again what was not acknowledged (`lossless_peer`): daemons among themselves.
    LOSSLESS_PEER
}
