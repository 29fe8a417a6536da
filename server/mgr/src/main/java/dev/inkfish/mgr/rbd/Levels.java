package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds what a level's name or id stands for.
final class Levels {
    private static final Pattern NAME = Pattern.compile("(?:([^/]+)/(?:(?:([^/]*)/|)([^/@]+)?)?)?");
    private static final Pattern ID = Pattern.compile("(?:(\\d{1,18})(?:/([^/]*)(?:/([^/@]+))?)?)?");

    private Levels() {}

    /// @throws CephException EINVAL with Ceph's words
    static Level ofName(RadosClient rados, String name, ScheduledWork work) {
        try {
            return named(rados, name, work);
        } catch (CephException e) {
            throw new CephException(Errno.EINVAL, "Invalid level spec " + name + ": " + e.getMessage());
        }
    }

    private static Level named(RadosClient rados, String name, ScheduledWork work) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw invalid("failed to parse " + name);
        }
        String poolName = matcher.group(1);
        String nspace = matcher.group(2);
        String image = matcher.group(3);
        if (image != null && !work.isPerImage()) {
            throw invalid("invalid name " + name + ": image level is not allowed");
        }
        if (poolName == null) {
            return Level.GLOBAL;
        }
        PoolIo io = pool(rados, poolName);
        long pool = io.pool();
        if (nspace == null && image == null) {
            return new Level(name, Long.toString(pool), pool, null, null);
        }
        String in = nspace == null ? "" : nspace;
        io = inNamespace(io, in, work);
        if (image == null) {
            return new Level(name, pool + "/" + in, pool, in, null);
        }
        String imageId = Image.findId(io, image);
        if (imageId == null) {
            throw invalid("image " + image + " does not exist");
        }
        checkImage(io, imageId, image, work);
        String shown = in.isEmpty() ? poolName + "/" + image : name;
        return new Level(shown, pool + "/" + in + "/" + imageId, pool, in, imageId);
    }

    /// Null if what it stood for is not there any more, or cannot have a schedule any more.
    static @Nullable Level ofId(RadosClient rados, String id, ScheduledWork work) {
        Matcher matcher = ID.matcher(id);
        if (!matcher.matches() || matcher.group(1) == null) {
            return null;
        }
        long pool = Long.parseLong(matcher.group(1));
        String poolName = rados.map().poolName(pool);
        if (poolName == null) {
            return null;
        }
        String nspace = matcher.group(2);
        String imageId = matcher.group(3);
        if (nspace == null) {
            return new Level(poolName + "/", id, pool, null, null);
        }
        try {
            PoolIo io = inNamespace(rados.pool(pool), nspace, work);
            String prefix = poolName + "/" + (nspace.isEmpty() ? "" : nspace + "/");
            if (imageId == null) {
                return new Level(nspace.isEmpty() ? prefix + "/" : prefix, id, pool, nspace, null);
            }
            Bytes name = io.askIfThere("rbd_directory", "rbd", "dir_get_name", new WireWriter().string(imageId).toBytes());
            if (name == null) {
                return null;
            }
            checkImage(io, imageId, imageId, work);
            return new Level(prefix + name.reader().string(), id, pool, nspace, imageId);
        } catch (CephException e) {
            if (e.code() == Errno.EINVAL.code() || e.code() == Errno.ENOENT.code()) {
                return null;
            }
            throw e;
        }
    }

    private static PoolIo pool(RadosClient rados, String name) {
        long id = rados.map().poolId(name);
        if (id < 0) {
            throw invalid("pool " + name + " does not exist");
        }
        if (!RbdPools.isOne(rados.map(), id)) {
            throw invalid(name + " is not an RBD pool");
        }
        return rados.pool(id);
    }

    private static PoolIo inNamespace(PoolIo io, String nspace, ScheduledWork work) {
        if (nspace.isEmpty()) {
            return io;
        }
        if (!RbdPools.namespaces(io).contains(nspace)) {
            throw invalid("namespace " + nspace + " does not exist");
        }
        PoolIo within = io.namespace(nspace);
        work.checkNamespace(within);
        return within;
    }

    private static void checkImage(PoolIo io, String id, String shown, ScheduledWork work) {
        try {
            work.checkImage(io, id);
        } catch (CephException e) {
            throw e.code() == Errno.EINVAL.code()
                    ? invalid("image " + shown + " is not in snapshot mirror mode") : e;
        }
    }

    private static CephException invalid(String why) {
        return new CephException(Errno.EINVAL, why);
    }
}
