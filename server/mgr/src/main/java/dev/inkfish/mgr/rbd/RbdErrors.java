package dev.inkfish.mgr.rbd;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;

/// Failures in the words of librbd's Python binding, which Ceph's module shows to its users.
final class RbdErrors {
    private RbdErrors() {}

    static CephException notFound(String what) {
        return of(Errno.ENOENT.code(), what);
    }

    static CephException noPool(String pool) {
        return new CephException(Errno.ENOENT, "[errno 2] RADOS object not found (error opening pool '" + pool + "')");
    }

    static CephException of(int code, String what) {
        return new CephException(code, text(code, what));
    }

    /// `[errno 16] RBD image is busy (image has watchers)`
    static String text(int code, String what) {
        String kind = code == Errno.ENOENT.code() ? "RBD image not found"
                : code == Errno.EBUSY.code() ? "RBD image is busy"
                : code == Errno.ENOTEMPTY.code() ? "RBD image has snapshots"
                : code == Errno.EINVAL.code() ? "RBD invalid argument"
                : code == Errno.EROFS.code() ? "RBD read-only image"
                : code == Errno.EPERM.code() ? "RBD permission error"
                : code == Errno.EOPNOTSUPP.code() ? "RBD operation not supported"
                : code == Errno.EIO.code() ? "RBD I/O error" : "";
        return "[errno " + -code + "] " + (kind.isEmpty() ? what : kind + " (" + what + ")");
    }
}
