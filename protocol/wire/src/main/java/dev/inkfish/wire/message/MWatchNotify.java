package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Tells a watcher of a notification, a notifier of its end, or a watcher that its watch is gone
/// (`CEPH_MSG_WATCH_NOTIFY`).
///
/// @param opcode [#NOTIFY], [#NOTIFY_COMPLETE] or [#DISCONNECT]
/// @param cookie the watch's, or the notify operation's
/// @param result of the completion: 0 or a negative errno
/// @param notifierId the global id of who notifies
/// @param data of the completion: who answered what (a map of client and cookie to payload), then who did not
public record MWatchNotify(
        int opcode,
        long cookie,
        long version,
        long notifyId,
        Bytes payload,
        int result,
        long notifierId,
        Bytes data)
        implements Message {
    public static final int TYPE = 44;
    public static final int NOTIFY = 1;
    public static final int NOTIFY_COMPLETE = 2;
    public static final int DISCONNECT = 3;

    public MWatchNotify(
            int opcode, long cookie, long version, long notifyId, Bytes payload, int result, long notifierId) {
        this(opcode, cookie, version, notifyId, payload, result, notifierId, Bytes.EMPTY);
    }

    static MWatchNotify decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int innerVersion = in.u8();
        int opcode = in.u8();
        long cookie = in.u64();
        long version = in.u64();
        long notifyId = in.u64();
        Bytes payload = innerVersion >= 1 ? in.bytes() : Bytes.EMPTY;
        int result = header.version() >= 2 ? in.u32() : 0;
        return new MWatchNotify(
                opcode, cookie, version, notifyId, payload, result, header.version() >= 3 ? in.u64() : 0, data);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return 3;
    }

    @Override
    public int compatVersion(long features) {
        return 1;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.u8(1).u8(opcode).u64(cookie).u64(version).u64(notifyId).bytes(payload).u32(result).u64(notifierId);
    }

    @Override
    public int priority() {
        return 196;
    }
}
