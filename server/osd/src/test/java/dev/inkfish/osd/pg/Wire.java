package dev.inkfish.osd.pg;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDRepOp;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.message.MessageHeader;
import dev.inkfish.wire.message.MessageType;
import dev.inkfish.wire.message.PgMessage;
import java.util.Random;

/// Between the OSDs of a [Simulation]: what is said goes through its encoding.
final class Wire {
    private Wire() {}

    /// What arrives of a message in another process.
    static PgMessage carry(PgMessage message) {
        Bytes front = WireWriter.encode(message, (m, out) -> m.encodeFront(out, Features.PACIFIC));
        PgMessage received = (PgMessage) decode(message, front);
        boolean opaque = message instanceof MOSDRepOp; // its transaction stays encoded
        Bytes again = WireWriter.encode(received, (m, out) -> m.encodeFront(out, Features.PACIFIC));
        if (!(opaque || received.equals(message)) || !again.equals(front) || !received.data().equals(message.data())) {
            throw new AssertionError("sent " + message + "\nreceived " + received);
        }
        return received;
    }

    private static Message decode(PgMessage message, Bytes front) {
        MessageHeader header = new MessageHeader(
                message.type(),
                message.version(Features.PACIFIC),
                message.compatVersion(Features.PACIFIC),
                message.priority(),
                0,
                0);
        return MessageType.decode(header, front, message.middle(), message.data());
    }

    /// A message that was cut off is refused, and nothing but that.
    static void cutOff(PgMessage message, Random random) {
        Bytes front = WireWriter.encode(message, (m, out) -> m.encodeFront(out, Features.PACIFIC));
        int length = random.nextInt((int) front.length());
        try {
            decode(message, front.slice(0, length));
        } catch (DecodeException e) {
            return;
        }
        throw new AssertionError(length + " of " + front.length() + " bytes suffice for " + message);
    }
}
