package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// The steps of a migration after `rbd migration prepare` (`librbd::api::Migration`).
final class MigrationWork {
    private MigrationWork() {}

    private static Migration require(PoolIo io, String name) {
        Migration migration = Migration.find(io, name);
        if (migration == null) {
            throw new CephException(Errno.EINVAL, "image is not migrating");
        }
        return migration;
    }

    /// Copies what the target does not have yet. Who holds its lock is asked to do it.
    static void execute(RbdHost host, PoolIo io, String name, Progress progress) {
        Migration migration = require(io, name);
        Image target = migration.target();
        if (target == null || migration.state() != Migration.PREPARED && migration.state() != Migration.EXECUTING) {
            throw new CephException(Errno.EINVAL, "not in a state to be migrated");
        }
        try (MigrationSource source = MigrationSource.of(host, migration)) {
            execute(host, migration, source, target, progress);
        }
    }

    private static void execute(RbdHost host, Migration migration, MigrationSource source, Image target, Progress progress) {
        migration.setState(Migration.EXECUTING);
        try (ImageLock lock = ImageLock.take(host, target)) {
            MigrationCopy.run(migration, source, target, lock, progress);
        } catch (CephException e) {
            if (!e.is(Errno.EBUSY)) {
                throw e;
            }
            OwnerRequest.run(target, OwnerRequest.MIGRATE, progress);
        }
        migration.setState(Migration.EXECUTED);
        target.notifyChange();
    }

    static void commit(RbdHost host, PoolIo io, String name, Progress progress) {
        Migration migration = require(io, name);
        Image target = migration.target();
        if (target == null || migration.state() != Migration.EXECUTED) {
            throw new CephException(Errno.EINVAL, "not executed");
        }
        Runnable ending = () -> {
            target.io().tell(target.header(), "rbd", "migration_remove", Bytes.EMPTY).orThrow("end of the migration");
            target.notifyChange();
        };
        if (migration.isImport()) {
            ending.run();
        } else {
            ImageRemoval.migrationSource(host, migration, progress, ending);
        }
        Mirroring.begin(target, migration.mirroring());
    }

    /// Removes the target, of which what was written goes back to the source, and takes the source out of the trash. Of an
    /// import only the target goes.
    static void abort(RbdHost host, PoolIo io, String name, Progress progress) {
        Migration migration = require(io, name);
        if (migration.isImport()) {
            if (migration.target() != null) {
                ImageRemoval.migrationTarget(host, migration.target(), migration.targetName(), progress, () -> {
                    GroupLink group = GroupLink.of(migration.target());
                    if (group != null) {
                        group.remove(migration.target());
                    }
                });
            }
            return;
        }
        Image source = migration.source();
        if (source == null) {
            throw new CephException(Errno.ENOENT, "the source is not there");
        }
        Image target = migration.target();
        GroupLink[] group = {null};
        if (target != null) {
            ImageRemoval.migrationTarget(host, target, migration.targetName(), progress, () -> {
                MigrationRevert.run(source, target, progress);
                giveBackClones(migration, source, target);
                group[0] = GroupLink.of(target);
                if (group[0] != null) {
                    group[0].remove(target);
                }
            });
        }
        relink(source);
        if (group[0] != null) {
            group[0].add(source);
        }
        source.io().tell(source.header(), "rbd", "migration_remove", Bytes.EMPTY).orThrow("end of the migration");
        source.notifyChange();
        Mirroring.begin(source, migration.mirroring());
    }

    /// Out of the trash, under its name.
    private static void relink(Image source) {
        if (source.isOldFormat()) {
            OldHeader.relink(source);
            return;
        }
        PoolIo home = source.io();
        TrashEntry entry = TrashEntry.get(home, source.id());
        if (entry == null) {
            return;
        }
        Bytes id = new WireWriter().string(source.id()).toBytes();
        Reply named = home.run(Image.idObject(entry.name()), ObjectOps.of().create(true).tell("rbd", "set_id", id));
        if (!named.failedWith(Errno.EEXIST) || !source.id().equals(Image.findId(home, entry.name()))) {
            named.orThrow("the name " + entry.name());
        }
        Reply listed = home.tell("rbd_directory", "rbd", "dir_add_image",
                new WireWriter().string(entry.name()).string(source.id()).toBytes());
        if (!listed.failedWith(Errno.EEXIST)) {
            listed.orThrow("directory");
        }
        home.tell("rbd_trash", "rbd", "trash_remove", id).orThrow("trash");
    }

    /// Clones of the source's snapshots became clones of the target's when the migration was prepared.
    private static void giveBackClones(Migration migration, Image source, Image target) {
        migration.snapSeqs().forEach((sourceSnap, targetSnap) -> {
            boolean there = source.snaps().snaps().contains(sourceSnap) && target.snaps().snaps().contains(targetSnap);
            for (Image clone : there ? ChildLink.children(target, targetSnap) : List.<Image>of()) {
                if (source.isOldFormat()) {
                    throw new CephException(Errno.EBUSY, "a snapshot of format 1 can have no clone: flatten " + clone.id());
                }
                Image.Parent now = new Image.Parent(target.io().pool(), target.io().nspace(), target.id(), targetSnap, 0);
                Image.Parent then = new Image.Parent(source.io().pool(), source.io().nspace(), source.id(), sourceSnap, 0);
                setParent(clone, now, then);
                ChildLink.attach(clone, then);
                ChildLink.detach(clone, now);
                clone.notifyChange();
            }
        });
    }

    private static void setParent(Image clone, Image.Parent from, Image.Parent to) {
        Image.Parent own = clone.snaps().snaps().isEmpty()
                ? clone.parent()
                : Image.parentAt(clone.io(), clone.id(), clone.snaps().snaps().getLast());
        if (own == null || !own.isSameAs(from)) {
            return;
        }
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> out.u64(to.pool()).string(to.nspace()).string(to.id()).u64(to.snap()));
        out.u64(own.overlap()).bool(true);
        clone.io().tell(clone.header(), "rbd", "parent_attach", out.toBytes()).orThrow("parent of " + clone.id());
    }
}
