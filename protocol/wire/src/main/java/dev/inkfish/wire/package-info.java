/// Ceph's encodings: the primitives every struct and message is made of.
///
/// A wire type is a record with a static `decode(WireReader)` and an `encode(WireWriter)` (or
/// `encode(WireWriter, long features)` where the bytes depend on the peer) in the same file, and the
/// name Ceph gives it in [CephType]. A decoder throws [DecodeException] for any malformed input and
/// never allocates more than the input could justify.
///
/// Nothing here knows sockets, files, threads or clocks.
@NullMarked
package dev.inkfish.wire;

import org.jspecify.annotations.NullMarked;
