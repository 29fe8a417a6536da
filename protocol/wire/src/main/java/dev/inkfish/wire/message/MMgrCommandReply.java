package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Answers [MMgrCommand] (`MSG_MGR_COMMAND_REPLY`).
///
/// @param result 0 or above, or a negative errno
/// @param status the one line for people
public record MMgrCommandReply(int result, String status, Bytes data) implements Message {
    public static final int TYPE = 0x70a;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MMgrCommandReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMgrCommandReply(in.u32(), in.string(), data);
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
        out.u32(result).string(status);
    }
}
