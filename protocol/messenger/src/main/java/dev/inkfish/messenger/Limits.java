package dev.inkfish.messenger;

/// The largest parts accepted, in bytes; checked before anything of that size is allocated.
///
/// @param handshake one frame, or one authorizer, before the peer is authenticated
/// @param handshakeTotal all of the handshake, both directions each
/// @param front the front part of a message; encoded maps are the largest
/// @param middle the middle part of a message
/// @param data the data part of a message: above Ceph's `osd_max_write_size` (90 MiB)
public record Limits(int handshake, int handshakeTotal, int front, int middle, int data) {
    public static final Limits DEFAULT = new Limits(64 << 10, 512 << 10, 64 << 20, 4 << 20, 128 << 20);
}
