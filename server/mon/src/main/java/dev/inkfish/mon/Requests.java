package dev.inkfish.mon;

import dev.inkfish.command.Stamp;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MLog;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What sessions here have asked for and is not done: kept so that it can be handed to the next leader when the one
/// that had it is gone. What was done twice then is what Ceph's clients do twice, too: requests say what shall be so.
///
/// The last that were done are remembered, for operators.
public final class Requests {
    private static final int MAX = 20_000;
    private static final int MAX_DONE = 1000;

    /// @param id rising
    record Request(long id, MonSession session, Message message, long tid, Utime arrived) {}

    /// One that is over, without what it held.
    public record Past(String text, Utime arrived, Utime ended) {
        public double seconds() {
            return secondsBetween(arrived, ended);
        }
    }

    private final Map<Long, Request> open = new LinkedHashMap<>();
    private final Deque<Past> past = new ArrayDeque<>();
    private long lastId;

    /// @return null if there are too many
    @Nullable Request add(MonSession session, Message message, long tid, Utime now) {
        if (open.size() >= MAX) {
            return null;
        }
        Request request = new Request(++lastId, session, message, tid, now);
        open.put(request.id, request);
        return request;
    }

    void done(long id, Utime now) {
        Request request = open.remove(id);
        if (request != null) {
            remember(request, now);
        }
    }

    private void remember(Request request, Utime now) {
        past.addLast(new Past(text(request.message), request.arrived, now));
        if (past.size() > MAX_DONE) {
            past.removeFirst();
        }
    }

    /// The session got an answer: it must not be asked for again, even if the leader cannot say any more that it is done.
    void answered(MonSession session, long tid, Utime now) {
        if (tid != 0) {
            open.values().removeIf(request -> {
                boolean answers = request.session == session && request.tid == tid;
                if (answers) {
                    remember(request, now);
                }
                return answers;
            });
        }
    }

    void forget(MonSession session) {
        open.values().removeIf(request -> request.session == session);
    }

    /// In the order in which they came.
    List<Request> all() {
        return new ArrayList<>(open.values());
    }

    /// What is open, as if it ended now.
    public List<Past> open(Utime now) {
        return open.values().stream().map(each -> new Past(text(each.message), each.arrived, now)).toList();
    }

    /// Those that ended, oldest first.
    public List<Past> past() {
        return List.copyOf(past);
    }

    static double secondsBetween(Utime from, Utime to) {
        return to.seconds() - from.seconds() + (to.nanos() - from.nanos()) / 1e9;
    }

    /// A message as lists of requests show it.
    static String text(Message message) {
        return switch (message) {
            case MMonCommand command -> "mon_command(" + String.join("", command.cmd()) + " v 0)";
            case MLog log -> "log(" + log.entries().size() + " entries"
                    + (log.entries().isEmpty() ? "" : " from seq " + log.entries().getFirst().seq() + " at "
                            + Stamp.text(log.entries().getFirst().stamp())) + ")";
            default -> message.getClass().getSimpleName();
        };
    }
}
