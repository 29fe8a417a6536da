package dev.inkfish.objclass;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Utime;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What a method may do with the object it is called on (`src/objclass/objclass.h`, the `cls_cxx_*`
/// functions). Reads see the changes that earlier operations of the same request, and earlier calls of
/// the same method, made. Errors are [dev.inkfish.wire.CephException]s: ENOENT where the object is missing.
public interface ClassContext {
    // --- the object

    boolean exists();

    /// @throws dev.inkfish.wire.CephException ENOENT
    Stat stat();

    /// Up to `length` bytes from `offset`; fewer at the end. Length 0 means to the end.
    Bytes read(long offset, long length);

    void create(CreateMode mode);

    void remove();

    void write(long offset, Bytes data);

    /// Makes the data the object's whole content.
    void writeFull(Bytes data);

    void truncate(long size);

    void zero(long offset, long length);

    // --- attributes; names as clients see them, without the store's prefix

    /// @throws dev.inkfish.wire.CephException ENODATA where the attribute is missing, ENOENT where the object is
    Bytes getXattr(String name);

    NavigableMap<String, Bytes> getXattrs();

    void setXattr(String name, Bytes value);

    void removeXattr(String name);

    // --- omap

    /// Null where the key is missing.
    @Nullable Bytes omapGet(String key);

    /// Entries behind `startAfter` whose keys begin with `prefix`, at most `max`.
    OmapPage omapList(String startAfter, String prefix, long max);

    void omapSet(SortedMap<String, Bytes> entries);

    void omapRemove(String key);

    /// Removes the keys with `first <= key < end`.
    void omapRemoveRange(String first, String end);

    void omapClear();

    Bytes omapHeader();

    void omapSetHeader(Bytes header);

    // --- snapshots

    /// The seq of the snapshot context that came with the request; 0 without one.
    long snapContextSeq();

    /// The seq of the object's snapshot set.
    long snapSetSeq();

    /// The object's clones, oldest first: `[snap, size]` of each, for methods that look at history.
    List<CloneInfo> clones();

    /// Who watches the object.
    List<Watcher> watchers();

    // --- the request

    Origin origin();

    /// The pool's `stripe_width` or the alignment that appends must keep; 0 for none.
    long poolAlignment();

    /// Unique within the object's group: the group's next version (`cls_current_version`).
    long currentVersion();

    /// Tells this call apart from others of the same request (`cls_current_subop_num`).
    int currentSubop();

    /// The time of the request.
    Utime now();

    /// Random bytes (`cls_gen_random_bytes`), from the event that carries the request.
    Bytes randomBytes(int count);

    /// The release the cluster requires of its OSDs, as a number (Pacific is 16).
    int requireOsdRelease();

    /// The oldest client the cluster must serve, as a number; 0 if not set (`cls_get_required_osd_release` beside it).
    int requireMinCompatClient();

    /// In what pieces the store gives out space, in bytes.
    default long allocationUnit() {
        return 4096;
    }

    /// A bit-by-bit configuration value (`osd_max_object_size` and the like) a class is allowed to ask for.
    long maxObjectSize();

    /// Sets a result code above zero (`r > 0` returned by a class method).
    void setResult(int code);

    /// Output that reaches the client although the method is about to fail.
    void setErrorOutput(Bytes output);

    /// Logs for people debugging a class; never needed for its work.
    void log(int level, String message);

    record Stat(long size, Utime mtime) {}

    record CloneInfo(long snap, List<Long> snaps, long size) {}

    /// @param more whether there are entries behind the last one
    record OmapPage(NavigableMap<String, Bytes> entries, boolean more) {}

    /// A client that watches the object.
    record Watcher(EntityName name, EntityAddr addr) {}

    /// Who sent the request.
    record Origin(EntityName name, EntityAddr addr, long features) {}

    /// Whether creating an object that exists is an error.
    enum CreateMode {
        EXCLUSIVE,
        IF_MISSING
    }
}
