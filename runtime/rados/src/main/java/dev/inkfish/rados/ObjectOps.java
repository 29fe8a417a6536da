package dev.inkfish.rados;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// The operations to run on one object, all or none (`ObjectOperation` of `src/osdc/Objecter.h`).
public final class ObjectOps {
    

    private final List<OsdOp> ops = new ArrayList<>();
    private int flags;

    public static ObjectOps of() {
        return new ObjectOps();
    }

    List<OsdOp> list() {
        return ops;
    }

    /// [OsdFlags#READ], [OsdFlags#WRITE] and what was asked for besides.
    int flags() {
        return flags;
    }

    private ObjectOps read(OpCode code, OpArgs args, Bytes input) {
        ops.add(new OsdOp(code, args, input));
        flags |= OsdFlags.READ;
        return this;
    }

    private ObjectOps change(OpCode code, OpArgs args, Bytes input) {
        ops.add(new OsdOp(code, args, input));
        flags |= OsdFlags.WRITE;
        return this;
    }

    /// Goes ahead, or fails at once, where the cluster or the pool is full.
    public ObjectOps evenIfFull() {
        flags |= OsdFlags.FULL_TRY;
        return this;
    }

    public ObjectOps read(long offset, long length) {
        return read(OpCode.READ, new OpArgs.Extent(offset, length, 0, 0), Bytes.EMPTY);
    }

    public ObjectOps stat() {
        return read(OpCode.STAT, OpArgs.NONE, Bytes.EMPTY);
    }

    public ObjectOps listWatchers() {
        return read(OpCode.LIST_WATCHERS, OpArgs.NONE, Bytes.EMPTY);
    }

    /// The object's states and the snapshots that read them; with [PoolIo#at] `SNAPDIR`.
    public ObjectOps listSnaps() {
        return read(OpCode.LIST_SNAPS, OpArgs.NONE, Bytes.EMPTY);
    }

    /// A method of an object class that only reads.
    public ObjectOps ask(String className, String method, Bytes input) {
        call(className, method, input);
        flags |= OsdFlags.READ;
        return this;
    }

    /// A method of an object class that changes the object.
    public ObjectOps tell(String className, String method, Bytes input) {
        call(className, method, input);
        flags |= OsdFlags.WRITE | OsdFlags.READ;
        return this;
    }

    private void call(String className, String method, Bytes input) {
        byte[] name = className.getBytes(StandardCharsets.UTF_8);
        byte[] what = method.getBytes(StandardCharsets.UTF_8);
        ops.add(new OsdOp(
                OpCode.CALL,
                new OpArgs.Call(name.length, what.length, input.length()),
                Bytes.concat(Bytes.wrap(name), Bytes.wrap(what), input)));
        flags |= OsdFlags.EXEC;
    }

    /// Values of keys behind `after`, at most `max`.
    public ObjectOps omapValues(String after, long max) {
        return read(OpCode.OMAPGETVALS, OpArgs.NONE, new WireWriter().string(after).u64(max).string("").toBytes());
    }

    public ObjectOps omapSet(Map<String, Bytes> values) {
        WireWriter out = new WireWriter().map(values, WireWriter::string, WireWriter::bytes);
        return change(OpCode.OMAPSETVALS, OpArgs.NONE, out.toBytes());
    }

    public ObjectOps omapRemove(Collection<String> keys) {
        return change(OpCode.OMAPRMKEYS, OpArgs.NONE, new WireWriter().list(keys, WireWriter::string).toBytes());
    }

    public ObjectOps create(boolean exclusive) {
        ops.add(new OsdOp(OpCode.CREATE, exclusive ? OsdOp.EXCL : 0, OpArgs.NONE, Bytes.EMPTY));
        flags |= OsdFlags.WRITE;
        return this;
    }

    public ObjectOps write(long offset, Bytes data) {
        return change(OpCode.WRITE, new OpArgs.Extent(offset, data.length(), 0, 0), data);
    }

    /// Replaces what is there.
    public ObjectOps writeFull(Bytes data) {
        return change(OpCode.WRITEFULL, new OpArgs.Extent(0, data.length(), 0, 0), data);
    }

    public ObjectOps zero(long offset, long length) {
        return change(OpCode.ZERO, new OpArgs.Extent(offset, length, 0, 0), Bytes.EMPTY);
    }

    public ObjectOps truncate(long size) {
        return change(OpCode.TRUNCATE, new OpArgs.Extent(size, 0, 0, 0), Bytes.EMPTY);
    }

    public ObjectOps delete() {
        return change(OpCode.DELETE, OpArgs.NONE, Bytes.EMPTY);
    }

    /// Changes to a map that is kept in the object's data (`CEPH_OSD_OP_TMAPUP`): images of format 1 are listed in one.
    public ObjectOps tmapUpdate(Bytes changes) {
        return change(OpCode.TMAPUP, OpArgs.NONE, changes);
    }

    ObjectOps watch(long cookie, int what, int generation) {
        return change(OpCode.WATCH, new OpArgs.Watch(cookie, 0, what, generation, 0), Bytes.EMPTY);
    }

    ObjectOps notify(long cookie, int timeoutSeconds, Bytes payload) {
        return read(OpCode.NOTIFY, new OpArgs.Notify(cookie),
                new WireWriter().u32(1).u32(timeoutSeconds).bytes(payload).toBytes());
    }

    ObjectOps acknowledge(long notifyId, long cookie, Bytes answer) {
        return read(OpCode.NOTIFY_ACK, OpArgs.NONE, new WireWriter().u64(notifyId).u64(cookie).bytes(answer).toBytes());
    }

    /// The last operation's failure does not fail the others.
    public ObjectOps mayFail() {
        OsdOp last = ops.removeLast();
        ops.add(new OsdOp(last.code(), last.flags() | OsdOp.FAILOK, last.args(), last.input()));
        return this;
    }
}
