package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;

/// Does what a task says.
final class TaskWork {
    private TaskWork() {}

    /// Notes in the task why it can never succeed, where that is so.
    ///
    /// @throws CephException where it shall be tried again
    static void run(RbdHost host, PoolIo io, Task task, Progress progress) {
        String name = task.ref("image_name");
        try {
            switch (task.ref("action")) {
                case Task.FLATTEN -> {
                    Image image = Image.open(io, name);
                    if (image == null) {
                        throw new CephException(Errno.ENOENT, "no such image");
                    }
                    ImageFlatten.run(host, image, progress);
                }
                case Task.REMOVE -> ImageRemoval.byName(host, io, name, progress);
                case Task.TRASH_REMOVE -> ImageRemoval.fromTrash(
                        host, io, task.ref("image_id"), System.currentTimeMillis() / 1000, progress);
                case Task.MIGRATE_EXECUTE -> MigrationWork.execute(host, io, name, progress);
                case Task.MIGRATE_COMMIT -> MigrationWork.commit(host, io, name, progress);
                case Task.MIGRATE_ABORT -> MigrationWork.abort(host, io, name, progress);
                default -> throw new CephException(Errno.EINVAL, "no such task");
            }
        } catch (CephException e) {
            String never = never(task.ref("action"), e.code());
            if (never.isEmpty()) {
                throw e;
            }
            task.failure = never;
        }
    }

    private static String never(String action, int code) {
        if (code == Errno.ENOENT.code()) {
            return "Image does not exist";
        }
        if (code != Errno.EINVAL.code()) {
            return "";
        }
        return switch (action) {
            case Task.FLATTEN -> "Image does not have parent";
            case Task.MIGRATE_COMMIT -> "Image is not migrating or migration not executed";
            case Task.MIGRATE_EXECUTE, Task.MIGRATE_ABORT -> "Image is not migrating";
            default -> "";
        };
    }
}
