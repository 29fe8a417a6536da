package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.UUID;

/// A command for the manager (`MSG_MGR_COMMAND`).
///
/// @param data what the command takes as its input file
public record MMgrCommand(UUID fsid, List<String> cmd, Bytes data) implements Message {
    public static final int TYPE = 0x709;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MMgrCommand decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMgrCommand(in.uuid(), in.list(WireReader::string), data);
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
        out.uuid(fsid).list(cmd, WireWriter::string);
    }
}
