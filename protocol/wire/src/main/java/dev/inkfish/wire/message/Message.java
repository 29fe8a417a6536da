package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;

/// A message's content, immutable; what surrounds it on the wire (sequence number, transaction id,
/// priority) is the messenger's and travels beside it.
///
/// Peers in one process hand each other the same instance, without encoding it.
public interface Message {
    /// `CEPH_MSG_*` or `MSG_*`.
    int type();

    /// `HEAD_VERSION`, or the older version that suits a peer of these features.
    int version(long features);

    /// `COMPAT_VERSION`.
    int compatVersion(long features);

    /// Writes the front part.
    void encodeFront(WireWriter out, long features);

    /// The middle part; nearly always empty.
    default Bytes middle() {
        return Bytes.EMPTY;
    }

    /// The data part: payloads, in order.
    default Bytes data() {
        return Bytes.EMPTY;
    }

    /// About how many bytes it takes, without encoding it; always the same.
    default long weight() {
        return 256L + middle().length() + data().length();
    }

    /// `CEPH_MSG_PRIO_*`
    default int priority() {
        return 127;
    }
}
