package dev.inkfish.rados;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.osd.SnapContext;
import dev.inkfish.wire.osd.WatchItem;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The objects of a pool's namespace (`librados::IoCtx`). Calls wait for the answer: from threads that may.
///
/// @param snap the snapshot to read, [RadosClient#NO_SNAP] for the present
/// @param writes the snapshots that changes must preserve
public record PoolIo(RadosClient client, long pool, String nspace, long snap, SnapContext writes) {
    private static final int LIST_PAGE = 512;

    public PoolIo namespace(String other) {
        return new PoolIo(client, pool, other, snap, writes);
    }

    public PoolIo at(long snapshot) {
        return new PoolIo(client, pool, nspace, snapshot, writes);
    }

    public PoolIo preserving(SnapContext snaps) {
        return new PoolIo(client, pool, nspace, snap, snaps);
    }

    public Reply run(String oid, ObjectOps ops) {
        return client.run(this, oid, ops);
    }

    /// Answers of a class's method that only reads; null if the object is not there.
    ///
    /// @throws dev.inkfish.wire.CephException on any other failure
    public @Nullable Bytes askIfThere(String oid, String className, String method, Bytes input) {
        Reply reply = run(oid, ObjectOps.of().ask(className, method, input));
        return reply.failedWith(Errno.ENOENT) ? null : reply.orThrow(oid + " " + method).output();
    }

    public Bytes ask(String oid, String className, String method, Bytes input) {
        return run(oid, ObjectOps.of().ask(className, method, input)).orThrow(oid + " " + method).output();
    }

    public Reply tell(String oid, String className, String method, Bytes input) {
        return run(oid, ObjectOps.of().tell(className, method, input));
    }

    /// Removes it; that it is not there is no failure.
    public void remove(String oid) {
        Reply reply = run(oid, ObjectOps.of().delete().evenIfFull());
        if (!reply.failedWith(Errno.ENOENT)) {
            reply.orThrow("remove " + oid);
        }
    }

    /// All keys and values; empty if the object is not there.
    public NavigableMap<String, Bytes> omap(String oid) {
        NavigableMap<String, Bytes> all = new TreeMap<>();
        while (true) {
            Reply reply = run(oid, ObjectOps.of().omapValues(all.isEmpty() ? "" : all.lastKey(), LIST_PAGE));
            if (reply.failedWith(Errno.ENOENT)) {
                return all;
            }
            WireReader in = reply.orThrow("omap of " + oid).output().reader();
            NavigableMap<String, Bytes> page = in.map(WireReader::string, WireReader::bytes);
            boolean more = in.bool();
            all.putAll(page);
            if (!more || page.isEmpty()) {
                return all;
            }
        }
    }

    public List<WatchItem> watchers(String oid) {
        Reply reply = run(oid, ObjectOps.of().listWatchers());
        if (reply.failedWith(Errno.ENOENT)) {
            return List.of();
        }
        try {
            return WatchItem.Response.decode(reply.orThrow("watchers of " + oid).output().reader()).entries();
        } catch (DecodeException e) {
            throw new dev.inkfish.wire.CephException(Errno.EIO, "watchers of " + oid + ": " + e.getMessage());
        }
    }
}
