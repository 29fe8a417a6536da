package dev.inkfish.objclass.journal;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.journal.JournalClient.Position;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A journal's tags, numbered in the order they were made.
///
/// The oldest tag that a client still reads is the least of its committed positions. Of each series the newest
/// tag up to there is in use; those before it are expired.
final class TagMethods {
    private static final long NO_TAG = -1L;

    private TagMethods() {}

    static void register(ObjectClass journal) {
        journal.read("get_next_tag_tid", (context, input) ->
                        new Header(context).get(Header.NEXT_TAG, in -> in.raw(Long.BYTES)))
                .read("get_tag", (context, input) -> {
                    long id = Codec.input(input, WireReader::u64);
                    return Codec.encode(new Header(context).get(Header.tagKey(id), JournalTag::decode)::encode);
                })
                .readWrite("tag_create", TagMethods::create)
                .read("tag_list", TagMethods::list);
    }

    private static Bytes create(ClassContext context, Bytes input) {
        record Request(long id, long series, Bytes data) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.u64(), in.bytes()));
        Header header = new Header(context);
        if (header.has(Header.tagKey(request.id))) {
            throw fail(Errno.EEXIST, "the tag exists");
        }
        if (request.id != header.get(Header.NEXT_TAG, WireReader::u64)) {
            throw fail(Errno.ESTALE, "not the next tag");
        }
        long nextSeries = header.get(Header.NEXT_SERIES, WireReader::u64);
        long series = request.series;
        if (series == JournalTag.NEW_SERIES) {
            series = nextSeries;
            header.putU64(Header.NEXT_SERIES, series + 1);
        } else if (Long.compareUnsigned(series, nextSeries) >= 0) {
            throw fail(Errno.EINVAL, "no such series");
        }
        expire(header);
        header.putU64(Header.NEXT_TAG, request.id + 1);
        header.put(Header.tagKey(request.id), new JournalTag(request.id, series, request.data)::encode);
        return Bytes.EMPTY;
    }

    /// Removes the tags that no connected client needs; none while a client has read nothing yet.
    static void expire(Header header) {
        long[] least = {NO_TAG};
        boolean[] unread = {false};
        header.forEachClient(null, client -> {
            if (client.state() != JournalClient.DISCONNECTED) {
                unread[0] |= client.committed().list().isEmpty();
                least[0] = leastTag(client, least[0]);
            }
            return !unread[0];
        });
        if (unread[0] || least[0] == NO_TAG) {
            return;
        }
        TreeMap<Long, Long> inUse = inUse(header, least[0]);
        List<Long> expired = new ArrayList<>();
        header.forEachTag(tag -> {
            Long first = inUse.get(tag.series());
            if (first != null && Long.compareUnsigned(tag.id(), first) < 0) {
                expired.add(tag.id());
            }
            return Long.compareUnsigned(tag.id(), least[0]) < 0;
        });
        expired.forEach(id -> header.remove(Header.tagKey(id)));
    }

    private static long leastTag(JournalClient client, long otherwise) {
        long least = otherwise;
        for (Position position : client.committed().list()) {
            if (Long.compareUnsigned(position.tag(), least) < 0) {
                least = position.tag();
            }
        }
        return least;
    }

    /// Of each series the newest tag up to, and with, the first that is not before `least`.
    private static TreeMap<Long, Long> inUse(Header header, long least) {
        TreeMap<Long, Long> newest = new TreeMap<>();
        header.forEachTag(tag -> {
            newest.put(tag.series(), tag.id());
            return Long.compareUnsigned(tag.id(), least) < 0;
        });
        return newest;
    }

    private record ListRequest(long startAfter, long max, String client, @Nullable Long series) {
        static ListRequest decode(WireReader in) {
            return new ListRequest(in.u64(), in.u64(), in.string(), in.bool() ? Long.valueOf(in.u64()) : null);
        }

        boolean wants(JournalTag tag) {
            return series == null || series == tag.series();
        }
    }

    /// The tags that a client needs.
    private static Bytes list(ClassContext context, Bytes input) {
        ListRequest request = Codec.input(input, ListRequest::decode);
        Header header = new Header(context);
        long least = leastTag(header.client(request.client), NO_TAG);
        TreeMap<Long, Long> inUse = least == NO_TAG ? new TreeMap<>() : inUse(header, least);
        List<JournalTag> tags = new ArrayList<>();
        header.forEachTag(tag -> {
            if (request.startAfter != 0 && Long.compareUnsigned(tag.id(), request.startAfter) <= 0) {
                return true;
            }
            if (Long.compareUnsigned(tag.id(), inUse.getOrDefault(tag.series(), 0L)) >= 0 && request.wants(tag)) {
                tags.add(tag);
            }
            return Long.compareUnsigned(tags.size(), request.max) < 0;
        });
        return Codec.encode(out -> out.list(tags, (w, tag) -> tag.encode(w)));
    }
}
