package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;

/// A message of a type we have no record for, as it came.
public record UnknownMessage(int type, int headVersion, Bytes front, Bytes middle, Bytes data) implements Message {
    @Override
    public int version(long features) {
        return headVersion;
    }

    @Override
    public int compatVersion(long features) {
        return headVersion;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.raw(front);
    }
}
