package dev.inkfish.objclass.user;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ClassContext.OmapPage;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.user.Bucket.Entry;
import dev.inkfish.objclass.user.Bucket.Stats;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Class `user`: a user's buckets under their names, and totals in the omap's header.
public final class UserClass {
    private static final int MOST_ENTRIES = 1000;

    private UserClass() {}

    public static ObjectClass create() {
        return new ObjectClass("user")
                .readWrite("set_buckets_info", UserClass::setBuckets)
                .readWrite("complete_stats_sync", UserClass::completeSync)
                .readWrite("remove_bucket", UserClass::removeBucket)
                .read("list_buckets", UserClass::listBuckets)
                .read("get_header", (context, input) -> {
                    Codec.input(input, in -> in.versioned(1, (body, version) -> Bytes.EMPTY));
                    Header header = load(context);
                    return Codec.encode(out -> out.versioned(1, 1, () -> header.encode(out)));
                })
                .readWrite("reset_user_stats", UserClass::resetStats)
                .readWrite("reset_user_stats2", UserClass::resetStatsByPages);
    }

    private static Header load(ClassContext context) {
        Bytes header = context.omapHeader();
        return header.isEmpty() ? Header.EMPTY : Codec.stored(header, Header::decode);
    }

    private static void store(ClassContext context, Header header) {
        context.omapSetHeader(Codec.encode(header::encode));
    }

    private static @Nullable Entry find(ClassContext context, String name) {
        if (name.isEmpty()) {
            throw fail(Errno.EINVAL, "a bucket has a name");
        }
        Bytes value = context.omapGet(name);
        return value == null ? null : Codec.stored(value, Entry::decode);
    }

    /// Adds buckets, or updates the figures of those that are there.
    private static Bytes setBuckets(ClassContext context, Bytes input) {
        SetBuckets request = Codec.input(input, SetBuckets::decode);
        Header header = load(context);
        Stats total = header.stats;
        for (Entry update : request.entries) {
            String name = update.bucket().name();
            Entry old = find(context, name);
            if (old == null && !request.add) {
                continue; // removed meanwhile
            }
            if (old != null && old.counted() || old == null && update.counted()) {
                total = total.minus((old == null ? update : old).stats());
            }
            Entry entry = merge(old, update, request.add);
            TreeMap<String, Bytes> stored = new TreeMap<>();
            stored.put(name, Codec.encode(entry::encode));
            context.omapSet(stored);
            total = total.plus(entry.stats());
        }
        store(context, new Header(total, header.synced, later(header.updated, request.time)));
        return Bytes.EMPTY;
    }

    private static Entry merge(@Nullable Entry old, Entry update, boolean add) {
        if (old == null) {
            return new Entry(update.bucket(), update.stats(), update.created(), true);
        }
        return add
                ? new Entry(old.bucket().withId(update.bucket().id()), old.stats(), update.created(), true)
                : new Entry(old.bucket(), update.stats(), old.created(), true);
    }

