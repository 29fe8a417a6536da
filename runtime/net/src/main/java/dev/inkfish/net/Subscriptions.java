package dev.inkfish.net;

import dev.inkfish.wire.message.MMonSubscribe.Item;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What we want of the monitors' maps (`src/mon/MonSub.h`). `wanted` has not been asked for in this
/// session; `asked` has. A new session asks for everything again, from behind what has arrived.
final class Subscriptions {
    private final NavigableMap<String, Item> wanted = new TreeMap<>();
    private final NavigableMap<String, Item> asked = new TreeMap<>();

    /// @return whether that is something to ask for
    boolean want(String what, long start, boolean once) {
        Item item = new Item(start, once);
        if (item.equals(wanted.get(what)) || !wanted.containsKey(what) && item.equals(asked.get(what))) {
            return false;
        }
        wanted.put(what, item);
        return true;
    }

    /// Versions up to this one have arrived.
    void got(String what, long version) {
        advance(wanted, what, version);
        advance(asked, what, version);
    }

    private static void advance(NavigableMap<String, Item> items, String what, long version) {
        Item item = items.get(what);
        if (item == null || item.start() > version) {
            return;
        }
        if (item.once()) {
            items.remove(what);
        } else {
            items.put(what, new Item(version + 1, false));
        }
    }

    void unwant(String what) {
        wanted.remove(what);
        asked.remove(what);
    }

    /// A new session begins: nothing has been asked for in it.
    void reload() {
        asked.forEach(wanted::putIfAbsent);
        asked.clear();
    }

    /// What is to be asked for now; taken as asked.
    NavigableMap<String, Item> take() {
        NavigableMap<String, Item> ask = new TreeMap<>(wanted);
        asked.putAll(wanted);
        wanted.clear();
        return ask;
    }
}
