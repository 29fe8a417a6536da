package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// A heartbeat between OSDs.
///
/// @param pingStamp the asker's time, which the answer repeats
/// @param monoPingStamp nanoseconds of the asker's own clock
/// @param monoSendStamp nanoseconds of the sender's own clock
public record MOSDPing(
        UUID fsid,
        int mapEpoch,
        Op op,
        Utime pingStamp,
        int upFrom,
        long monoPingStamp,
        long monoSendStamp) implements Message {
    public static final int TYPE = 70;

    public enum Op {
        YOU_DIED(2),
        PING(4),
        PING_REPLY(5);

        private final int number;

        Op(int number) {
            this.number = number;
        }

        private static Op of(int number) {
            for (Op op : values()) {
                if (op.number == number) {
                    return op;
                }
            }
            throw new dev.inkfish.wire.DecodeException("ping operation " + number);
        }
    }

    /// A UUID's sixteen bytes, as they are written.
    private static Bytes uuid(UUID id) {
        java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(16);
        return Bytes.wrap(buffer.putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array());
    }

    private static UUID uuid(Bytes bytes) {
        java.nio.ByteBuffer buffer = bytes.asByteBuffer();
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    public static MOSDPing decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        UUID fsid = uuid(in.raw(16));
        int mapEpoch = in.u32();
        Op op = Op.of(in.u8());
        Utime stamp = Utime.decode(in);
        int padding = in.u32();
        if (header.version() < 5) {
            return new MOSDPing(fsid, mapEpoch, op, stamp, 0, 0, 0);
        }
        int upFrom = in.u32();
        long mono = in.u64();
        long sent = in.u64();
        if (in.bool()) {
            in.skip(8);
        }
        in.skip(padding);
        return new MOSDPing(fsid, mapEpoch, op, stamp, upFrom, mono, sent);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return 5;
    }

    @Override
    public int compatVersion(long features) {
        return 4;
    }

    @Override
    public int priority() {
        return 196;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.raw(uuid(fsid)).u32(mapEpoch).u8(op.number);
        pingStamp.encode(out);
        out.u32(0).u32(upFrom).u64(monoPingStamp).u64(monoSendStamp).bool(false);
    }
}
