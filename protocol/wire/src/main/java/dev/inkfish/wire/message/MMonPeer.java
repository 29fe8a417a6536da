package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What monitors of this program say to each other; Ceph has no such message. Monitors of the two do not mix.
///
/// @param from the sender's name: the `a` of `mon.a`
/// @param kind what the payload is; the monitors' affair
public record MMonPeer(String from, int kind, Bytes payload) implements Message {
    /// Beyond Ceph's numbers.
    public static final int TYPE = 0x7101;
    private static final int VERSION = 1;

    static MMonPeer decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMonPeer(in.string(), in.u8(), data);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return VERSION;
    }

    @Override
    public int compatVersion(long features) {
        return VERSION;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.string(from).u8(kind);
    }

    @Override
    public Bytes data() {
        return payload;
    }
}
