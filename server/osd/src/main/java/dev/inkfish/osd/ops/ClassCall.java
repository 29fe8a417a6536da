package dev.inkfish.osd.ops;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdOp;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A class method's view of the object its request is about: each call is an operation of that request.
final class ClassCall implements ClassContext {
    private final OpContext ctx;
    private final PgHost host;
    private final OpsSettings settings;
    private final DataOps data;
    private final OmapOps omap;
    private int result;
    private Bytes errorOutput = Bytes.EMPTY;

    ClassCall(OpContext ctx, PgHost host, OpsSettings settings, DataOps data, OmapOps omap) {
        this.ctx = ctx;
        this.host = host;
        this.settings = settings;
        this.data = data;
        this.omap = omap;
    }

    /// Runs the method; its outcome is the operation's.
    int run(ObjectClass.Method method, Bytes argument) {
        int reads = ctx.reads;
        int writes = ctx.writes;
        int code;
        Bytes output;
        try {
            output = method.handler().call(this, argument);
            code = result;
        } catch (CephException e) {
            if (ctx.draft.corrupt) {
                throw e; // not the method's failure: the block is mended and the request run again
            }
            output = errorOutput;
            code = e.code();
        }
        boolean broken = ctx.reads > reads && !method.reads() || ctx.writes > writes && !method.writes();
        if (broken) {
            return Codes.EIO;
        }
        ctx.output = output;
        return code;
    }

    private static void check(int code) {
        if (code < 0) {
            throw new CephException(code, Errno.describe(code));
        }
    }

    private static OpArgs.Extent extent(long offset, long length) {
        return new OpArgs.Extent(offset, length, 0, 0);
    }

    @Override
    public boolean exists() {
        return ctx.draft.isThere();
    }

    @Override
    public Stat stat() {
        if (!exists()) {
            throw new CephException(Errno.ENOENT);
        }
        return new Stat(ctx.draft.size, ctx.draft.mtime);
    }

    @Override
    public Bytes read(long offset, long length) {
        check(data.read(ctx, extent(offset, length)));
        Bytes read = ctx.output;
        ctx.output = Bytes.EMPTY;
        return read;
    }

    @Override
    public void create(CreateMode mode) {
        check(data.create(ctx, new OsdOp(
                OpCode.CREATE, mode == CreateMode.EXCLUSIVE ? OsdOp.EXCL : 0, OpArgs.NONE, Bytes.EMPTY)));
    }

    @Override
    public void remove() {
        check(data.delete(ctx));
    }

    @Override
    public void write(long offset, Bytes bytes) {
        check(data.write(ctx, extent(offset, bytes.length()), bytes));
    }

    @Override
    public void writeFull(Bytes bytes) {
        check(data.writeFull(ctx, extent(0, bytes.length()), bytes));
    }

    @Override
    public void truncate(long size) {
        check(data.truncate(ctx, extent(size, 0)));
    }

    @Override
    public void zero(long offset, long length) {
        check(data.zero(ctx, extent(offset, length), 0));
    }

    @Override
    public Bytes getXattr(String name) {
        ctx.reads++;
        ctx.stats.read(0);
        if (!ctx.draft.exists) {
            throw new CephException(Errno.ENOENT);
        }
        Bytes value = ctx.draft.attr("_" + name);
        if (value == null) {
            throw new CephException(Errno.ENODATA);
        }
        return value;
    }

    @Override
    public NavigableMap<String, Bytes> getXattrs() {
        ctx.reads++;
        if (!ctx.draft.exists) {
            throw new CephException(Errno.ENOENT);
        }
        return AttrOps.userAttrs(ctx.draft);
    }

    @Override
    public void setXattr(String name, Bytes value) {
        ctx.writes++;
        ctx.create();
        ctx.draft.setAttr("_" + name, value);
        ctx.stats.write(0);
    }

    @Override
    public void removeXattr(String name) {
        ctx.writes++;
        if (!ctx.draft.isThere()) {
            throw new CephException(Errno.ENOENT);
        }
        ctx.draft.removeAttr("_" + name);
        ctx.stats.write(0);
    }

    private boolean hasOmap() {
        return ctx.draft.has(ObjectInfo.OMAP);
    }

