package dev.inkfish.objclass;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One object in memory, with a method's view of it. A method that fails leaves it as it was.
public final class FakeObject implements ClassContext {
    public EntityName caller = EntityName.client(4100);
    public EntityAddr callerAddr = EntityAddr.NONE;
    /// Whether the caller watches the object.
    public boolean isWatched;
    public Utime time = new Utime(1000, 0);

    /// As the OSD, by `osd_max_object_size`.
    private static final long MOST = 128 << 20;

    private boolean exists;
    private byte[] data = {};
    private TreeMap<String, Bytes> xattrs = new TreeMap<>();
    private TreeMap<String, Bytes> omap = new TreeMap<>(HObject::compareUtf8);
    private Bytes header = Bytes.EMPTY;
    private int random;
    private int result;

    /// Calls a method as an operation of its own: all or nothing.
    public Bytes call(ObjectClass objectClass, String method, Bytes input) {
        FakeObject before = copy();
        try {
            ObjectClass.Method found = objectClass.method(method);
            if (found == null) {
                throw new CephException(Errno.EOPNOTSUPP);
            }
            if (!found.writes()) {
                require(); // a request that only reads does not get as far as the method
            }
            Bytes output = found.handler().call(this, input);
            if (!found.writes()) {
                restore(before);
            }
            return output;
        } catch (CephException e) {
            restore(before);
            throw e;
        }
    }

    public void clear() {
        restore(new FakeObject());
    }

    /// All there is, one thing a line.
    public List<String> state() {
        List<String> lines = new ArrayList<>();
        if (!exists) {
            lines.add("missing");
            return lines;
        }
        lines.add("data " + hex(Bytes.copyOf(data)));
        xattrs.forEach((name, value) -> lines.add("xattr " + name + " " + hex(value)));
        omap.forEach((key, value) -> lines.add("omap " + hex(Bytes.utf8(key)) + " " + hex(value)));
        if (!header.isEmpty()) {
            lines.add("header " + hex(header));
        }
        return lines;
    }

    private static String hex(Bytes bytes) {
        return bytes.isEmpty() ? "-" : bytes.toHex();
    }

    private FakeObject copy() {
        FakeObject copy = new FakeObject();
        copy.restore(this);
        return copy;
    }

    private void restore(FakeObject other) {
        exists = other.exists;
        data = other.data.clone();
        xattrs = new TreeMap<>(other.xattrs);
        omap = new TreeMap<>(HObject::compareUtf8);
        omap.putAll(other.omap);
        header = other.header;
    }

    private void require() {
        if (!exists) {
            throw new CephException(Errno.ENOENT);
        }
    }

    @Override
    public boolean exists() {
        return exists;
    }

    @Override
    public Stat stat() {
        require();
        return new Stat(data.length, time);
    }

    @Override
    public Bytes read(long offset, long length) {
        int from = (int) Math.min(offset, data.length);
        int count = (int) (length == 0 ? data.length - from : Math.min(length, data.length - from));
        return Bytes.copyOf(data).slice(from, count);
    }

    @Override
    public void create(CreateMode mode) {
        if (exists && mode == CreateMode.EXCLUSIVE) {
            throw new CephException(Errno.EEXIST);
        }
        exists = true;
    }

    @Override
    public void remove() {
        require();
        restore(new FakeObject());
    }

    @Override
    public void write(long offset, Bytes bytes) {
        if (offset < 0 || offset > MOST - bytes.length()) {
            throw new CephException(Errno.EFBIG, "behind the end of what an object may be");
        }
        exists = true;
        int end = (int) offset + bytes.length();
        if (end > data.length) {
            data = java.util.Arrays.copyOf(data, end);
        }
        bytes.copyTo(0, data, (int) offset, bytes.length());
    }

    @Override
    public void writeFull(Bytes bytes) {
        exists = true;
        data = bytes.toArray();
    }

    @Override
    public void truncate(long size) {
        if (exists) {
            data = java.util.Arrays.copyOf(data, (int) size);
        }
    }

    @Override
    public void zero(long offset, long length) {
        java.util.Arrays.fill(data, (int) offset, (int) Math.min(offset + length, data.length), (byte) 0);
    }

    @Override
    public Bytes getXattr(String name) {
        require();
        Bytes value = xattrs.get(name);
        if (value == null) {
            throw new CephException(Errno.ENODATA);
        }
        return value;
    }

    @Override
    public NavigableMap<String, Bytes> getXattrs() {
        require();
        return new TreeMap<>(xattrs);
    }

    @Override
    public void setXattr(String name, Bytes value) {
        exists = true;
        xattrs.put(name, value);
    }

    @Override
    public void removeXattr(String name) {
        require();
        xattrs.remove(name);
    }

    @Override
    public @Nullable Bytes omapGet(String key) {
        return omap.get(key);
    }

    @Override
    public OmapPage omapList(String startAfter, String prefix, long max) {
        TreeMap<String, Bytes> page = new TreeMap<>(HObject::compareUtf8);
        for (var entry : omap.tailMap(startAfter, false).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                if (HObject.compareUtf8(entry.getKey(), prefix) > 0) {
                    return new OmapPage(page, false);
                }
                continue;
            }
            if (page.size() == max) {
                return new OmapPage(page, true);
            }
            page.put(entry.getKey(), entry.getValue());
        }
        return new OmapPage(page, false);
    }

    @Override
    public void omapSet(SortedMap<String, Bytes> entries) {
        exists = true;
        omap.putAll(entries);
    }

    @Override
    public void omapRemove(String key) {
        require();
        omap.remove(key);
    }

    @Override
    public void omapRemoveRange(String first, String end) {
        require();
        omap.subMap(first, end).clear();
    }

    @Override
    public void omapClear() {
        require();
        omap.clear();
    }

    @Override
    public Bytes omapHeader() {
        return header;
    }

    @Override
    public void omapSetHeader(Bytes bytes) {
        exists = true;
        header = bytes;
    }

    @Override
    public long snapContextSeq() {
        return 0;
    }

    @Override
    public long snapSetSeq() {
        return 0;
    }

    @Override
    public List<CloneInfo> clones() {
        return new ArrayList<>();
    }

    @Override
    public List<Watcher> watchers() {
        return isWatched ? List.of(new Watcher(caller, callerAddr)) : List.of();
    }

    @Override
    public Origin origin() {
        return new Origin(caller, callerAddr, Features.PACIFIC);
    }

    @Override
    public long poolAlignment() {
        return 0;
    }

    @Override
    public long currentVersion() {
        return 1;
    }

    @Override
    public int currentSubop() {
        return 0;
    }

    @Override
    public Utime now() {
        return time;
    }

    @Override
    public Bytes randomBytes(int count) {
        byte[] bytes = new byte[count];
        java.util.Arrays.fill(bytes, (byte) ++random);
        return Bytes.wrap(bytes);
    }

    @Override
    public int requireOsdRelease() {
        return 16;
    }

    @Override
    public int requireMinCompatClient() {
        return 0;
    }

    @Override
    public long maxObjectSize() {
        return 128L << 20;
    }

    @Override
    public void setResult(int code) {
        result = code;
    }

    public int result() {
        return result;
    }

    @Override
    public void setErrorOutput(Bytes output) {}

    @Override
    public void log(int level, String message) {}
}
