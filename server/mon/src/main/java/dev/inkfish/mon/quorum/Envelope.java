package dev.inkfish.mon.quorum;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.message.MessageHeader;
import dev.inkfish.wire.message.MessageType;

/// A client's message within one of the monitors'.
public record Envelope(int type, int version, int compatVersion, long tid, Bytes front, Bytes middle, Bytes data) {
    public static Envelope of(Message message, long tid) {
        WireWriter front = new WireWriter();
        message.encodeFront(front, Features.PACIFIC);
        return new Envelope(
                message.type(), message.version(Features.PACIFIC), message.compatVersion(Features.PACIFIC), tid,
                front.toBytes(), message.middle(), message.data());
    }

    /// @throws dev.inkfish.wire.DecodeException for a malformed one
    public Message open() {
        return MessageType.decode(new MessageHeader(type, version, compatVersion, 0, tid, 0), front, middle, data);
    }

    static Envelope decode(WireReader in) {
        return new Envelope(in.u16(), in.u16(), in.u16(), in.u64(), in.bytes(), in.bytes(), in.bytes());
    }

    void encode(WireWriter out) {
        out.u16(type).u16(version).u16(compatVersion).u64(tid).bytes(front).bytes(middle).bytes(data);
    }
}
