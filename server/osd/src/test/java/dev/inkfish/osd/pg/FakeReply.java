package dev.inkfish.osd.pg;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.Message;

/// An answer to a [FakeOps.Request], under the type of the real one.
record FakeReply(Bytes value) implements Message {
    /// The store had no room.
    static final FakeReply FULL = new FakeReply(Bytes.utf8("full"));

    @Override
    public int type() {
        return 43;
    }

    @Override
    public int version(long features) {
        return 1;
    }

    @Override
    public int compatVersion(long features) {
        return 1;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        throw new UnsupportedOperationException("never leaves the process");
    }
}
