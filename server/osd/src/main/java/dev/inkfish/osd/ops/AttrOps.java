package dev.inkfish.osd.ops;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.OpArgs;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Operations on attributes. In the store a client's attribute has an underscore before its name.
final class AttrOps {
    private static final int EQ = 1;
    private static final int NE = 2;
    private static final int GT = 3;
    private static final int GTE = 4;
    private static final int LT = 5;
    private static final int LTE = 6;
    private static final int MODE_STRING = 1;
    private static final int MODE_U64 = 2;

    private final OpsSettings settings;

    AttrOps(OpsSettings settings) {
        this.settings = settings;
    }

    private static String name(WireReader in, OpArgs.Xattr args) {
        return "_" + in.raw(args.nameLength()).utf8();
    }

    int get(OpContext ctx, OpArgs.Xattr args, Bytes input) {
        ctx.reads++;
        ctx.stats.read(0);
        if (!ctx.draft.exists) {
            return Codes.ENOENT;
        }
        Bytes value = ctx.draft.attr(name(input.reader(), args));
        if (value == null) {
            return Codes.ENODATA;
        }
        ctx.output = value;
        return 0;
    }

    int getAll(OpContext ctx) {
        ctx.reads++;
        ctx.output = WireWriter.encode(userAttrs(ctx.draft), (map, w) -> w.map(map, WireWriter::string, WireWriter::bytes));
        ctx.stats.read(ctx.output.length());
        return ctx.draft.exists ? 0 : Codes.ENOENT;
    }

    /// The client's attributes, under its names.
    static NavigableMap<String, Bytes> userAttrs(ObjectDraft draft) {
        NavigableMap<String, Bytes> result = new TreeMap<>(HObject::compareUtf8);
        draft.attrs().forEach((name, value) -> {
            if (name.length() > 1 && name.charAt(0) == '_') {
                result.put(name.substring(1), value);
            }
        });
        return result;
    }

    int compare(OpContext ctx, OpArgs.Xattr args, Bytes input) {
        ctx.reads++;
        WireReader in = input.reader();
        String name = name(in, args);
        if (!ctx.draft.exists) {
            return Codes.ENOENT;
        }
        Bytes value = ctx.draft.attr(name);
        Bytes there = value == null ? Bytes.EMPTY : value;
        ctx.stats.read(there.length());
        int order;
        switch (args.compareMode()) {
            case MODE_STRING -> order = in.raw(args.valueLength()).compareTo(there);
            case MODE_U64 -> order = Long.compareUnsigned(in.u64(), parseUnsigned(there));
            default -> {
                return Codes.EINVAL;
            }
        }
        return switch (args.compareOp()) {
            case EQ -> outcome(order == 0);
            case NE -> outcome(order != 0);
            case GT -> outcome(order > 0);
            case GTE -> outcome(order >= 0);
            case LT -> outcome(order < 0);
            case LTE -> outcome(order <= 0);
            default -> Codes.EINVAL;
        };
    }

    private static int outcome(boolean holds) {
        return holds ? 1 : Codes.ECANCELED;
    }

    /// As `strtoull`: the decimal digits at the start, after spaces and a sign; the largest number if too large.
    static long parseUnsigned(Bytes text) {
        String digits = text.utf8().stripLeading();
        boolean negative = digits.startsWith("-");
        int at = negative || digits.startsWith("+") ? 1 : 0;
        long value = 0;
        for (; at < digits.length() && digits.charAt(at) >= '0' && digits.charAt(at) <= '9'; at++) {
            int digit = digits.charAt(at) - '0';
            if (Long.compareUnsigned(value, Long.divideUnsigned(-1 - digit, 10)) > 0) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return negative ? -value : value;
    }

    int set(OpContext ctx, OpArgs.Xattr args, Bytes input) {
        ctx.writes++;
        if (settings.maxAttrSize() > 0 && Integer.compareUnsigned(args.valueLength(), settings.maxAttrSize()) > 0) {
            return Codes.EFBIG;
        }
        if (Integer.compareUnsigned(args.nameLength(), settings.maxAttrNameLength()) > 0) {
            return Codes.ENAMETOOLONG;
        }
        WireReader in = input.reader();
        String name = name(in, args);
        Bytes value = in.raw(args.valueLength());
        ctx.create();
        ctx.draft.setAttr(name, value);
        ctx.stats.write(0);
        return 0;
    }

    int remove(OpContext ctx, OpArgs.Xattr args, Bytes input) {
        ctx.writes++;
        if (!ctx.draft.isThere()) {
            return Codes.ENOENT;
        }
        ctx.draft.removeAttr(name(input.reader(), args));
        ctx.stats.write(0);
        return 0;
    }
}
