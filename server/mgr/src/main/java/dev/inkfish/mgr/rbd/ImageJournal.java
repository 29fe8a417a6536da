package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The journal of an image that the manager changes under its lock: what it does is an event there, under a tag of its own,
/// so that mirrors do the same (`librbd::Journal`).
final class ImageJournal {
    private static final int PIECE = 1 << 18;
    private static final int TAGS = 64;
    private static final int NOTIFY_SECONDS = 5;
    /// The image's own client of its journal.
    private static final String CLIENT = "";

    /// The last entry read of one of the objects that are written in turn (`cls::journal::ObjectPosition`).
    private record Position(long object, long tag, long entry) {
        static Position decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Position(body.u64(), body.u64(), body.u64()));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.u64(object).u64(tag).u64(entry));
        }
    }

    private record Tag(long id, Bytes data) {}

    private final PoolIo io;
    private final String header;
    private final PoolIo data;
    private final String prefix;
    private final int width;
    private final int order;
    private final long tagClass;
    /// Newest first.
    private final List<Position> committed = new ArrayList<>();
    private long activeSet;
    private long tag;
    private long entries;
    private long ops;
    /// Whether entries behind those committed have to be done by a client.
    private boolean hasLeftovers;

    private ImageJournal(Image image) {
        io = image.io();
        header = "journal." + image.id();
        width = ask("get_splay_width").u8();
        order = ask("get_order").u8();
        activeSet = ask("get_active_set").u64();
        long pool = ask("get_pool_id").u64();
        data = pool < 0 ? io : io.client().pool(pool).namespace(io.nspace());
        prefix = "journal_data." + io.pool() + "." + image.id() + ".";
        Bytes client = io.ask(header, "journal", "get_client", new WireWriter().string(CLIENT).toBytes());
        tagClass = client.reader().versioned(1, (body, version) -> {
            body.string();
            Bytes its = body.bytes();
            committed.addAll(body.versioned(1, (positions, any) -> positions.list(Position::decode)));
            return its.reader().versioned(1, (own, any) -> {
                own.u32(); // the image's own client
                return own.u64();
            });
        });
    }

    static ImageJournal of(Image image) {
        return new ImageJournal(image);
    }

    private WireReader ask(String method) {
        return io.ask(header, "journal", method, Bytes.EMPTY).reader();
    }

    /// Whether the image is primary here: the newest tag names who may write, this cluster with an empty name.
    boolean isLocal() {
        String owner = "";
        long after = 0;
        while (true) {
            WireWriter input = new WireWriter().u64(after).u64(TAGS).string("").bool(true).u64(tagClass);
            List<Tag> page = io.ask(header, "journal", "tag_list", input.toBytes()).reader()
                    .list(in -> in.versioned(1, (body, version) -> {
                        long id = body.u64();
                        body.u64();
                        return new Tag(id, body.bytes());
                    }));
            if (!page.isEmpty()) {
                after = page.getLast().id;
                owner = page.getLast().data.reader().string();
            }
            if (page.size() < TAGS) {
                return owner.isEmpty();
            }
        }
    }

    /// Flattens the image: noted before it begins and when it has ended, also where it failed, while the lock is held.
    ///
    /// What a client that went away left in the journal stays to be done by the image's next owner, on a flattened image as well
    /// as on this one; so does then what is noted here.
    void flatten(ImageLock lock, Runnable work) {
        findEnd();
        begin();
        long op = ++ops;
        append(JournalEntry.flatten(op, now()));
        try {
            work.run();
        } catch (CephException e) {
            if (lock.isHeld()) {
                end(op, e.code());
            }
            throw e;
        }
        // else it is in the journal without an end, and the image's next owner finds that it was done
        if (lock.isHeld()) {
            end(op, 0);
        }
    }

    /// Takes the entries behind those committed that may be done again for committed, too.
    private void findEnd() {
        long first = committed.isEmpty() ? 0 : committed.getFirst().object / width;
        List<Position> before = List.copyOf(committed);
        for (long object = first * width; object < (activeSet + 1) * width; object++) {
            scan(object, before.isEmpty() ? null : before.getFirst());
        }
        committed.sort((a, b) -> a.tag != b.tag ? Long.compare(b.tag, a.tag) : Long.compare(b.entry, a.entry));
    }

    private void scan(long object, @Nullable Position before) {
        long at = 0;
        while (true) {
            Reply reply = data.run(prefix + object, ObjectOps.of().read(at, PIECE));
            if (reply.failedWith(Errno.ENOENT)) {
                return;
            }
            long read = JournalEntry.read(reply.orThrow("read " + prefix + object).output(), entry -> {
                if (before == null || entry.isBehind(before.tag, before.entry)) {
                    hasLeftovers |= !entry.isHarmless();
                    at(new Position(object, entry.tag(), entry.number()));
                }
            });
            if (read == 0) {
                return;
            }
            at += read;
        }
    }

    private void begin() {
        WireWriter out = new WireWriter().string("").string("");
        Position last = committed.isEmpty() ? null : committed.getFirst();
        out.bool(last != null).u64(last == null ? 0 : last.tag).u64(last == null ? 0 : last.entry);
        tag = ask("get_next_tag_tid").u64();
        Bytes input = new WireWriter().u64(tag).u64(tagClass).bytes(out.toBytes()).toBytes();
        io.tell(header, "journal", "tag_create", input).orThrow("a tag of " + header);
        tellReaders();
    }

    /// One for each of the objects that are written in turn.
    private void at(Position position) {
        committed.removeIf(other -> other.object % width == position.object % width);
        committed.addFirst(position);
    }

    private void append(Bytes event) {
        long number = entries++;
        Bytes entry = JournalEntry.encode(tag, number, event);
        while (true) {
            long object = activeSet * width + number % width;
            Bytes input = new WireWriter().u64(1L << order).bytes(entry).toBytes();
            Reply reply = data.tell(prefix + object, "journal", "append", input);
            if (!reply.failedWith(Errno.EOVERFLOW)) {
                reply.orThrow("append to " + prefix + object);
                at(new Position(object, tag, number));
                return;
            }
            activeSet++;
            Bytes next = new WireWriter().u64(activeSet).toBytes();
            io.tell(header, "journal", "set_active_set", next).orThrow("the next objects of " + header);
            tellReaders();
        }
    }

    private void end(long op, int result) {
        append(JournalEntry.finished(op, result, now()));
        if (hasLeftovers) {
            return;
        }
        WireWriter out = new WireWriter().string(CLIENT);
        out.versioned(1, 1, () -> out.list(committed, (w, position) -> position.encode(w)));
        io.tell(header, "journal", "client_commit", out.toBytes()).orThrow("commit to " + header);
        tellReaders();
    }

    private void tellReaders() {
        io.client().notify(io, header, Bytes.EMPTY, NOTIFY_SECONDS);
    }

    private static Utime now() {
        return Utime.ofMillis(System.currentTimeMillis());
    }
}
