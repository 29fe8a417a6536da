package dev.inkfish.osd.ops;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;

/// Outcomes of operations, as they travel.
final class Codes {
    static final int EPERM = Errno.EPERM.code();
    static final int ENOENT = Errno.ENOENT.code();
    static final int EIO = Errno.EIO.code();
    static final int EAGAIN = Errno.EAGAIN.code();
    static final int EBUSY = Errno.EBUSY.code();
    static final int EEXIST = Errno.EEXIST.code();
    static final int EINVAL = Errno.EINVAL.code();
    static final int ENFILE = -23;
    static final int EFBIG = Errno.EFBIG.code();
    static final int ENOSPC = Errno.ENOSPC.code();
    static final int ERANGE = Errno.ERANGE.code();
    static final int ENAMETOOLONG = Errno.ENAMETOOLONG.code();
    static final int ENODATA = Errno.ENODATA.code();
    static final int EOVERFLOW = Errno.EOVERFLOW.code();
    /// Ceph's name for ERESTART: the writer's snapshot context is older than the object's.
    static final int EOLDSNAPC = -85;
    /// A write above `osd_max_write_size`.
    static final int EMSGSIZE = -90;
    static final int EOPNOTSUPP = Errno.EOPNOTSUPP.code();
    static final int ENOTCONN = Errno.ENOTCONN.code();
    static final int ETIMEDOUT = Errno.ETIMEDOUT.code();
    static final int EDQUOT = Errno.EDQUOT.code();
    static final int ECANCELED = Errno.ECANCELED.code();
    static final int EBLOCKLISTED = Errno.EBLOCKLISTED.code();
    /// Outcomes of `cmpext` below it say at which byte the data differ.
    static final int MAX_ERRNO = 4095;

    private Codes() {}

    static CephException fail(Errno errno, String message) {
        return new CephException(errno, message);
    }
}
