package dev.inkfish.osd.ops;

import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectInfo;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Operations on an object's sorted keys and values.
final class OmapOps {
    private static final int EQ = 1;
    private static final int GT = 3;
    private static final int LT = 5;

    private final OpsSettings settings;

    OmapOps(OpsSettings settings) {
        this.settings = settings;
    }

    static boolean isSupportedBy(PgPool pool) {
        return !pool.isErasure();
    }

    /// What a page may hold, and whether values go with the keys.
    private enum Content {
        KEYS,
        VALUES
    }

    int getKeys(OpContext ctx, Bytes input, int previous) {
        ctx.reads++;
        WireReader in = input.reader();
        page(ctx, in.bytes(), in.u64(), Bytes.EMPTY, Content.KEYS);
        return previous;
    }

    int getValues(OpContext ctx, Bytes input, int previous) {
        ctx.reads++;
        WireReader in = input.reader();
        page(ctx, in.bytes(), in.u64(), in.bytes(), Content.VALUES);
        return previous;
    }

    private void page(OpContext ctx, Bytes startAfter, long max, Bytes prefix, Content content) {
        Page page = new Page(Long.compareUnsigned(max, settings.maxOmapEntries()) > 0 ? settings.maxOmapEntries() : max);
        if (ctx.draft.has(ObjectInfo.OMAP)) {
            Bytes from = prefix.compareTo(startAfter) > 0 ? prefix : startAfter;
            ctx.draft.omapScan(from, (key, value) -> {
                if (key.equals(startAfter) && from == startAfter) {
                    return true;
                }
                return startsWith(key, prefix) && page.add(key, value, content);
            });
        }
        ctx.output = page.finish();
        ctx.stats.read(ctx.output.length());
    }

    private final class Page {
        final WireWriter out = new WireWriter();
        final long max;
        int count;
        boolean truncated;

        Page(long max) {
            this.max = max;
            out.u32(0);
        }

        boolean add(Bytes key, Bytes value, Content content) {
            if (count >= max || out.size() - 4 >= settings.maxOmapBytes()) {
                truncated = true;
                return false;
            }
            count++;
            out.bytes(key);
            if (content == Content.VALUES) {
                out.bytes(value);
            }
            return true;
        }

        Bytes finish() {
            out.patchU32(0, count);
            return out.bool(truncated).toBytes();
        }
    }

    static boolean startsWith(Bytes key, Bytes prefix) {
        return key.length() >= prefix.length() && key.slice(0, prefix.length()).equals(prefix);
    }

    int getHeader(OpContext ctx, int previous) {
        if (ctx.draft.has(ObjectInfo.OMAP)) {
            ctx.reads++;
            ctx.output = ctx.draft.omapHeader();
            ctx.stats.read(ctx.output.length());
        }
        return previous;
    }

    int getByKeys(OpContext ctx, Bytes input, int previous) {
        ctx.reads++;
        List<Bytes> keys = input.reader().list(WireReader::bytes);
        NavigableMap<Bytes, Bytes> found = ctx.draft.has(ObjectInfo.OMAP) ? ctx.draft.omapGet(keys) : new TreeMap<>();
        ctx.output = WireWriter.encode(found, (map, w) -> w.map(map, WireWriter::bytes, WireWriter::bytes));
        ctx.stats.read(ctx.output.length());
        return previous;
    }

    private record Assertion(Bytes value, int op) {}

    int compare(OpContext ctx, Bytes input, int previous) {
        ctx.reads++;
        if (!ctx.draft.isThere()) {
            return Codes.ENOENT;
        }
        NavigableMap<Bytes, Assertion> assertions =
                input.reader().map(WireReader::bytes, r -> new Assertion(r.bytes(), r.u32()));
        NavigableMap<Bytes, Bytes> found =
                ctx.draft.has(ObjectInfo.OMAP) ? ctx.draft.omapGet(assertions.keySet()) : new TreeMap<>();
        ctx.stats.read(0);
        for (var each : assertions.entrySet()) {
            int order = found.getOrDefault(each.getKey(), Bytes.EMPTY).compareTo(each.getValue().value);
            int code = switch (each.getValue().op) {
                case EQ -> order == 0 ? 0 : Codes.ECANCELED;
                case LT -> order < 0 ? 0 : Codes.ECANCELED;
                case GT -> order > 0 ? 0 : Codes.ECANCELED;
                default -> Codes.EINVAL;
            };
            if (code < 0) {
                return code;
            }
        }
        return previous;
    }

    // ---- changes

    int setValues(OpContext ctx, Bytes input) {
        ctx.writes++;
        return set(ctx, input.reader().map(WireReader::bytes, WireReader::bytes), input.length());
    }

    int set(OpContext ctx, NavigableMap<Bytes, Bytes> entries, int bytes) {
        ctx.create();
        if (!entries.isEmpty()) {
            ctx.draft.omapSet(entries);
        } else {
            ctx.draft.touch();
        }
        ctx.draft.flags |= ObjectInfo.OMAP;
        ctx.stats.write(bytes);
        return 0;
    }

    int setHeader(OpContext ctx, Bytes header) {
        ctx.writes++;
        ctx.create();
        ctx.draft.omapSetHeader(header);
        ctx.draft.flags |= ObjectInfo.OMAP;
        ctx.stats.write(0);
        return 0;
    }

    int clear(OpContext ctx) {
        ctx.writes++;
        if (!ctx.draft.isThere()) {
            return Codes.ENOENT;
        }
        if (ctx.draft.has(ObjectInfo.OMAP)) {
            ctx.draft.omapClear();
            ctx.draft.flags &= ~ObjectInfo.OMAP;
            ctx.stats.write(0);
        }
        return 0;
    }

    int removeKeys(OpContext ctx, Bytes input) {
        ctx.writes++;
        if (!ctx.draft.isThere()) {
            return Codes.ENOENT;
        }
        ctx.draft.omapRemove(input.reader().list(WireReader::bytes));
        ctx.stats.write(0);
        return 0;
    }

    int removeRange(OpContext ctx, Bytes input) {
        ctx.writes++;
        if (!ctx.draft.isThere()) {
            return Codes.ENOENT;
        }
        WireReader in = input.reader();
        ctx.draft.omapRemoveRange(in.bytes(), in.bytes());
        ctx.stats.write(0);
        return 0;
    }
}
