package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a group keeps about each object, in its attribute `_` (`object_info_t`); immutable.
///
/// @param version the last change's
/// @param userVersion what clients are told the version is; unlike `version`, watches do not change it
/// @param mtime as the client gave it
/// @param localMtime by the primary's clock
/// @param truncateSeq counts truncations of a file striped over objects; writes that are older are cut at `truncateSize`
/// @param flags of the [#WHITEOUT] kind
@CephType("object_info_t")
public record ObjectInfo(
        HObject object,
        Eversion version,
        Eversion priorVersion,
        @Nullable OsdReqId lastReqid,
        long size,
        Utime mtime,
        long truncateSeq,
        long truncateSize,
        long userVersion,
        NavigableMap<WatchKey, WatchInfo> watchers,
        int flags,
        Utime localMtime,
        int dataDigest,
        int omapDigest,
        long expectedObjectSize,
        long expectedWriteSize,
        int allocHintFlags) {
    public static final int LOST = 1;
    /// The object does not exist, but its clones do.
    public static final int WHITEOUT = 1 << 1;
    public static final int DIRTY = 1 << 2;
    /// It has, or may have, an omap.
    public static final int OMAP = 1 << 3;
    public static final int DATA_DIGEST = 1 << 4;
    public static final int OMAP_DIGEST = 1 << 5;
    public static final int MANIFEST = 1 << 7;
    private static final int USES_TMAP = 1 << 8;

    private static final NavigableMap<WatchKey, WatchInfo> NO_WATCHERS = Collections.emptyNavigableMap();

    /// Names a watch: a client may have several on one object.
    public record WatchKey(long cookie, EntityName watcher) implements Comparable<WatchKey> {
        @Override
        public int compareTo(WatchKey other) {
            int c = Long.compareUnsigned(cookie, other.cookie);
            return c != 0 ? c : watcher.compareTo(other.watcher);
        }
    }

    public ObjectInfo {
        watchers = watchers.isEmpty() ? NO_WATCHERS : Collections.unmodifiableNavigableMap(watchers);
    }

    /// An object that was never written.
    public static ObjectInfo blank(HObject object) {
        return new ObjectInfo(object, Eversion.ZERO, Eversion.ZERO, null, 0, Utime.ZERO, 0, 0, 0, NO_WATCHERS, 0,
                Utime.ZERO, -1, -1, 0, 0, 0);
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// An encoded one, with another version.
    public static Bytes withVersion(Bytes encoded, Eversion version) {
        ObjectInfo old = decode(encoded.reader());
        WireWriter out = new WireWriter(encoded.length() + 64);
        new ObjectInfo(old.object, version, old.version, old.lastReqid, old.size, old.mtime, old.truncateSeq,
                old.truncateSize, old.userVersion, old.watchers, old.flags, old.localMtime, old.dataDigest,
                old.omapDigest, old.expectedObjectSize, old.expectedWriteSize, old.allocHintFlags)
                .encode(out, Features.PACIFIC);
        return out.toBytes();
    }

    public static ObjectInfo decode(WireReader in) {
        return in.versioned(17, ObjectInfo::decodeBody);
    }

    private static ObjectInfo decodeBody(WireReader in, int version) {
        HObject object = HObject.decode(in);
        ObjectLocator.decode(in);
        in.bytes(); // category, unused
        Eversion at = Eversion.decode(in);
        Eversion prior = Eversion.decode(in);
        OsdReqId lastReqid = OsdReqId.decodeOptional(in);
        long size = in.u64();
        Utime mtime = Utime.decode(in);
        if (object.isHead()) {
            OsdReqId.decodeOptional(in); // a write lock, unused
        } else {
            in.list(WireReader::u64); // snapshots, now in the snap set
        }
        long truncateSeq = in.u64();
        long truncateSize = in.u64();
        int flags = in.u8();
        in.map(EntityName::decode, WatchInfo::decode); // watchers, for versions before 11
        long userVersion = Eversion.decode(in).version();
        if (version >= 9) {
            in.skip(1);
        }
        NavigableMap<WatchKey, WatchInfo> watchers = version >= 11
                ? in.map(r -> new WatchKey(r.u64(), EntityName.decode(r)), WatchInfo::decode)
                : new TreeMap<>();
        flags = version >= 13 ? in.u32() : flags;
        Utime localMtime = version >= 14 ? Utime.decode(in) : Utime.ZERO;
        int dataDigest = version >= 15 ? in.u32() : -1;
        int omapDigest = version >= 15 ? in.u32() : -1;
        long expectedObjectSize = version >= 16 ? in.u64() : 0;
        long expectedWriteSize = version >= 16 ? in.u64() : 0;
        int allocHintFlags = version >= 16 ? in.u32() : 0;
        return new ObjectInfo(object, at, prior, lastReqid, size, mtime, truncateSeq, truncateSize, userVersion,
                watchers, flags, localMtime, dataDigest, omapDigest, expectedObjectSize, expectedWriteSize,
                allocHintFlags);
    }

    public void encode(WireWriter out, long features) {
        out.versioned(17, 8, () -> {
            object.encode(out);
            new ObjectLocator(object.pool(), object.key(), object.nspace(), -1).encode(out);
            out.u32(0);
            version.encode(out);
            priorVersion.encode(out);
            OsdReqId.encodeOptional(lastReqid, out);
            out.u64(size);
            mtime.encode(out);
            if (object.isHead()) {
                OsdReqId.encodeOptional(null, out);
            } else {
                out.u32(0);
            }
            out.u64(truncateSeq).u64(truncateSize).bool(has(LOST));
            NavigableMap<EntityName, WatchInfo> byName = new TreeMap<>();
            watchers.forEach((key, info) -> byName.putIfAbsent(key.watcher, info));
            out.map(byName, (w, name) -> name.encode(w), (w, info) -> info.encode(w, features));
            new Eversion(0, userVersion).encode(out);
            out.bool(has(USES_TMAP));
            out.map(watchers, (w, key) -> {
                w.u64(key.cookie);
                key.watcher.encode(w);
            }, (w, info) -> info.encode(w, features));
            out.u32(flags);
            localMtime.encode(out);
            out.u32(dataDigest).u32(omapDigest).u64(expectedObjectSize).u64(expectedWriteSize).u32(allocHintFlags);
        });
    }
}
