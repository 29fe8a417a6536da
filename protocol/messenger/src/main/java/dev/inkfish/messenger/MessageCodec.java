package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.message.MessageHeader;
import dev.inkfish.wire.message.MessageType;
import java.util.List;

/// Messages as msgr2 frames: `ceph_msg_header2`, front, middle, data.
final class MessageCodec {
    static final int HEADER2_SIZE = 41;
    static final int FLAG_COMPLETE = 1;

    private MessageCodec() {}

    /// A message with what surrounds it.
    ///
    /// @param ack the last message the sender had received
    record Received(long seq, long ack, long tid, Message message) {}

    static Frame encode(PeerSession.Outgoing out, long features, long ack) {
        Message message = out.message();
        WireWriter front = new WireWriter(512);
        message.encodeFront(front, features);
        WireWriter header = new WireWriter(HEADER2_SIZE);
        header.u64(out.seq()).u64(out.tid());
        header.u16(message.type()).u16(message.priority()).u16(message.version(features));
        header.u32(0).u16(0).u64(ack).u8(FLAG_COMPLETE);
        header.u16(message.compatVersion(features)).u16(0);
        return new Frame(
                Tag.MESSAGE, List.of(header.toBytes(), front.toBytes(), message.middle(), message.data()));
    }

    /// @throws dev.inkfish.wire.DecodeException for a malformed message
    static Received decode(Frame frame) {
        WireReader in = frame.segment(0).reader();
        long seq = in.u64();
        long tid = in.u64();
        int type = in.u16();
        int priority = in.u16();
        int version = in.u16();
        in.u32();
        int dataOffset = in.u16();
        long ack = in.u64();
        in.u8();
        int compat = in.u16();
        MessageHeader header = new MessageHeader(type, version, compat, priority, tid, dataOffset);
        Bytes front = frame.segment(1);
        return new Received(
                seq, ack, tid, MessageType.decode(header, front, frame.segment(2), frame.segment(3)));
    }
}
