package dev.inkfish.osd.ops;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.MWatchNotify;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.osd.CloneInfo;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.SnapContext;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A client in a test: sends vectors, and keeps what comes back.
final class TestClient implements ClientSession {
    final Deque<MOSDOpReply> replies = new ArrayDeque<>();
    /// Which requests they answer.
    final List<Long> answered = new ArrayList<>();
    final Deque<MWatchNotify> events = new ArrayDeque<>();
    final PrimaryOps ops;
    SnapContext snaps = SnapContext.NONE;
    int flags = OsdFlags.ONDISK;
    private final long id;
    long tid;

    TestClient(long id, PrimaryOps ops) {
        this.id = id;
        this.ops = ops;
    }

    @Override
    public EntityName name() {
        return EntityName.client(id);
    }

    @Override
    public EntityAddr addr() {
        return EntityAddr.of(EntityAddr.Kind.MSGR2, new InetSocketAddress("127.0.0.1", 5000), (int) id);
    }

    @Override
    public long features() {
        return Features.PACIFIC;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public void send(Message message, long request) {
        switch (message) {
            case MOSDOpReply reply -> {
                replies.add(reply);
                answered.add(request);
            }
            case MWatchNotify event -> events.add(event);
            default -> throw new IllegalStateException("a client gets " + message);
        }
    }

    MOSDOp request(String oid, long snap, OsdOp... vector) {
        HObject object = HObject.head(oid, "", oid.hashCode(), "", FakeHost.POOL).withSnap(snap);
        return new MOSDOp(dev.inkfish.wire.SpgId.of(new dev.inkfish.wire.PgId(FakeHost.POOL, 0)), false, object, 1,
                flags, null, 0, Utime.ofMillis(1_700_000_000_000L + tid), List.of(vector), snaps, 0, 0);
    }

    void post(String oid, OsdOp... vector) {
        ops.handle(this, request(oid, HObject.HEAD, vector), ++tid);
    }

    void resend(String oid, OsdOp... vector) {
        ops.handle(this, request(oid, HObject.HEAD, vector), tid);
    }

    MOSDOpReply ask(String oid, OsdOp... vector) {
        return askAt(oid, HObject.HEAD, vector);
    }

    MOSDOpReply askAt(String oid, long snap, OsdOp... vector) {
        ops.handle(this, request(oid, snap, vector), ++tid);
        return take();
    }

    MOSDOpReply take() {
        if (replies.isEmpty()) {
            throw new AssertionError("no reply");
        }
        return replies.removeFirst();
    }

    int code(String oid, OsdOp... vector) {
        return ask(oid, vector).result();
    }

    @Nullable String text(String oid) {
        return textAt(oid, HObject.HEAD);
    }

    /// The content, or null where there is none.
    @Nullable String textAt(String oid, long snap) {
        MOSDOpReply reply = askAt(oid, snap, read(0, 0));
        return reply.result() < 0 ? null : reply.ops().getFirst().output().utf8();
    }

    /// `id:snaps:size:overlaps` of each clone, as `rados listsnaps` shows it.
    List<String> listSnaps(String oid) {
        MOSDOpReply reply = askAt(oid, HObject.SNAPDIR, plain(OpCode.LIST_SNAPS));
        if (reply.result() < 0) {
            return List.of("error " + reply.result());
        }
        List<String> lines = new ArrayList<>();
        for (CloneInfo clone : CloneInfo.Response.decode(reply.ops().getFirst().output().reader()).clones()) {
            StringBuilder line = new StringBuilder();
            line.append(clone.cloneId() == HObject.HEAD ? "head" : Long.toString(clone.cloneId()));
            line.append(' ').append(clone.snaps()).append(' ').append(clone.size());
            clone.overlap().forEach(r -> line.append(' ').append(r.offset()).append('+').append(r.length()));
            lines.add(line.toString());
        }
        return lines;
    }

    // ---- operations

    static OsdOp plain(OpCode code) {
        return new OsdOp(code, OpArgs.NONE, Bytes.EMPTY);
    }

    static OsdOp plain(OpCode code, Bytes input) {
        return new OsdOp(code, OpArgs.NONE, input);
    }

    static OsdOp extent(OpCode code, long offset, long length, Bytes input) {
        return new OsdOp(code, new OpArgs.Extent(offset, length, 0, 0), input);
    }

    static OsdOp read(long offset, long length) {
        return extent(OpCode.READ, offset, length, Bytes.EMPTY);
    }

    static OsdOp write(long offset, String text) {
        return extent(OpCode.WRITE, offset, text.length(), Bytes.utf8(text));
    }

    static OsdOp writeFull(String text) {
        return extent(OpCode.WRITEFULL, 0, text.length(), Bytes.utf8(text));
    }

    static OsdOp compare(long offset, String text) {
        return extent(OpCode.CMPEXT, offset, text.length(), Bytes.utf8(text));
    }

    static OsdOp truncate(long size) {
        return extent(OpCode.TRUNCATE, size, 0, Bytes.EMPTY);
    }

    static OsdOp zero(long offset, long length) {
        return extent(OpCode.ZERO, offset, length, Bytes.EMPTY);
    }

    static OsdOp delete() {
        return plain(OpCode.DELETE);
    }

    static OsdOp create(int flags) {
        return new OsdOp(OpCode.CREATE, flags, OpArgs.NONE, Bytes.EMPTY);
    }

    static OsdOp rollback(long snap) {
        return new OsdOp(OpCode.ROLLBACK, new OpArgs.Snap(snap), Bytes.EMPTY);
    }

    static OsdOp setXattr(String name, String value) {
        return new OsdOp(OpCode.SETXATTR, new OpArgs.Xattr(name.length(), value.length(), 0, 0), Bytes.utf8(name + value));
    }

    static OsdOp getXattr(String name) {
        return new OsdOp(OpCode.GETXATTR, new OpArgs.Xattr(name.length(), 0, 0, 0), Bytes.utf8(name));
    }

    static OsdOp compareXattr(String name, String value, int op) {
        return new OsdOp(OpCode.CMPXATTR, new OpArgs.Xattr(name.length(), value.length(), op, 1), Bytes.utf8(name + value));
    }

    static OsdOp assertVersion(long version) {
        return new OsdOp(OpCode.ASSERT_VER, new OpArgs.AssertVersion(version), Bytes.EMPTY);
    }

    static OsdOp omapSet(String... pairs) {
        TreeMap<String, Bytes> map = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], Bytes.utf8(pairs[i + 1]));
        }
        return plain(OpCode.OMAPSETVALS, new WireWriter().map(map, WireWriter::string, WireWriter::bytes).toBytes());
    }

    static OsdOp omapValues(String after, String prefix, long max) {
        return plain(OpCode.OMAPGETVALS, new WireWriter().string(after).u64(max).string(prefix).toBytes());
    }

    static OsdOp call(String objectClass, String method, Bytes argument) {
        return new OsdOp(OpCode.CALL, new OpArgs.Call(objectClass.length(), method.length(), argument.length()),
                Bytes.concat(Bytes.utf8(objectClass), Bytes.utf8(method), argument));
    }

    static OsdOp watch(int op, long cookie) {
        return new OsdOp(OpCode.WATCH, new OpArgs.Watch(cookie, 0, op, 0, 0), Bytes.EMPTY);
    }

    static OsdOp sendNotify(long cookie, int timeout, String payload) {
        return new OsdOp(OpCode.NOTIFY, new OpArgs.Notify(cookie),
                new WireWriter().u32(1).u32(timeout).bytes(Bytes.utf8(payload)).toBytes());
    }

    static OsdOp acknowledge(long notifyId, long cookie, String answer) {
        return plain(OpCode.NOTIFY_ACK,
                new WireWriter().u64(notifyId).u64(cookie).bytes(Bytes.utf8(answer)).toBytes());
    }
}
