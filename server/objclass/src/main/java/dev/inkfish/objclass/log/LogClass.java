package dev.inkfish.objclass.log;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ClassContext.OmapPage;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Class `log`: entries under keys that begin with their time, and the newest time in the omap's header.
public final class LogClass {
    private static final String PREFIX = "1_";
    private static final int MOST_ENTRIES = 1000;
    private static final int MICROSECOND = 1000;

    private LogClass() {}

    public static ObjectClass create() {
        return new ObjectClass("log")
                .readWrite("add", LogClass::add)
                .read("list", LogClass::list)
                .readWrite("trim", LogClass::trim)
                .read("info", (context, input) -> {
                    Codec.input(input, in -> in.versioned(1, (body, version) -> Bytes.EMPTY));
                    Header header = header(context);
                    return Codec.encode(out -> out.versioned(1, 1, () -> header.encode(out)));
                });
    }

    private static String key(Utime time) {
        return String.format(
                "%s%010d.%06d_", PREFIX, Integer.toUnsignedLong(time.seconds()), time.nanos() / MICROSECOND);
    }

    private static Header header(ClassContext context) {
        Bytes header = context.omapHeader();
        try {
            return header.isEmpty() ? Header.EMPTY : Header.decode(header.reader());
        } catch (DecodeException e) {
            return Header.EMPTY;
        }
    }

    private static Bytes add(ClassContext context, Bytes input) {
        record Request(List<Entry> entries, boolean monotonic) {}
        // 2: whether an entry older than the newest counts as made at the newest's time
        Request request = Codec.input(input, in -> in.versioned(2, (body, version) ->
                new Request(body.list(Entry::decode), version < 2 || body.bool())));
        Header header = header(context);
        TreeMap<String, Bytes> added = new TreeMap<>(HObject::compareUtf8);
        for (Entry entry : request.entries) {
            Utime time = entry.time;
            boolean older = time.compareTo(header.newest) < 0;
            if (older && request.monotonic) {
                time = header.newest;
            }
            String key = entry.id;
            if (key.isEmpty()) {
                key = key(time) + context.currentVersion() + "." + context.currentSubop();
            }
            String last = HObject.compareUtf8(key, header.lastKey) > 0 ? key : header.lastKey;
            header = new Header(last, older ? header.newest : time);
            added.put(key, Codec.encode(entry.withId(key)::encode));
        }
        if (!added.isEmpty()) {
            context.omapSet(added);
        }
        context.omapSetHeader(Codec.encode(header::encode));
        return Bytes.EMPTY;
    }

    private static Bytes list(ClassContext context, Bytes input) {
        record Request(Utime from, String marker, Utime to, int max) {}
        Request request = Codec.input(input, in -> in.versioned(1, (body, version) ->
                new Request(Utime.decode(body), body.string(), Utime.decode(body), body.u32())));
        String from = request.marker.isEmpty() ? key(request.from) : request.marker;
        boolean bounded = !request.from.isZero() && request.to.compareTo(request.from) >= 0;
        String end = key(request.to);
        int max = request.max <= 0 || request.max > MOST_ENTRIES ? MOST_ENTRIES : request.max;
        OmapPage page = context.omapList(from, PREFIX, max);
        List<Entry> entries = new ArrayList<>();
        String marker = "";
        boolean truncated = page.more();
        for (var stored : page.entries().entrySet()) {
            marker = stored.getKey();
            if (bounded && HObject.compareUtf8(head(marker, end), end) >= 0) {
                truncated = false;
                break;
            }
            entries.add(Codec.stored(stored.getValue(), Entry::decode));
        }
        String last = marker;
        boolean more = truncated;
        return Codec.encode(out -> out.versioned(1, 1, () ->
                out.list(entries, (w, entry) -> entry.encode(w)).string(last).bool(more)));
    }

    /// As much of the key as the bound is long.
    private static String head(String key, String bound) {
        return key.length() > bound.length() ? key.substring(0, bound.length()) : key;
    }

    /// ENODATA once there is nothing left to remove.
    private static Bytes trim(ClassContext context, Bytes input) {
        record Request(Utime from, Utime to, String fromKey, String toKey) {}
        // 2: keys
        Request request = Codec.input(input, in -> in.versioned(2, (body, version) -> new Request(
                Utime.decode(body),
                Utime.decode(body),
                version >= 2 ? body.string() : "",
                version >= 2 ? body.string() : "")));
        String from = request.fromKey.isEmpty() ? key(request.from) : request.fromKey;
        String end = request.toKey.isEmpty()
                ? key(Utime.ofNanos(request.to.toNanos() + MICROSECOND))
                : request.toKey + "\0";
        OmapPage first = context.omapList(from, "", 1);
        if (first.entries().isEmpty() || HObject.compareUtf8(end, first.entries().firstKey()) < 0) {
            throw fail(Errno.ENODATA, "nothing to remove");
        }
        context.omapRemoveRange(first.entries().firstKey(), end);
        return Bytes.EMPTY;
    }

    /// `cls_log_header`
    @CephType("cls_log_header")
    record Header(String lastKey, Utime newest) {
        static final Header EMPTY = new Header("", Utime.ZERO);

        static Header decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Header(body.string(), Utime.decode(body)));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> {
                out.string(lastKey);
                newest.encode(out);
            });
        }
    }

    /// `cls_log_entry`
    @CephType("cls_log_entry")
    record Entry(String id, String section, String name, Utime time, Bytes data) {
        /// 2: id
        static Entry decode(WireReader in) {
            return in.versioned(2, (body, version) -> {
                String section = body.string();
                String name = body.string();
                Utime time = Utime.decode(body);
                Bytes data = body.bytes();
                return new Entry(version >= 2 ? body.string() : "", section, name, time, data);
            });
        }

        void encode(WireWriter out) {
            out.versioned(2, 1, () -> {
                out.string(section).string(name);
                time.encode(out);
                out.bytes(data).string(id);
            });
        }

        Entry withId(String other) {
            return new Entry(other, section, name, time, data);
        }
    }
}
