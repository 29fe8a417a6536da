package dev.inkfish.osd.ops;

import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import java.util.Set;

/// What a request may do, from its operations alone (`OpInfo`): the client's flags have no say in it.
///
/// @param mayRead it, or a class method it calls, reads
/// @param mayWrite it, or a class method it calls, may change the object
/// @param ordered it takes its place among changes although it may be none
public record RequestKind(boolean mayRead, boolean mayWrite, boolean cache, boolean pgOp, boolean ordered) {
    /// `osd_class_load_list`: other names get EPERM rather than EOPNOTSUPP.
    private static final Set<String> KNOWN_TO_CEPH = Set.of("cephfs", "hello", "journal", "lock", "log", "numops", "otp",
            "rbd", "refcount", "rgw", "rgw_gc", "timeindex", "user", "version", "cas", "cmpomap", "queue", "2pc_queue",
            "fifo");

    /// @throws CephException EOPNOTSUPP for a class or method that is not there, EINVAL for a request of nothing
    public static RequestKind of(MOSDOp request, ObjectClasses classes) {
        boolean read = false;
        boolean write = false;
        boolean cache = false;
        boolean pgOp = false;
        boolean ordered = request.has(OsdFlags.RWORDERED);
        for (OsdOp op : request.ops()) {
            OpCode code = op.code();
            if (op.args() instanceof OpArgs.Watch watch && watch.op() == OpArgs.Watch.PING) {
                ordered = true; // no change, but behind those that are
            } else {
                write |= (op.number() & 0x2000) != 0;
            }
            read |= (op.number() & 0x1000) != 0 && code != OpCode.CALL || code == OpCode.WATCH;
            cache |= code.isCache();
            pgOp |= code.isPgOp();
            if (code == OpCode.CALL) {
                ObjectClass.Method method = method(op, classes);
                read |= method.reads();
                write |= method.writes();
            }
        }
        if (!read && !write && !cache && !pgOp && !ordered) {
            throw new CephException(Errno.EINVAL, "a request without operations");
        }
        return new RequestKind(read, write, cache, pgOp, ordered || write || cache);
    }

    private static ObjectClass.Method method(OsdOp op, ObjectClasses classes) {
        ObjectClass objectClass = classes.find(op.className());
        if (objectClass == null && !KNOWN_TO_CEPH.contains(op.className())) {
            throw new CephException(Errno.EPERM, "the class " + op.className() + " may not be loaded");
        }
        ObjectClass.Method method = objectClass == null ? null : objectClass.method(op.methodName());
        if (method == null) {
            throw new CephException(Errno.EOPNOTSUPP, "no class method " + op.className() + "." + op.methodName());
        }
        return method;
    }
}
