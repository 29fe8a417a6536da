package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.UUID;

/// Asks for statistics of pools (`MSG_GETPOOLSTATS`).
public record MGetPoolStats(UUID fsid, List<String> pools) implements Message {
    public static final int TYPE = 58;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MGetPoolStats decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MGetPoolStats(in.uuid(), in.list(WireReader::string));
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
        out.uuid(fsid).list(pools, WireWriter::string);
    }
}
