package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.LogEntry;
import java.util.List;
import java.util.UUID;

/// Entries for the cluster log (`MSG_LOG`).
///
/// @param logVersion to a subscriber, the version he has now; clients drop what does not raise it
public record MLog(long logVersion, UUID fsid, List<LogEntry> entries) implements Message {
    public static final int TYPE = 52;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MLog decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MLog(PaxosFields.decode(in), in.uuid(), in.list(LogEntry::decode));
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
        PaxosFields.encode(out, logVersion);
        out.uuid(fsid).list(entries, (w, entry) -> entry.encode(w, features));
    }
}
