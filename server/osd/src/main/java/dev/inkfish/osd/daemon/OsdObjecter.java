package dev.inkfish.osd.daemon;

import dev.inkfish.command.stats.ObjecterDump;
import dev.inkfish.osd.ops.CopySource;
import dev.inkfish.osd.pg.MapView;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.osd.ObjectCopyData;
import dev.inkfish.wire.osd.ObjectLocator;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.SnapContext;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The client within an OSD (`Objecter`): fetches copies' sources for the groups of one shard. On its thread.
///
/// A read goes to the primary of its object's group; again when that primary, or the life of the daemon that
/// it is, changes in the map, and when no answer comes for long. Reads are idempotent: the first answer from where
/// the read was sent to last counts.
final class OsdObjecter implements CopySource {
    private static final long RETRY_MILLIS = 15_000;

    private final OsdDaemon daemon;
    private final OsdShard shard;
    private final OwnSession session;
    private final int number;
    private final TreeMap<Long, Read> reads = new TreeMap<>();
    private long last;

    private record Target(PgId pgid, int pgNum, int osd, int upFrom) {}

    OsdObjecter(OsdDaemon daemon, OsdShard shard, int number) {
        this.daemon = daemon;
        this.shard = shard;
        this.number = number;
        this.session = new OwnSession(daemon, shard);
    }

    /// The shard whose read has this number.
    static int shardOf(long tid, int shards) {
        return (int) Long.remainderUnsigned(tid, shards);
    }

    @Override
    public Pending copyGet(
            Source source, long assertVersion, ObjectCopyData.Cursor cursor, long max, Consumer<Part> answer) {
        List<OsdOp> ops = new ArrayList<>();
        if (assertVersion != 0) {
            ops.add(new OsdOp(OpCode.ASSERT_VER, new OpArgs.AssertVersion(assertVersion), Bytes.EMPTY));
        }
        WireWriter input = new WireWriter();
        cursor.encode(input);
        input.u64(max);
        ops.add(new OsdOp(OpCode.COPY_GET, source.fadvise(), new OpArgs.CopyGet(max), input.toBytes()));
        long tid = ++last * daemon.shards().size() + number;
        Read read = new Read(tid, source, ops, answer);
        reads.put(tid, read);
        shard.post(read::send); // the caller is not called back before this returns
        return read;
    }

    /// The shard's map is another one.
    void onMap() {
        List.copyOf(reads.values()).forEach(Read::aim);
    }

    /// @param osd who answers
    void onReply(int osd, MOSDOpReply reply, long tid) {
        Read read = reads.get(tid);
        if (read != null && read.sentTo != null && read.sentTo.osd == osd) {
            read.finish(part(reply));
        }
    }

    /// What has not been answered yet.
    List<ObjecterDump.Op> requests() {
        return reads.values().stream().map(Read::describe).toList();
    }

    private static Part part(MOSDOpReply reply) {
        if (reply.result() < 0) {
            return new Part(reply.result(), 0, null);
        }
        try {
            Bytes output = reply.ops().isEmpty() ? Bytes.EMPTY : reply.ops().getLast().output();
            return new Part(0, reply.userVersion(), ObjectCopyData.decode(output.reader()));
        } catch (DecodeException e) {
            return new Part(Errno.EIO.code(), 0, null);
        }
    }

    private final class Read implements Pending {
        private final long tid;
        private final Source source;
        private final List<OsdOp> ops;
        private final Consumer<Part> answer;
        private @Nullable Target sentTo;
        private PgHost.@Nullable Timer timer;
        private int attempts;
        private long sentNanos;

        Read(long tid, Source source, List<OsdOp> ops, Consumer<Part> answer) {
            this.tid = tid;
            this.source = source;
            this.ops = ops;
            this.answer = answer;
        }

        @Override
        public void cancel() {
            reads.remove(tid);
            if (timer != null) {
                timer.cancel();
            }
        }

        void finish(Part part) {
            cancel();
            answer.accept(part);
        }

        ObjecterDump.Op describe() {
            PgPool pool = pool();
            ObjectLocator place = source.locator();
            PgId pgid = new PgId(place.pool(), pool == null ? 0 : object(pool).hash());
            int osd = sentTo == null ? -1 : sentTo.osd;
            return new ObjecterDump.Op(tid, new ObjecterDump.Target(pgid, osd, source.oid(), place, false), sentNanos,
                    attempts, source.snap(), SnapContext.NONE, Utime.ZERO, ops);
        }

        private HObject object(PgPool pool) {
            ObjectLocator place = source.locator();
            String key = place.key().equals(source.oid()) ? "" : place.key();
            int hash = place.hash() >= 0
                    ? (int) place.hash()
                    : pool.hashKey(key.isEmpty() ? source.oid() : key, place.nspace());
            return new HObject(source.oid(), key, source.snap(), hash, false, place.nspace(), place.pool());
        }

        private @Nullable PgPool pool() {
            return shard.table().map().osdMap().pool(source.locator().pool());
        }

        private Target target(HObject object, PgPool pool) {
            MapView map = shard.table().map();
            PgId pgid = pool.rawPgToPg(new PgId(object.pool(), object.hash()));
            int osd = map.map(pgid).actingPrimary();
            return new Target(pgid, pool.pgNum(), osd, osd >= 0 ? map.upFrom(osd) : 0);
        }

        /// Sends again if the read belongs elsewhere by now.
        void aim() {
            PgPool pool = pool();
            if (pool == null || !target(object(pool), pool).equals(sentTo)) {
                send();
            }
        }

        void send() {
            if (reads.get(tid) != this) {
                return; // cancelled
            }
            PgPool pool = pool();
            if (pool == null) {
                finish(new Part(Errno.ENOENT.code(), 0, null)); // whoever asked for the copy had no newer map
                return;
            }
            HObject object = object(pool);
            Target target = target(object, pool);
            sentTo = target;
            sentNanos = System.nanoTime();
            int epoch = shard.table().map().epoch();
            MOSDOp op = new MOSDOp(SpgId.of(target.pgid), false, object, epoch, OsdFlags.READ, null, 0, Utime.ZERO, ops,
                    SnapContext.NONE, attempts++, 0);
            if (target.osd == daemon.whoami()) {
                OsdShard owner = daemon.shardOf(target.pgid);
                owner.post(() -> owner.handleOp(session, op, tid));
            } else if (target.osd >= 0) {
                daemon.peers().send(target.osd, shard.table().map().osdMap(), op, tid);
            }
            if (timer != null) {
                timer.cancel();
            }
            timer = shard.schedule(RETRY_MILLIS, this::send);
        }
    }
}
