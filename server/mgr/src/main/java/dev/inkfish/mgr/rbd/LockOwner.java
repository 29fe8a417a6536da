package dev.inkfish.mgr.rbd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.WatchItem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who holds an image's exclusive lock (`librbd::managed_lock::Locker`).
///
/// @param tag of the lock: `internal` where librbd takes and gives it by itself
record LockOwner(EntityName name, String cookie, EntityAddr addr, String tag) {
    private static final String COOKIE = "auto ";

    static String cookie(long watch) {
        return COOKIE + Long.toUnsignedString(watch);
    }

    /// Null if nobody does, or several share it.
    static @Nullable LockOwner of(Image image, String lock) {
        WireWriter input = new WireWriter();
        input.versioned(1, 1, () -> input.string(lock));
        Bytes info = image.io().ask(image.header(), "lock", "get_info", input.toBytes());
        return info.reader().versioned(1, (body, version) -> {
            List<LockOwner> owners = body.list(LockOwner::decode);
            body.u8();
            String tag = body.string();
            return owners.size() != 1 ? null : owners.getFirst().tagged(tag);
        });
    }

    private static LockOwner decode(WireReader in) {
        LockOwner named = in.versioned(1, (body, version) ->
                new LockOwner(EntityName.decode(body), body.string(), EntityAddr.NONE, ""));
        return in.versioned(1, (body, version) -> {
            Utime.decode(body);
            return new LockOwner(named.name, named.cookie, EntityAddr.decode(body), "");
        });
    }

    private LockOwner tagged(String other) {
        return new LockOwner(name, cookie, addr, other);
    }

    /// Who took the lock by itself and watches the image no more has gone: its watch is kept for half a minute after its
    /// connection broke. What users locked stays locked.
    boolean isGone(List<WatchItem> watchers, String librbdTag) {
        return tag.equals(librbdTag) && cookie.startsWith(COOKIE)
                && watchers.stream().noneMatch(watcher -> cookie(watcher.cookie()).equals(cookie) && watcher.addr().equals(addr));
    }

    Bytes breaking(String lock) {
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> {
            out.string(lock);
            name.encode(out);
            out.string(cookie);
        });
        return out.toBytes();
    }
}
