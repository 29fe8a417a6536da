package dev.inkfish.osd.ops;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectCopyData;
import dev.inkfish.wire.osd.ObjectCopyData.Cursor;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.ObjectLocator;
import dev.inkfish.wire.osd.OpArgs;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Copies of whole objects: handing one out in parts, and making one of what was fetched elsewhere.
final class CopyOps {
    private final OpsSettings settings;
    private final CopySource source;
    /// The fetches under way.
    private final Set<Fetch> fetches = new LinkedHashSet<>();

    CopyOps(OpsSettings settings, CopySource source) {
        this.settings = settings;
        this.source = source;
    }

    // ---- copy-get

    int get(OpContext ctx, Bytes input) {
        ctx.reads++;
        WireReader in = input.reader();
        Cursor cursor = Cursor.decode(in);
        long left = in.u64();
        ObjectDraft draft = ctx.draft;
        NavigableMap<String, Bytes> attrs = cursor.attrComplete() ? new TreeMap<>() : AttrOps.userAttrs(draft);
        Bytes data = Bytes.EMPTY;
        long offset = cursor.dataOffset();
        if (left > 0 && !cursor.dataComplete() && offset < draft.size) {
            data = draft.read(offset, Math.min(draft.size - offset, left));
            offset += data.length();
            left -= data.length();
        }
        boolean dataComplete = cursor.dataComplete() || offset == draft.size;
        OmapPart omap = new OmapPart(cursor, left);
        if (!draft.has(ObjectInfo.OMAP)) {
            omap.complete = true;
        } else if (left > 0 && !omap.complete && dataComplete) {
            omap.read(draft);
        }
        Cursor next = new Cursor(true, offset, dataComplete, omap.offset, omap.complete);
        boolean isHead = draft.object.isHead();
        List<Long> snaps = isHead ? List.of() : ctx.head.snapSet().clones().get(draft.object.snap()).snaps();
        ObjectCopyData part = new ObjectCopyData(draft.size, draft.mtime, attrs, data, omap.encoded(), next, omap.header,
                snaps, isHead ? ctx.head.snapSet().seq() : 0, 0, -1, -1, List.of(), draft.truncateSeq,
                draft.truncateSize, new TreeMap<>());
        ctx.output = WireWriter.encode(part, ObjectCopyData::encode);
        ctx.stats.read(data.length());
        return 0;
    }

    /// What a `copy-get` of an object that is not there puts out beside its ENOENT.
    static Bytes nothing() {
        ObjectCopyData part = new ObjectCopyData(-1, Utime.ZERO, new TreeMap<>(), Bytes.EMPTY, Bytes.EMPTY,
                Cursor.START, Bytes.EMPTY, List.of(), 0, 0, -1, -1, List.of(), 0, 0, new TreeMap<>());
        return WireWriter.encode(part, ObjectCopyData::encode);
    }

    private static final class OmapPart {
        final WireWriter entries = new WireWriter();
        Bytes header = Bytes.EMPTY;
        String offset;
        boolean complete;
        private long left;
        private int count;

        OmapPart(Cursor cursor, long left) {
            this.offset = cursor.omapOffset();
            this.complete = cursor.omapComplete();
            this.left = left;
            entries.u32(0);
        }

        void read(ObjectDraft draft) {
            Bytes after = Bytes.utf8(offset);
            if (after.isEmpty()) {
                header = draft.omapHeader();
            }
            complete = true;
            draft.omapScan(after, (key, value) -> {
                if (key.equals(after)) {
                    return true;
                }
                if (left <= 0) {
                    complete = false;
                    return false;
                }
                count++;
                entries.bytes(key).bytes(value);
                left -= key.length() + value.length() + 8L;
                offset = key.utf8();
                return true;
            });
        }

        Bytes encoded() {
            entries.patchU32(0, count);
            return count == 0 ? Bytes.EMPTY : entries.toBytes();
        }
    }

    // ---- copy-from

    /// A source that a request needs, before it can go on.
    ///
    /// @param place of the operation in the request
    record Wanted(int place, CopySource.Source source, long version) {}

    /// Runs with what was fetched; without it, the request is suspended.
    int from(OpContext ctx, OpArgs.CopyFrom args, Bytes input, List<Wanted> wanted) {
        ctx.writes++;
        WireReader in = input.reader();
        String oid = in.string();
        ObjectLocator locator = ObjectLocator.decode(in);
        boolean truncation = (args.flags() & OpArgs.CopyFrom.TRUNCATE_SEQ) != 0 && in.remaining() > 0;
        long truncateSeq = truncation ? Integer.toUnsignedLong(in.u32()) : 0;
        long truncateSize = truncation ? in.u64() : 0;
        HObject target = ctx.draft.object;
        boolean onItself = oid.equals(target.oid()) && locator.pool() == target.pool()
                && locator.nspace().equals(target.nspace()) && locator.key().equals(target.key())
                && args.snap() == HObject.HEAD;
        if (onItself) {
            return Codes.EINVAL;
        }
        Request.FetchedCopy copy = ctx.request.copies.get(ctx.subop);
        if (copy == null) {
            wanted.add(new Wanted(
                    ctx.subop,
                    new CopySource.Source(locator, oid, args.snap(), args.sourceFadvise()),
                    args.sourceVersion()));
            throw new Suspension(null);
        }
        if (copy.code() < 0) {
            return copy.code();
        }
        apply(ctx, copy);
        ctx.draft.truncateSeq = truncation ? truncateSeq : copy.data().truncateSeq();
        ctx.draft.truncateSize = truncation ? truncateSize : copy.data().truncateSize();
        return 0;
    }