    private static Utime later(Utime one, Utime other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static Bytes completeSync(ClassContext context, Bytes input) {
        Utime time = Codec.input(input, in -> in.versioned(1, (body, version) -> Utime.decode(body)));
        Header header = load(context);
        store(context, new Header(header.stats, later(header.synced, time), header.updated));
        return Bytes.EMPTY;
    }

    private static Bytes removeBucket(ClassContext context, Bytes input) {
        Bucket bucket = Codec.input(input, in -> in.versioned(1, (body, version) -> Bucket.decode(body)));
        Header header = load(context);
        Entry entry = find(context, bucket.name());
        if (entry == null) {
            return Bytes.EMPTY;
        }
        context.omapRemove(bucket.name());
        if (entry.counted()) {
            store(context, new Header(header.stats.minus(entry.stats()), header.synced, header.updated));
        }
        return Bytes.EMPTY;
    }

    private static Bytes listBuckets(ClassContext context, Bytes input) {
        ListBuckets request = Codec.input(input, ListBuckets::decode);
        int max = request.maxEntries < 0 || request.maxEntries > MOST_ENTRIES ? MOST_ENTRIES : request.maxEntries;
        OmapPage page = context.omapList(request.marker, "", max);
        List<Entry> entries = new ArrayList<>();
        String marker = "";
        boolean truncated = page.more();
        for (var stored : page.entries().entrySet()) {
            marker = stored.getKey();
            if (!request.endMarker.isEmpty() && HObject.compareUtf8(request.endMarker, marker) <= 0) {
                truncated = false;
                break;
            }
            entries.add(Codec.stored(stored.getValue(), Entry::decode));
        }
        String next = truncated ? marker : "";
        boolean more = truncated;
        return Codec.encode(new Listed(entries, next, more)::encode);
    }

    /// Adds the totals up anew.
    private static Bytes resetStats(ClassContext context, Bytes input) {
        Utime time = Codec.input(input, in -> in.versioned(1, (body, version) -> Utime.decode(body)));
        Stats total = Stats.NONE;
        OmapPage page;
        String last = "";
        do {
            page = context.omapList(last, "", MOST_ENTRIES);
            total = total.plus(sum(page));
            last = page.entries().isEmpty() ? last : page.entries().lastKey();
        } while (page.more());
        store(context, new Header(total, Utime.ZERO, time));
        return Bytes.EMPTY;
    }

    /// The same for a page of buckets. As Ceph does it, the totals of earlier pages, which the argument brings,
    /// are left out.
    private static Bytes resetStatsByPages(ClassContext context, Bytes input) {
        record Request(Utime time, String marker, Stats earlier) {}
        Request request = Codec.input(input, in -> in.versioned(
                1, (body, version) -> new Request(Utime.decode(body), body.string(), Stats.decode(body))));
        OmapPage page = context.omapList(request.marker, "", MOST_ENTRIES);
        Stats total = sum(page);
        if (!page.more()) {
            store(context, new Header(total, Utime.ZERO, request.time));
        }
        String marker = page.entries().isEmpty() ? "" : page.entries().lastKey();
        return Codec.encode(out -> out.versioned(1, 1, () -> {
            out.string(marker);
            total.encode(out);
            out.bool(page.more());
        }));
    }

    private static Stats sum(OmapPage page) {
        Stats total = Stats.NONE;
        for (Bytes value : page.entries().values()) {
            total = total.plus(Codec.stored(value, Entry::decode).stats());
        }
        return total;
    }

    @CephType("cls_user_set_buckets_op")
    record SetBuckets(List<Entry> entries, boolean add, Utime time) {
        static SetBuckets decode(WireReader in) {
            return in.versioned(
                    1, (body, version) -> new SetBuckets(body.list(Entry::decode), body.bool(), Utime.decode(body)));
        }
    }

    /// 2: where to end.
    @CephType("cls_user_list_buckets_op")
    record ListBuckets(String marker, int maxEntries, String endMarker) {
        static ListBuckets decode(WireReader in) {
            return in.versioned(2, (body, version) ->
                    new ListBuckets(body.string(), body.u32(), version >= 2 ? body.string() : ""));
        }
    }

    @CephType("cls_user_list_buckets_ret")
    record Listed(List<Entry> entries, String marker, boolean truncated) {
        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.list(entries, (w, entry) -> entry.encode(w)).string(marker).bool(truncated));
        }
    }

    /// `cls_user_header`
    ///
    /// @param synced when all buckets' figures were last brought up to date
    @CephType("cls_user_header")
    record Header(Stats stats, Utime synced, Utime updated) {
        static final Header EMPTY = new Header(Stats.NONE, Utime.ZERO, Utime.ZERO);

        static Header decode(WireReader in) {
            return in.versioned(
                    1, (body, version) -> new Header(Stats.decode(body), Utime.decode(body), Utime.decode(body)));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> {
                stats.encode(out);
                synced.encode(out);
                updated.encode(out);
            });
        }
    }
}
