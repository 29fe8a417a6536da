package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.LogEntry;
import java.util.List;
import java.util.UUID;

/// Entries for the cluster log (`MSG_LOG`).
public record MLog(UUID fsid, List<LogEntry> entries) implements Message {
    public static final int TYPE = 52;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MLog decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MLog(in.uuid(), in.list(LogEntry::decode));
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
        out.uuid(fsid).list(entries, (w, entry) -> entry.encode(w, features));
    }
}
