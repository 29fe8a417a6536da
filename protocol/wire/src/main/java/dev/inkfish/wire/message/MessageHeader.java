package dev.inkfish.wire.message;

/// What a decoder needs to know of a received message besides its parts.
///
/// @param tid the sender's transaction id; a reply carries the request's
/// @param version the encoding's version
public record MessageHeader(int type, int version, int compatVersion, int priority, long tid, int dataOffset) {}
