package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.ObjectStore.Extent;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OsdOp;
import java.util.ArrayList;
import java.util.List;

/// Operations on an object's bytes.
final class DataOps {
    private final OpsSettings settings;

    DataOps(OpsSettings settings) {
        this.settings = settings;
    }

    /// A truncation to -1 with sequence 1 is what some clients send for none.
    static OpArgs.Extent normalized(OpArgs.Extent extent) {
        return extent.truncateSeq() == 1 && extent.truncateSize() == -1
                ? new OpArgs.Extent(extent.offset(), extent.length(), 0, 0)
                : extent;
    }

    private static long seq(OpArgs.Extent extent) {
        return Integer.toUnsignedLong(extent.truncateSeq());
    }

    // ---- reads

    int read(OpContext ctx, OpArgs.Extent extent) {
        ctx.reads++;
        ctx.output = readBytes(ctx, extent);
        ctx.stats.read(ctx.output.length());
        return 0;
    }

    /// The object's whole content.
    Bytes readAll(OpContext ctx) {
        return readBytes(ctx, new OpArgs.Extent(0, 0, 0, 0));
    }

    private static Bytes readBytes(OpContext ctx, OpArgs.Extent extent) {
        ObjectDraft draft = ctx.draft;
        long size = draft.size;
        boolean olderTruncation = draft.truncateSeq < seq(extent) && size > extent.truncateSize();
        if (olderTruncation && isPast(extent, extent.truncateSize())) {
            size = extent.truncateSize();
        }
        long length = extent.length() == 0 ? size : extent.length();
        if (extent.offset() < 0 || extent.offset() >= size) {
            return Bytes.EMPTY;
        }
        if (length < 0 || length > size - extent.offset()) {
            length = size - extent.offset();
        }
        return draft.read(extent.offset(), length);
    }

    private static boolean isPast(OpArgs.Extent extent, long limit) {
        return Long.compareUnsigned(extent.offset() + extent.length(), limit) > 0;
    }

    private static List<Extent> extents(OpContext ctx, OpArgs.Extent extent) {
        long size = ctx.draft.size;
        if (extent.offset() < 0 || extent.offset() >= size) {
            return List.of();
        }
        long most = size - extent.offset();
        long length = extent.length() < 0 ? most : Math.min(most, extent.length());
        return ctx.draft.extents(extent.offset(), length);
    }

    private static void encodeExtents(List<Extent> extents, WireWriter out) {
        out.list(extents, (w, each) -> w.u64(each.offset()).u64(each.length()));
    }

    int mapExtents(OpContext ctx, OpArgs.Extent extent, int previous) {
        ctx.reads++;
        ctx.output = WireWriter.encode(extents(ctx, extent), DataOps::encodeExtents);
        ctx.stats.read(ctx.output.length());
        return previous;
    }

    int sparseRead(OpContext ctx, OpArgs.Extent extent) {
        if (extent.truncateSeq() != 0) {
            return Codes.EINVAL;
        }
        ctx.reads++;
        List<Extent> extents = extents(ctx, extent);
        long total = 0;
        for (Extent each : extents) {
            total += each.length();
        }
        WireWriter head = new WireWriter(8 + 16 * extents.size());
        encodeExtents(extents, head);
        ctx.output = ctx.draft.read(head.u32((int) total).toBytes(), extents);
        ctx.stats.read(total);
        return 0;
    }

    int checksum(OpContext ctx, OpArgs.Checksum args, Bytes input) {
        ctx.reads++;
        long chunk = Integer.toUnsignedLong(args.chunkSize());
        if (chunk > 0 && (args.length() == 0 || Long.remainderUnsigned(args.length(), chunk) != 0)) {
            return Codes.EINVAL;
        }
        long size = ctx.draft.size;
        long length = args.length();
        if (args.offset() == 0 && length == 0) {
            length = size;
        } else if (Long.compareUnsigned(args.offset(), size) >= 0) {
            return 0;
        } else if (Long.compareUnsigned(args.offset() + length, size) > 0) {
            length = size - args.offset();
            if (chunk > 0 && length % chunk != 0) {
                return Codes.EINVAL;
            }
        }
        int start = Checksums.size(args.type());
        if (start == 0 || input.length() < start) {
            return Codes.EINVAL;
        }
        Bytes data = length == 0 ? Bytes.EMPTY : ctx.draft.read(args.offset(), length);
        int piece = chunk == 0 ? data.length() : Math.toIntExact(chunk);
        ctx.output = Checksums.ofChunks(args.type(), input.slice(0, start), data, piece);
        ctx.stats.read(data.length());
        return 0;
    }

