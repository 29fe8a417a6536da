package dev.inkfish.mon;

import dev.inkfish.wire.message.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What sessions here have asked for and is not done: kept so that it can be handed to the next leader when the one
/// that had it is gone. What was done twice then is what Ceph's clients do twice, too: requests say what shall be so.
final class Requests {
    private static final int MAX = 20_000;

    /// @param id rising
    record Request(long id, MonSession session, Message message, long tid) {}

    private final Map<Long, Request> open = new LinkedHashMap<>();
    private long lastId;

    /// @return null if there are too many
    @Nullable Request add(MonSession session, Message message, long tid) {
        if (open.size() >= MAX) {
            return null;
        }
        Request request = new Request(++lastId, session, message, tid);
        open.put(request.id, request);
        return request;
    }

    void done(long id) {
        open.remove(id);
    }

    /// The session got an answer: it must not be asked for again, even if the leader cannot say any more that it is done.
    void answered(MonSession session, long tid) {
        if (tid != 0) {
            open.values().removeIf(request -> request.session == session && request.tid == tid);
        }
    }

    void forget(MonSession session) {
        open.values().removeIf(request -> request.session == session);
    }

    /// In the order in which they came.
    List<Request> all() {
        return new ArrayList<>(open.values());
    }
}
