package dev.inkfish.osd.ops;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.OpArgs;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Operations on "trivial maps": a header and sorted keys, encoded as the object's data. What clients used
/// before there was an omap.
final class TmapOps {
    private static final int SET = 's';
    private static final int CREATE = 'c';
    private static final int REMOVE = 'r';
    private static final int REMOVE_SLOPPY = 'R';
    private static final int HEADER = 'h';
    private static final int NULL_OK = 1;

    private final DataOps data;
    private final OmapOps omap;

    TmapOps(DataOps data, OmapOps omap) {
        this.data = data;
        this.omap = omap;
    }

    private static final class Tmap {
        Bytes header = Bytes.EMPTY;
        NavigableMap<Bytes, Bytes> entries = new TreeMap<>();

        static Tmap decode(Bytes bytes) {
            Tmap map = new Tmap();
            if (!bytes.isEmpty()) {
                WireReader in = bytes.reader();
                map.header = in.bytes();
                map.entries = in.map(WireReader::bytes, WireReader::bytes);
            }
            return map;
        }

        Bytes encode() {
            return new WireWriter().bytes(header).map(entries, WireWriter::bytes, WireWriter::bytes).toBytes();
        }
    }

    int get(OpContext ctx) {
        return data.read(ctx, new OpArgs.Extent(0, 0, 0, 0));
    }

    int put(OpContext ctx, Bytes input) {
        return data.replace(ctx, Tmap.decode(input).encode());
    }

    int update(OpContext ctx, Bytes input) {
        ctx.writes++;
        if (input.isEmpty()) {
            return 0;
        }
        Tmap map = Tmap.decode(data.readAll(ctx));
        WireReader in = input.reader();
        while (in.remaining() > 0) {
            int code = step(map, in);
            if (code < 0) {
                return code;
            }
        }
        return data.replace(ctx, map.encode());
    }

    private static int step(Tmap map, WireReader in) {
        int command = in.u8();
        if (command == HEADER) {
            map.header = in.bytes();
            return 0;
        }
        Bytes key = in.bytes();
        switch (command) {
            case SET -> map.entries.put(key, in.bytes());
            case CREATE -> {
                if (map.entries.containsKey(key)) {
                    return Codes.EEXIST;
                }
                map.entries.put(key, in.bytes());
            }
            case REMOVE -> {
                if (map.entries.remove(key) == null) {
                    return Codes.ENOENT;
                }
            }
            case REMOVE_SLOPPY -> map.entries.remove(key);
            default -> {
                return Codes.EINVAL;
            }
        }
        return 0;
    }

    int toOmap(OpContext ctx, OpArgs.Raw args) {
        ctx.writes++;
        if (ctx.draft.size == 0) {
            return (args.union().get(0) & NULL_OK) != 0 ? 0 : Codes.ENODATA;
        }
        Tmap map;
        try {
            map = Tmap.decode(data.readAll(ctx));
        } catch (DecodeException e) {
            return Codes.EINVAL;
        }
        data.truncate(ctx, new OpArgs.Extent(0, 0, 0, 0));
        omap.setHeader(ctx, map.header);
        return omap.set(ctx, map.entries, 0);
    }
}