    /// Compares with the input; what is behind the object's end counts as zeros.
    int compare(OpContext ctx, OpArgs.Extent extent, Bytes input) {
        ctx.reads++;
        long size = ctx.draft.size;
        if (ctx.draft.truncateSeq < seq(extent) && isPast(extent, extent.truncateSize())) {
            size = extent.truncateSize();
        }
        long length = extent.length();
        if (Long.compareUnsigned(extent.offset(), size) >= 0) {
            length = 0;
        } else if (Long.compareUnsigned(extent.offset() + length, size) > 0) {
            length = size - extent.offset();
        }
        boolean nothing = length == 0 || !ctx.draft.isThere();
        OpArgs.Extent range = new OpArgs.Extent(extent.offset(), length, extent.truncateSize(), extent.truncateSeq());
        Bytes data = nothing ? Bytes.EMPTY : readBytes(ctx, range);
        ctx.stats.read(data.length());
        for (int i = 0; i < input.length(); i++) {
            byte there = i < data.length() ? data.get(i) : 0;
            if (input.get(i) != there) {
                return -Codes.MAX_ERRNO - i;
            }
        }
        return 0;
    }

    int stat(OpContext ctx, int previous) {
        ctx.stats.read(0);
        if (!ctx.draft.isThere()) {
            return Codes.ENOENT;
        }
        WireWriter out = new WireWriter(16);
        out.u64(ctx.draft.size);
        ctx.draft.mtime.encode(out);
        ctx.output = out.toBytes();
        return previous;
    }

    // ---- changes

    private int check(long offset, long length) {
        long max = settings.maxObjectSize();
        boolean fits = offset >= 0 && offset < max && length >= 0 && length <= max && offset + length <= max;
        return fits ? 0 : Codes.EFBIG;
    }

    int write(OpContext ctx, OpArgs.Extent extent, Bytes input) {
        ctx.writes++;
        if (extent.length() != input.length()) {
            return Codes.EINVAL;
        }
        ObjectDraft draft = ctx.draft;
        Bytes data = input;
        long offset = extent.offset();
        long seq = draft.truncateSeq;
        if (seq != 0 && seq > seq(extent) && isPast(extent, draft.size)) {
            // sent before a truncation that came first
            data = input.slice(0, (int) Math.max(0, Math.min(input.length(), draft.size - offset)));
        }
        if (seq(extent) > seq) {
            truncateFirst(ctx, extent);
        }
        int checked = check(offset, data.length());
        if (checked < 0) {
            return checked;
        }
        ctx.create();
        if (!data.isEmpty()) {
            draft.write(offset, data);
            ctx.changed(offset, data.length());
            if (offset + data.length() > draft.size) {
                ctx.setSize(offset + data.length());
            }
        } else if (offset > draft.size) {
            draft.truncate(offset);
            ctx.setSize(offset);
        } else {
            draft.touch();
        }
        ctx.stats.write(data.length());
        return 0;
    }

    /// A write that knows of a truncation which has not come yet.
    private static void truncateFirst(OpContext ctx, OpArgs.Extent extent) {
        ObjectDraft draft = ctx.draft;
        long to = extent.truncateSize();
        draft.truncateSeq = seq(extent);
        draft.truncateSize = to;
        if (draft.isThere() && to >= 0) {
            draft.truncate(to);
            if (draft.size > to) {
                ctx.changed(to, draft.size - to);
            }
            ctx.setSize(to);
        }
    }

    int writeFull(OpContext ctx, OpArgs.Extent extent, Bytes input) {
        ctx.writes++;
        if (extent.length() != input.length()) {
            return Codes.EINVAL;
        }
        return replace(ctx, input);
    }

    /// Makes the data the object's whole content.
    int replace(OpContext ctx, Bytes data) {
        int checked = check(0, data.length());
        if (checked < 0) {
            return checked;
        }
        ctx.create();
        ObjectDraft draft = ctx.draft;
        if (data.length() < draft.size) {
            draft.truncate(data.length());
        }
        if (!data.isEmpty()) {
            draft.write(0, data);
        } else {
            draft.touch();
        }
        ctx.changed(0, draft.size);
        ctx.setSize(data.length());
        ctx.stats.write(data.length());
        return 0;
    }

    int append(OpContext ctx, OpArgs.Extent extent, Bytes input) {
        OpArgs.Extent atEnd = new OpArgs.Extent(ctx.draft.size, extent.length(), 0, (int) ctx.draft.truncateSeq);
        return write(ctx, atEnd, input);
    }