    private static void apply(OpContext ctx, Request.FetchedCopy copy) {
        ObjectDraft draft = ctx.draft;
        ObjectCopyData data = copy.data();
        if (draft.exists) {
            draft.remove();
        }
        draft.touch();
        ctx.markExisting();
        if (!data.data().isEmpty()) {
            draft.write(0, data.data());
        }
        data.attrs().forEach((name, value) -> draft.setAttr("_" + name, value));
        boolean hasOmap = !data.omapHeader().isEmpty() || !data.omapData().isEmpty();
        if (!data.omapHeader().isEmpty()) {
            draft.omapSetHeader(data.omapHeader());
        }
        if (!data.omapData().isEmpty()) {
            draft.omapSet(data.omapData().reader().map(WireReader::bytes, WireReader::bytes));
        }
        draft.flags = hasOmap ? draft.flags | ObjectInfo.OMAP : draft.flags & ~ObjectInfo.OMAP;
        if (draft.size > 0) {
            ctx.changed(0, draft.size);
        }
        ctx.setSize(data.data().length());
        draft.mtime = data.mtime();
        ctx.mtime = Utime.ZERO;
        ctx.copiedUserVersion = copy.userVersion();
        ctx.stats.write(data.data().length());
    }

    /// Fetches a source part by part, then runs `done`.
    void fetch(Request request, Wanted wanted, Runnable done) {
        Fetch fetch = new Fetch(request, wanted, done);
        fetches.add(fetch);
        fetch.next(Cursor.START, wanted.version());
    }

    /// Gives up all fetches; none of them calls back any more.
    void stop() {
        fetches.forEach(Fetch::cancel);
        fetches.clear();
    }

    private final class Fetch {
        private final Request request;
        private final Wanted wanted;
        private final Runnable done;
        private final List<Bytes> data = new ArrayList<>();
        private final NavigableMap<Bytes, Bytes> omap = new TreeMap<>();
        private NavigableMap<String, Bytes> attrs = new TreeMap<>();
        private Bytes omapHeader = Bytes.EMPTY;
        private CopySource.@Nullable Pending pending;

        Fetch(Request request, Wanted wanted, Runnable done) {
            this.request = request;
            this.wanted = wanted;
            this.done = done;
        }

        void next(Cursor cursor, long version) {
            pending = source.copyGet(wanted.source, version, cursor, settings.copyChunk(), this::take);
        }

        void cancel() {
            if (pending != null) {
                pending.cancel();
            }
        }

        private void take(CopySource.Part answer) {
            ObjectCopyData part = answer.data();
            if (answer.code() < 0 || part == null) {
                finish(new Request.FetchedCopy(answer.code() < 0 ? answer.code() : Codes.EIO, 0, EMPTY));
                return;
            }
            data.add(part.data());
            if (!part.attrs().isEmpty()) {
                attrs = part.attrs();
            }
            if (!part.omapHeader().isEmpty()) {
                omapHeader = part.omapHeader();
            }
            if (!part.omapData().isEmpty()) {
                omap.putAll(part.omapData().reader().map(WireReader::bytes, WireReader::bytes));
            }
            if (!part.cursor().isComplete()) {
                next(part.cursor(), answer.userVersion());
                return;
            }
            Bytes entries = omap.isEmpty()
                    ? Bytes.EMPTY
                    : WireWriter.encode(omap, (map, w) -> w.map(map, WireWriter::bytes, WireWriter::bytes));
            ObjectCopyData whole = new ObjectCopyData(part.size(), part.mtime(), attrs, Bytes.concat(data), entries,
                    part.cursor(), omapHeader, part.snaps(), part.snapSeq(), part.flags(), part.dataDigest(),
                    part.omapDigest(), part.requests(), part.truncateSeq(), part.truncateSize(), part.requestCodes());
            finish(new Request.FetchedCopy(0, answer.userVersion(), whole));
        }

        private void finish(Request.FetchedCopy copy) {
            fetches.remove(this);
            request.copies.put(wanted.place, copy);
            done.run();
        }
    }

    private static final ObjectCopyData EMPTY = new ObjectCopyData(0, Utime.ZERO, new TreeMap<>(), Bytes.EMPTY,
            Bytes.EMPTY, Cursor.START, Bytes.EMPTY, List.of(), 0, 0, -1, -1, List.of(), 0, 0, new TreeMap<>());
}