    @Override
    public @Nullable Bytes omapGet(String key) {
        ctx.reads++;
        Bytes name = Bytes.utf8(key);
        return hasOmap() ? ctx.draft.omapGet(List.of(name)).get(name) : null;
    }

    @Override
    public OmapPage omapList(String startAfter, String prefix, long max) {
        ctx.reads++;
        NavigableMap<String, Bytes> entries = new TreeMap<>(HObject::compareUtf8);
        boolean[] more = {false};
        long most = Math.min(max, settings.maxOmapEntries());
        Bytes after = Bytes.utf8(startAfter);
        Bytes begin = Bytes.utf8(prefix);
        if (hasOmap()) {
            Bytes from = begin.compareTo(after) > 0 ? begin : after;
            ctx.draft.omapScan(from, (key, value) -> {
                if (from == after && key.equals(after)) {
                    return true;
                }
                if (!OmapOps.startsWith(key, begin)) {
                    return false;
                }
                if (entries.size() >= most) {
                    more[0] = true;
                    return false;
                }
                entries.put(key.utf8(), value);
                return true;
            });
        }
        return new OmapPage(entries, more[0]);
    }

    @Override
    public void omapSet(SortedMap<String, Bytes> entries) {
        ctx.writes++;
        TreeMap<Bytes, Bytes> encoded = new TreeMap<>();
        int bytes = 0;
        for (var entry : entries.entrySet()) {
            Bytes key = Bytes.utf8(entry.getKey());
            encoded.put(key, entry.getValue());
            bytes += key.length() + entry.getValue().length();
        }
        check(omap.set(ctx, encoded, bytes));
    }

    @Override
    public void omapRemove(String key) {
        changeOmap();
        ctx.draft.omapRemove(List.of(Bytes.utf8(key)));
    }

    @Override
    public void omapRemoveRange(String first, String end) {
        changeOmap();
        ctx.draft.omapRemoveRange(Bytes.utf8(first), Bytes.utf8(end));
    }

    private void changeOmap() {
        ctx.writes++;
        if (!ctx.draft.isThere()) {
            throw new CephException(Errno.ENOENT);
        }
        ctx.stats.write(0);
    }

    @Override
    public void omapClear() {
        check(omap.clear(ctx));
    }

    @Override
    public Bytes omapHeader() {
        ctx.reads++;
        return hasOmap() ? ctx.draft.omapHeader() : Bytes.EMPTY;
    }

    @Override
    public void omapSetHeader(Bytes header) {
        check(omap.setHeader(ctx, header));
    }

    @Override
    public long snapContextSeq() {
        return ctx.snapContext.seq();
    }

    @Override
    public long snapSetSeq() {
        return ctx.head.snapSet().seq();
    }

    @Override
    public List<CloneInfo> clones() {
        List<CloneInfo> clones = new ArrayList<>();
        ctx.head.snapSet().clones().forEach((id, clone) -> clones.add(new CloneInfo(id, clone.snaps(), clone.size())));
        return clones;
    }

    @Override
    public List<Watcher> watchers() {
        ctx.reads++;
        List<Watcher> watchers = new ArrayList<>();
        ctx.draft.watchers.forEach((key, info) -> watchers.add(new Watcher(key.watcher(), info.addr())));
        return watchers;
    }

    @Override
    public Origin origin() {
        return new Origin(ctx.request.reqid.name(), ctx.request.session.addr(), ctx.request.features());
    }

    @Override
    public long poolAlignment() {
        return DataOps.alignment(host.pool());
    }

    @Override
    public long currentVersion() {
        return host.lastUserVersion();
    }

    @Override
    public int currentSubop() {
        return ctx.subop;
    }

    @Override
    public Utime now() {
        return host.now();
    }

    @Override
    public Bytes randomBytes(int count) {
        return host.randomBytes(count);
    }

    @Override
    public int requireOsdRelease() {
        return host.osdMap().requireOsdRelease();
    }

    @Override
    public int requireMinCompatClient() {
        return host.osdMap().requireMinCompatClient();
    }

    @Override
    public long maxObjectSize() {
        return settings.maxObjectSize();
    }

    @Override
    public void setResult(int code) {
        result = code;
    }

    @Override
    public void setErrorOutput(Bytes output) {
        errorOutput = output;
    }

    /// Cores do not log.
    @Override
    public void log(int level, String message) {}
}
