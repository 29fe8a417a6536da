package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;

/// Content that only the daemons at both ends understand; between peers of one process it stays an object.
public interface OpaquePayload {
    Bytes toBytes();

    /// About how many bytes it takes, without encoding it; always the same.
    long weight();

    /// As received.
    record Encoded(Bytes toBytes) implements OpaquePayload {
        @Override
        public long weight() {
            return toBytes.length();
        }
    }
}
