package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// Answers [MMonCommand] (`MSG_MON_COMMAND_ACK`).
///
/// @param result 0 or above, or a negative errno
/// @param status the one line for people
/// @param data the output
public record MMonCommandAck(int result, String status, List<String> cmd, Bytes data) implements Message {
    public static final int TYPE = 51;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MMonCommandAck decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MMonCommandAck(in.u32(), in.string(), in.list(WireReader::string), data);
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
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        PaxosFields.encode(out, 0);
        out.u32(result).string(status).list(cmd, WireWriter::string);
    }
}
