package dev.inkfish.mon;

import dev.inkfish.command.CommandResult;
import dev.inkfish.mon.CommandDispatch.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The changes that clients asked this leader for last, and what they were answered. A client that does not hear asks
/// again, here or by way of another monitor, and its first request may still be under way: done a second time, it would
/// undo what the client did after its answer.
final class RecentCommands {
    private static final int MOST = 10_000;

    /// A client counts its requests across its sessions.
    private record Key(long client, long tid) {}

    private static final class Entry {
        private final List<String> words;
        private final List<Reply> waiting = new ArrayList<>();
        private CommandResult.@Nullable Done answer;

        private Entry(List<String> words) {
            this.words = words;
        }
    }

    private final Map<Key, Entry> entries = new LinkedHashMap<>();

    /// @return what to answer to once the change is made; null where it was made before, or is being made
    @Nullable Reply begin(long client, long tid, List<String> words, Reply reply) {
        if (client == 0 || tid == 0) {
            return reply;
        }
        Key key = new Key(client, tid);
        Entry known = entries.get(key);
        if (known == null || !known.words.equals(words)) {
            Entry entry = new Entry(List.copyOf(words));
            entry.waiting.add(reply);
            entries.put(key, entry);
            if (entries.size() > MOST) {
                entries.remove(entries.keySet().iterator().next());
            }
            return answer -> {
                entry.answer = answer;
                List<Reply> replies = List.copyOf(entry.waiting);
                entry.waiting.clear();
                replies.forEach(each -> each.reply(answer));
            };
        }
        if (known.answer != null) {
            reply.reply(known.answer);
        } else {
            known.waiting.add(reply);
        }
        return null;
    }

    /// What was under way is abandoned.
    void clear() {
        entries.clear();
    }
}
