package dev.inkfish.wire.mon;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// What a manager wants OSDs to count apart (`OSDPerfMetricQuery`, `src/mgr/OSDPerfMetricTypes.h`).
///
/// @param keys each with a regular expression whose groups make a part of the key
/// @param counters kinds of [#OPS] to [#READ_LATENCY]
@CephType("OSDPerfMetricQuery")
public record OsdPerfQuery(List<SubKey> keys, List<Integer> counters) implements Comparable<OsdPerfQuery> {
    public static final int OPS = 0;
    public static final int WRITE_OPS = 1;
    public static final int READ_OPS = 2;
    public static final int BYTES = 3;
    public static final int WRITE_BYTES = 4;
    public static final int READ_BYTES = 5;
    public static final int LATENCY = 6;
    public static final int WRITE_LATENCY = 7;
    public static final int READ_LATENCY = 8;

    private static final int MAX_ELEMENTS = 1024;

    /// @param type of [#CLIENT_ID] to [#SNAP_ID]
    @CephType("OSDPerfMetricSubKeyDescriptor")
    public record SubKey(int type, String regex) implements Comparable<SubKey> {
        public static final int CLIENT_ID = 0;
        public static final int CLIENT_ADDRESS = 1;
        public static final int POOL_ID = 2;
        public static final int NAMESPACE = 3;
        public static final int OSD_ID = 4;
        public static final int PG_ID = 5;
        public static final int OBJECT_NAME = 6;
        public static final int SNAP_ID = 7;

        static SubKey decode(WireReader in) {
            return in.versioned(1, (body, version) -> new SubKey(body.u8(), body.string()));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.u8(type).string(regex));
        }

        @Override
        public int compareTo(SubKey other) {
            return Comparator.comparingInt(SubKey::type).thenComparing(SubKey::regex).compare(this, other);
        }
    }

    /// How many keys to report, those first that have most of a counter (`OSDPerfMetricLimit`).
    @CephType("OSDPerfMetricLimit")
    public record Limit(int orderBy, long max) implements Comparable<Limit> {
        public static Limit decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Limit(decodeKind(body), body.u64()));
        }

        public void encode(WireWriter out) {
            out.versioned(1, 1, () -> {
                encodeKind(out, orderBy);
                out.u64(max);
            });
        }

        @Override
        public int compareTo(Limit other) {
            return Comparator.comparingInt(Limit::orderBy).thenComparingLong(Limit::max).compare(this, other);
        }
    }

    /// What was counted since the report before (`OSDPerfMetricReport`).
    ///
    /// @param groups by key; each the counters one after the other, of latencies the sum in nanoseconds and the count
    @CephType("OSDPerfMetricReport")
    public record Report(List<Integer> counters, NavigableMap<List<List<String>>, Bytes> groups) {
        public static Report decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Report(
                    decodeVarintList(body, OsdPerfQuery::decodeKind),
                    body.map(OsdPerfQuery::compareKeys, OsdPerfQuery::decodeKey, WireReader::bytes)));
        }

        public void encode(WireWriter out) {
            out.versioned(1, 1, () -> {
                encodeVarintList(out, counters, OsdPerfQuery::encodeKind);
                out.map(groups, (w, key) -> w.list(key, (w2, part) -> w2.list(part, WireWriter::string)), WireWriter::bytes);
            });
        }
    }

    public static boolean isLatency(int counter) {
        return counter >= LATENCY;
    }

    public static OsdPerfQuery decode(WireReader in) {
        return in.versioned(1, (body, version) -> new OsdPerfQuery(
                decodeVarintList(body, SubKey::decode), decodeVarintList(body, OsdPerfQuery::decodeKind)));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            encodeVarintList(out, keys, (w, key) -> key.encode(w));
            encodeVarintList(out, counters, OsdPerfQuery::encodeKind);
        });
    }

    /// `PerformanceCounterDescriptor`
    private static int decodeKind(WireReader in) {
        return in.versioned(1, (body, version) -> body.u8());
    }

    private static void encodeKind(WireWriter out, int kind) {
        out.versioned(1, 1, () -> out.u8(kind));
    }

    private static List<List<String>> decodeKey(WireReader in) {
        return in.list(part -> part.list(WireReader::string));
    }

    private static <T> List<T> decodeVarintList(WireReader in, Function<WireReader, T> element) {
        int count = 0;
        int shift = 0;
        int part;
        do {
            part = in.u8();
            count |= (part & 0x7f) << shift;
            shift += 7;
        } while ((part & 0x80) != 0 && shift < 28);
        if (count < 0 || count > MAX_ELEMENTS) {
            throw new DecodeException("a list of " + count);
        }
        List<T> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(element.apply(in));
        }
        return list;
    }

    private static <T> void encodeVarintList(WireWriter out, List<T> list, BiConsumer<WireWriter, T> element) {
        int count = list.size();
        while (count > 0x7f) {
            out.u8(count & 0x7f | 0x80);
            count >>>= 7;
        }
        out.u8(count);
        list.forEach(each -> element.accept(out, each));
    }

    /// The order in which keys travel.
    public static int compareKeys(List<List<String>> a, List<List<String>> b) {
        return compareLists(a, b, (x, y) -> compareLists(x, y, Comparator.naturalOrder()));
    }

    private static <T> int compareLists(List<T> a, List<T> b, Comparator<T> order) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int c = order.compare(a.get(i), b.get(i));
            if (c != 0) {
                return c;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    @Override
    public int compareTo(OsdPerfQuery other) {
        int c = compareLists(keys, other.keys, Comparator.naturalOrder());
        return c != 0 ? c : compareLists(counters, other.counters, Comparator.naturalOrder());
    }
}
