package dev.inkfish.wire.osd;

/// An operation as Ceph's daemons show it in lists of requests (`operator<<` of `OSDOp`, `src/osd/osd_types.cc`).
public final class OpText {
    private OpText() {}

    /// `writefull 0~3`
    public static String of(OpCode code, OpArgs args) {
        String said = switch (args) {
            case OpArgs.Extent e when code == OpCode.TRUNCATE -> " " + e.offset();
            case OpArgs.Extent e -> " " + e.offset() + "~" + e.length() + truncation(e);
            case OpArgs.Snap s -> " " + Long.toHexString(s.snap());
            case OpArgs.Watch w -> " " + watch(w.op()) + " cookie " + Long.toUnsignedString(w.cookie())
                    + (w.generation() == 0 ? "" : " gen " + w.generation());
            case OpArgs.Notify n -> " cookie " + Long.toUnsignedString(n.cookie());
            case OpArgs.AssertVersion v -> " v" + v.version();
            case OpArgs.CopyGet c -> " max " + c.max();
            case OpArgs.CopyFrom c -> code == OpCode.COPY_FROM ? " ver " + c.sourceVersion() : "";
            case OpArgs.AllocHint a -> " object_size " + a.expectedObjectSize() + " write_size " + a.expectedWriteSize();
            default -> "";
        };
        return code.text() + said;
    }

    /// With the length of its input: `copy-get max 8388608 in=29b`.
    public static String withInput(OsdOp op) {
        return of(op.code(), op.args()) + (op.input().length() == 0 ? "" : " in=" + op.input().length() + "b");
    }

    private static String truncation(OpArgs.Extent e) {
        return e.truncateSeq() == 0 ? "" : " [" + Integer.toUnsignedString(e.truncateSeq()) + "@" + e.truncateSize() + "]";
    }

    private static String watch(int op) {
        return switch (op) {
            case OpArgs.Watch.UNWATCH -> "unwatch";
            case OpArgs.Watch.WATCH -> "watch";
            case OpArgs.Watch.RECONNECT -> "reconnect";
            case OpArgs.Watch.PING -> "ping";
            default -> "???";
        };
    }
}
