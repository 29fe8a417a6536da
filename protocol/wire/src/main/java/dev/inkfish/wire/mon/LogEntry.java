package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// One line of the cluster log (`src/common/LogEntry.h`).
///
/// @param name whose line it is, by key name
/// @param rank the same, by number
/// @param seq counts the sender's lines
/// @param priority `clog_type`: 0 debug, 1 info, 2 security, 3 warning, 4 error
/// @param channel `cluster` or `audit`
@CephType("LogEntry")
public record LogEntry(
        EntityAuthName name,
        EntityName rank,
        EntityAddrVec addrs,
        Utime stamp,
        long seq,
        int priority,
        String message,
        String channel) {
    public static final int DEBUG = 0;
    public static final int INFO = 1;
    public static final int SECURITY = 2;
    public static final int WARN = 3;
    public static final int ERROR = 4;

    private static final int VERSION = 5;

    public static LogEntry decode(WireReader in) {
        return in.versioned(VERSION, (body, version) -> {
            if (version < VERSION) {
                throw new DecodeException("LogEntry of version " + version);
            }
            return new LogEntry(
                    EntityAuthName.decode(body),
                    EntityName.decode(body),
                    EntityAddrVec.decode(body),
                    Utime.decode(body),
                    body.u64(),
                    body.u16(),
                    body.string(),
                    body.string());
        });
    }

    public void encode(WireWriter out, long features) {
        out.versioned(VERSION, VERSION, () -> {
            name.encode(out);
            rank.encode(out);
            addrs.encode(out, features);
            stamp.encode(out);
            out.u64(seq).u16(priority).string(message).string(channel);
        });
    }
}
