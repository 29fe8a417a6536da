package dev.inkfish.codecs;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.message.MessageHeader;
import dev.inkfish.wire.message.MessageType;
import dev.inkfish.wire.message.OpaquePayload;
import dev.inkfish.wire.message.UnknownMessage;
import java.util.ArrayList;
import java.util.List;

/// A message with what surrounds it when a monitor forwards it (`encode_message`): header, checksums, then its three
/// parts. Its class has Ceph's name.
public record MessageCodec(Class<? extends Message> type) implements Codec {
    private static final int HEADER = 53;
    private static final int FOOTER = 13;
    private static final int ENTITY_NAME = 9;
    private static final int SEQ_AND_TID = 16;
    private static final long TID = 7;

    /// All messages on the class path, in the order of their names.
    public static List<MessageCodec> all() {
        List<MessageCodec> found = new ArrayList<>();
        for (Class<?> type : ClassPath.classes()) {
            if (Message.class.isAssignableFrom(type) && type.isRecord() && type != UnknownMessage.class
                    && type != OpaquePayload.class) {
                found.add(new MessageCodec(type.asSubclass(Message.class)));
            }
        }
        return found;
    }

    @Override
    public String name() {
        return type.getSimpleName();
    }

    @Override
    public boolean decodes() {
        return true;
    }

    @Override
    public boolean encodes() {
        return true;
    }

    @Override
    public Object decode(Bytes bytes) {
        WireReader in = bytes.reader();
        in.skip(SEQ_AND_TID);
        int number = in.u16();
        int priority = in.u16();
        int version = in.u16();
        in.skip(12);
        int dataOffset = in.u16();
        in.skip(ENTITY_NAME);
        int compat = in.u16();
        in.skip(2 + 4 + FOOTER);
        MessageHeader header = new MessageHeader(number, version, compat, priority, TID, dataOffset);
        Message message = MessageType.decode(header, in.bytes(), in.bytes(), in.bytes());
        in.end();
        if (message.getClass() != type) {
            throw new DecodeException(name() + " expected, not " + message.getClass().getSimpleName());
        }
        return message;
    }

    @Override
    public Bytes encode(Object value, long features) {
        Message message = (Message) value;
        WireWriter front = new WireWriter();
        message.encodeFront(front, features);
        return envelope(message, features, front.toBytes());
    }

    /// The same message with the last byte of its front part cut off.
    Bytes encodeCut(Object value, long features) {
        Message message = (Message) value;
        WireWriter front = new WireWriter();
        message.encodeFront(front, features);
        Bytes whole = front.toBytes();
        return whole.isEmpty() ? whole : envelope(message, features, whole.slice(0, whole.length() - 1));
    }

    /// The front part of an encoded message.
    Bytes front(Bytes encoded) {
        WireReader in = encoded.reader();
        in.skip(HEADER + FOOTER);
        return in.bytes();
    }

    private static Bytes envelope(Message message, long features, Bytes front) {
        WireWriter header = new WireWriter();
        header.u64(0).u64(TID).u16(message.type()).u16(message.priority()).u16(message.version(features));
        header.u32(front.length()).u32(message.middle().length()).u32(message.data().length()).u16(0);
        header.u8(0).u64(0);
        header.u16(message.compatVersion(features)).u16(0);
        Bytes head = header.toBytes();
        WireWriter out = new WireWriter();
        out.raw(head).u32(head.crc32c(0));
        out.u32(front.crc32c(0)).u32(message.middle().crc32c(0)).u32(message.data().crc32c(0)).u8(1);
        return out.bytes(front).bytes(message.middle()).bytes(message.data()).toBytes();
    }

    @Override
    public String toString() {
        return name();
    }
}