    int writeSame(OpContext ctx, OpArgs.WriteSame args, Bytes input) {
        ctx.writes++;
        if (args.length() == 0) {
            return 0;
        }
        if (args.dataLength() == 0 || Long.remainderUnsigned(args.length(), args.dataLength()) != 0
                || args.dataLength() != input.length()) {
            return Codes.EINVAL;
        }
        int checked = check(args.offset(), args.length());
        if (checked < 0) {
            return checked;
        }
        byte[] all = new byte[Math.toIntExact(args.length())];
        for (int at = 0; at < all.length; at += input.length()) {
            input.copyTo(0, all, at, input.length());
        }
        return write(ctx, new OpArgs.Extent(args.offset(), all.length, 0, 0), Bytes.wrap(all));
    }

    int zero(OpContext ctx, OpArgs.Extent extent, int previous) {
        ObjectDraft draft = ctx.draft;
        long max = settings.maxObjectSize();
        long offset = extent.offset();
        long length = extent.length();
        boolean sane = offset >= 0 && offset < max && length >= 1 && length <= max;
        if (draft.exists && sane && offset + length >= draft.size) {
            return offset >= draft.size ? previous : truncate(ctx, extent);
        }
        ctx.writes++;
        int checked = check(offset, length);
        if (checked == 0 && length > 0 && draft.isThere()) {
            draft.zero(offset, length);
            ctx.changed(offset, length);
            ctx.stats.write(0);
        }
        return checked;
    }

    int truncate(OpContext ctx, OpArgs.Extent extent) {
        ctx.writes++;
        ObjectDraft draft = ctx.draft;
        if (!draft.isThere()) {
            return 0;
        }
        long to = extent.offset();
        int checked = check(to, extent.length());
        if (checked < 0) {
            return checked;
        }
        if (extent.truncateSeq() != 0) {
            if (to != extent.truncateSize()) {
                return Codes.EINVAL;
            }
            if (seq(extent) <= draft.truncateSeq) {
                return 0;
            }
            draft.truncateSeq = seq(extent);
            draft.truncateSize = extent.truncateSize();
        }
        draft.truncate(to);
        if (draft.size > to) {
            ctx.changed(to, draft.size - to);
        }
        ctx.setSize(to);
        ctx.stats.write(0);
        return 0;
    }

    int create(OpContext ctx, OsdOp op) {
        ctx.writes++;
        if (ctx.draft.isThere() && (op.flags() & OsdOp.EXCL) != 0) {
            return Codes.EEXIST;
        }
        if (!op.input().isEmpty()) {
            op.input().reader().bytes(); // a category, which had a meaning once
        }
        ctx.create();
        ctx.draft.touch();
        return 0;
    }

    int delete(OpContext ctx) {
        ctx.writes++;
        return remove(ctx);
    }

    /// Where clones are left, or are about to be made, a whiteout takes the head's place and keeps the snap set.
    static int remove(OpContext ctx) {
        ObjectDraft draft = ctx.draft;
        List<Long> snaps = ctx.snapContext.snaps();
        boolean whiteout = !draft.snapSet.clones().isEmpty()
                || !snaps.isEmpty() && Long.compareUnsigned(snaps.getFirst(), draft.snapSet.seq()) > 0;
        if (!draft.exists || draft.has(ObjectInfo.WHITEOUT) && whiteout) {
            return Codes.ENOENT;
        }
        draft.remove();
        if (draft.size > 0) {
            ctx.changed(0, draft.size);
        }
        ctx.stats.write(0);
        ctx.setSize(0);
        draft.watchers.keySet().forEach(key ->
                ctx.watchDisconnects.add(new OpContext.WatchDisconnect(key, Watch.Farewell.TOLD)));
        draft.watchers.clear();
        boolean wasWhiteout = draft.has(ObjectInfo.WHITEOUT);
        draft.flags &= ~(ObjectInfo.OMAP | ObjectInfo.WHITEOUT);
        if (whiteout) {
            draft.flags |= ObjectInfo.WHITEOUT;
            ctx.stats.whiteouts++;
            draft.touch();
            return 0;
        }
        ctx.stats.objects--;
        if (wasWhiteout) {
            ctx.stats.whiteouts--;
        }
        draft.exists = false;
        return 0;
    }

    int allocHint(OpContext ctx, OpArgs.AllocHint hint) {
        ctx.writes++;
        ctx.create();
        ctx.draft.expectedObjectSize = hint.expectedObjectSize();
        ctx.draft.expectedWriteSize = hint.expectedWriteSize();
        ctx.draft.allocHintFlags = hint.flags();
        ctx.draft.touch();
        return 0;
    }

    /// The alignment that appends to the pool must keep; 0 for none.
    static long alignment(PgPool pool) {
        return pool.isErasure() ? pool.stripeWidth() : 0;
    }
}
