package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// The manager's answer to [MMgrOpen]: how often to report (`MSG_MGR_CONFIGURE`).
///
/// @param statsPeriod seconds
/// @param statsThreshold the least priority of counters to report
public record MMgrConfigure(int statsPeriod, int statsThreshold) implements Message {
    public static final int TYPE = 0x701;
    private static final int VERSION = 4;
    private static final int COMPAT = 1;

    static MMgrConfigure decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int period = in.u32();
        return new MMgrConfigure(period, header.version() >= 2 ? in.u32() : 0);
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
        // no queries for performance by object or client, no other metrics
        out.u32(statsPeriod).u32(statsThreshold).u32(0).bool(false);
    }
}
