package dev.inkfish.objclass.journal;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ClassContext.OmapPage;
import dev.inkfish.objclass.Codec;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The omap of a journal's header object (`journal.ID`). What cannot be decoded is EINVAL here.
final class Header {
    static final String ORDER = "order";
    static final String SPLAY_WIDTH = "splay_width";
    static final String POOL_ID = "pool_id";
    static final String MINIMUM_SET = "minimum_set";
    static final String ACTIVE_SET = "active_set";
    static final String NEXT_TAG = "next_tag_tid";
    static final String NEXT_SERIES = "next_tag_class";

    private static final String CLIENT = "client_";
    private static final String TAG = "tag_";
    private static final int PAGE = 64;

    private final ClassContext context;

    Header(ClassContext context) {
        this.context = context;
    }

    static String clientKey(String id) {
        return CLIENT + id;
    }

    static String tagKey(long id) {
        return TAG + String.format("%016x", id);
    }

    boolean has(String key) {
        return context.exists() && context.omapGet(key) != null;
    }

    /// ENOENT where the key is missing.
    <T> T get(String key, Function<WireReader, T> decoder) {
        Bytes value = context.exists() ? context.omapGet(key) : null;
        if (value == null) {
            throw fail(Errno.ENOENT, "no " + key);
        }
        return Codec.input(value, decoder);
    }

    void put(String key, Consumer<WireWriter> encoder) {
        TreeMap<String, Bytes> entry = new TreeMap<>();
        entry.put(key, Codec.encode(encoder));
        context.omapSet(entry);
    }

    void putU64(String key, long value) {
        put(key, out -> out.u64(value));
    }

    void remove(String key) {
        context.omapRemove(key);
    }

    JournalClient client(String id) {
        return get(clientKey(id), JournalClient::decode);
    }

    void put(JournalClient client) {
        put(clientKey(client.id()), client::encode);
    }

    /// Visits the clients behind `startAfter` (all, if null) by id until the visitor says stop.
    void forEachClient(@Nullable String startAfter, Predicate<JournalClient> visitor) {
        scan(startAfter == null ? "" : clientKey(startAfter), CLIENT, JournalClient::decode, visitor);
    }

    /// Visits the tags by id until the visitor says stop.
    void forEachTag(Predicate<JournalTag> visitor) {
        scan(TAG, TAG, JournalTag::decode, visitor);
    }

    private <T> void scan(String from, String prefix, Function<WireReader, T> decoder, Predicate<T> visitor) {
        String last = from;
        OmapPage page;
        do {
            page = context.omapList(last, prefix, PAGE);
            for (var entry : page.entries().entrySet()) {
                if (!visitor.test(Codec.stored(entry.getValue(), decoder))) {
                    return;
                }
                last = entry.getKey();
            }
        } while (page.more() && !page.entries().isEmpty());
    }
}
