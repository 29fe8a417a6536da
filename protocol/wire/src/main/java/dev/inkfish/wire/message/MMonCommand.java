package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.UUID;

/// A command for the monitors (`MSG_MON_COMMAND`).
///
/// @param cmd the JSON text, in one piece as a rule
/// @param data what the command takes as its input file
public record MMonCommand(UUID fsid, List<String> cmd, Bytes data) implements Message {
    public static final int TYPE = 50;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MMonCommand decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MMonCommand(in.uuid(), in.list(WireReader::string), data);
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
        out.uuid(fsid).list(cmd, WireWriter::string);
    }
}
