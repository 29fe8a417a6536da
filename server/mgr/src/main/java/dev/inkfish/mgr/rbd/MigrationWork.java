package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;

/// The steps of a migration after `rbd migration prepare` (`librbd::api::Migration`).
final class MigrationWork {
    private MigrationWork() {}

    private static Migration require(PoolIo io, String name) {
        Migration migration = Migration.find(io, name);
        if (migration == null) {
            throw new CephException(Errno.EINVAL, "image is not migrating");
        }
        migration.requireSimple();
        return migration;
    }

    /// Copies what the target does not have yet. Who holds its lock is asked to do it.
    static void execute(PoolIo io, String name, Progress progress) {
        Migration migration = require(io, name);
        Image target = migration.target();
        if (target == null || migration.state() != Migration.PREPARED && migration.state() != Migration.EXECUTING) {
            throw new CephException(Errno.EINVAL, "not in a state to be migrated");
        }
        Image source = Image.openById(migration.sourceIo(), migration.sourceName(), migration.sourceId());
        if (source == null) {
            throw new CephException(Errno.ENOENT, "the source is not there");
        }
        migration.setState(Migration.EXECUTING);
        try (ImageLock lock = ImageLock.take(target)) {
            ImageReader reader = new ImageReader(source, RadosClient.NO_SNAP);
            ImageFlatten.copyUpAll(target, reader, Math.min(migration.overlap(), target.size()), lock, progress);
        } catch (CephException e) {
            if (!e.is(Errno.EBUSY)) {
                throw e;
            }
            OwnerRequest.run(target, OwnerRequest.MIGRATE, progress);
        }
        migration.setState(Migration.EXECUTED);
        target.notifyChange();
    }

    static void commit(PoolIo io, String name, Progress progress) {
        Migration migration = require(io, name);
        Image target = migration.target();
        if (target == null || migration.state() != Migration.EXECUTED) {
            throw new CephException(Errno.EINVAL, "not executed");
        }
        ImageRemoval.migrationSource(migration.sourceIo(), migration.sourceId(), progress, () -> {
            target.io().tell(target.header(), "rbd", "migration_remove", Bytes.EMPTY).orThrow("end of the migration");
            target.notifyChange();
        });
    }

    /// Removes the target and takes the source out of the trash.
    static void abort(PoolIo io, String name, Progress progress) {
        Migration migration = require(io, name);
        if (migration.target() != null) {
            ImageRemoval.migrationTarget(migration.target(), migration.targetName(), progress);
        }
        PoolIo home = migration.sourceIo();
        String id = migration.sourceId();
        TrashEntry entry = TrashEntry.get(home, id);
        if (entry != null) {
            Bytes idInput = new WireWriter().string(id).toBytes();
            Reply named = home.run(Image.idObject(entry.name()), ObjectOps.of().create(true).tell("rbd", "set_id", idInput));
            if (named.failedWith(Errno.EEXIST) && !id.equals(Image.findId(home, entry.name()))) {
                named.orThrow("the name " + entry.name() + " was given to another image");
            }
            Reply listed = home.tell("rbd_directory", "rbd", "dir_add_image",
                    new WireWriter().string(entry.name()).string(id).toBytes());
            if (!listed.failedWith(Errno.EEXIST)) {
                listed.orThrow("directory");
            }
            home.tell("rbd_trash", "rbd", "trash_remove", idInput).orThrow("trash");
        }
        home.tell(Image.headerObject(id), "rbd", "migration_remove", Bytes.EMPTY).orThrow("end of the migration");
        home.client().notify(home, Image.headerObject(id), Bytes.EMPTY, 5);
    }
}
