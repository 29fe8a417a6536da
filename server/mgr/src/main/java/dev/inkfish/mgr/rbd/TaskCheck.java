package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Looks whether a task makes sense, before it is queued.
@FunctionalInterface
interface TaskCheck {
    /// Adds the image's id to `refs` if there is such an image.
    Outcome look(PoolIo io, ObjectNode refs);

    /// @param message what the task will be called; null where it must not be queued
    record Outcome(@Nullable String message, @Nullable CephException refusal) {
        String messageOrThrow() {
            if (refusal != null) {
                throw refusal;
            }
            return String.valueOf(message);
        }
    }

    private static Outcome go(String message) {
        return new Outcome(message, null);
    }

    private static Outcome refuse(Errno errno, String why) {
        return new Outcome(null, RbdErrors.of(errno.code(), why));
    }

    static TaskCheck flatten(ImageSpec spec) {
        return (io, refs) -> {
            Image image = Image.open(io, spec.image());
            if (image == null) {
                return refuse(Errno.ENOENT, "Image " + spec + " does not exist");
            }
            refs.put("image_id", image.id());
            if (image.parent() == null) {
                return refuse(Errno.ENOENT, "Image " + spec + " does not have a parent");
            }
            return go("Flattening image " + spec);
        };
    }

    static TaskCheck remove(ImageSpec spec) {
        return (io, refs) -> {
            Image image = Image.open(io, spec.image());
            if (image == null) {
                return refuse(Errno.ENOENT, "Image " + spec + " does not exist");
            }
            refs.put("image_id", image.id());
            if (!image.snaps().snaps().isEmpty()) {
                return refuse(Errno.EBUSY, "Image " + spec + " has snapshots");
            }
            return go("Removing image " + spec);
        };
    }

    static TaskCheck trashRemove(ImageSpec spec) {
        return (io, refs) -> TrashEntry.get(io, spec.image()) == null
                ? refuse(Errno.ENOENT, "error retrieving image from trash")
                : go("Removing image " + spec + " from trash");
    }

    static TaskCheck migrationExecute(RbdHost host, ImageSpec spec) {
        return migration(host, spec, migration -> {
            if (migration.state() != Migration.PREPARED && migration.state() != Migration.EXECUTING) {
                return refuse(Errno.EINVAL, "Image " + spec + " is not in ready state");
            }
            String pool = poolName(migration.sourceIo()); // for both, as Ceph 16 has it
            return go("Migrating image " + new ImageSpec(pool, migration.sourceIo().nspace(), migration.sourceName())
                    + " to " + new ImageSpec(pool, migration.targetIo().nspace(), migration.targetName()));
        });
    }

    static TaskCheck migrationCommit(RbdHost host, ImageSpec spec) {
        return migration(host, spec, migration -> migration.state() == Migration.EXECUTED
                ? go("Committing image migration for " + spec)
                : refuse(Errno.EINVAL, "Image " + spec + " has not completed migration"));
    }

    static TaskCheck migrationAbort(RbdHost host, ImageSpec spec) {
        return migration(host, spec, migration -> go("Aborting image migration for " + spec));
    }

    private static TaskCheck migration(RbdHost host, ImageSpec spec, Function<Migration, Outcome> then) {
        return (io, refs) -> {
            Migration migration = Migration.find(io, spec.image());
            if (migration == null || !sourceIsThere(host, migration)) {
                return refuse(Errno.EINVAL, "Image " + spec + " is not migrating");
            }
            refs.put("image_id", migration.targetId());
            return then.apply(migration);
        };
    }

    /// Ceph opens an import's source to tell its state.
    private static boolean sourceIsThere(RbdHost host, Migration migration) {
        if (!migration.isImport()) {
            return true;
        }
        try (MigrationSource source = MigrationSource.of(host, migration)) {
            source.at(RadosClient.NO_SNAP);
            return true;
        } catch (CephException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.EINVAL)) {
                return false;
            }
            throw e;
        }
    }

    private static String poolName(PoolIo io) {
        String name = io.pool() < 0 ? null : io.client().map().poolName(io.pool());
        return name == null ? "<unknown>" : name;
    }
}
