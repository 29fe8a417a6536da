package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.UUID;

/// A command for an OSD or the manager (`MSG_COMMAND`).
///
/// @param data what the command takes as its input file
public record MCommand(UUID fsid, List<String> cmd, Bytes data) implements Message {
    public static final int TYPE = 97;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MCommand decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MCommand(in.uuid(), in.list(WireReader::string), data);
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
