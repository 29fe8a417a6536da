package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.OsdPerfQuery;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The manager's answer to [MMgrOpen]: how often to report (`MSG_MGR_CONFIGURE`).
///
/// @param statsPeriod seconds
/// @param statsThreshold the least priority of counters to report
/// @param queries what OSDs are to count apart, and how much of it to report
public record MMgrConfigure(
        int statsPeriod, int statsThreshold, NavigableMap<OsdPerfQuery, NavigableSet<OsdPerfQuery.Limit>> queries)
        implements Message {
    public static final int TYPE = 0x701;
    private static final int VERSION = 4;
    private static final int COMPAT = 1;

    static MMgrConfigure decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int period = in.u32();
        int threshold = header.version() >= 2 ? in.u32() : 0;
        return new MMgrConfigure(period, threshold, header.version() >= 3
                ? in.map(OsdPerfQuery::decode, r -> new TreeSet<>(r.list(OsdPerfQuery.Limit::decode)))
                : new TreeMap<>());
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
        out.u32(statsPeriod).u32(statsThreshold);
        out.map(queries, (w, query) -> query.encode(w), (w, limits) -> w.list(limits, (w2, limit) -> limit.encode(w2)));
        out.bool(false); // no other metrics
    }
}
