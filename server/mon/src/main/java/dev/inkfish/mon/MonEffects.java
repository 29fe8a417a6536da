package dev.inkfish.mon;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.wire.message.Message;
import java.util.function.Supplier;

/// What the core asks of its surroundings.
public interface MonEffects {
    /// Have the quorum agree on it; it comes back through [MonCore#committed], unless the leadership is lost meanwhile.
    /// At most one is under way.
    void propose(MonTransaction transaction);

    /// To another monitor, by name; lost if it cannot be reached.
    default void toMonitor(String monitor, PeerMessage message) {}

    /// Vote for no other leader until then, by the steady clock.
    ///
    /// @return false where this monitor has taken part in an election newer than `epoch`
    default boolean promise(long epoch, long until) {
        return true;
    }

    /// Take part in elections, or do not; who leads and is to take no part ceases to lead if there are others.
    default void takePart(boolean whether) {}

    /// @param tid the request's, where it is an answer; otherwise 0
    void send(MonSession session, Message message, long tid);

    /// A session of msgr1 has been authenticated by messages.
    void identify(MonSession session, Identity identity);

    void close(MonSession session);

    /// Has the store give back the room of what is no more; returns when that is done.
    ///
    /// @return how many nanoseconds it took
    long compact();

    /// A clock that only runs on, to tell how long the core itself took.
    default long nanos() {
        return 0;
    }

    /// Adds what the surroundings have counted.
    default void counters(PerfGroups all) {}

    /// Random bytes, for keys.
    byte[] random(int count);

    /// For the daemon's own log.
    void log(Level level, String text);

    /// A line for the daemon's own log that is made only where somebody wants to see it (`debug_mon` 10).
    default void debug(Supplier<String> text) {}

    /// A line of the cluster's log that was agreed on, for the files that the configuration names.
    ///
    /// @param priority 0 for debug to 4 for errors
    default void clusterLog(String channel, int priority, String line) {}

    /// A bug showed in something that changes nothing; the monitor goes on.
    void failed(String what, RuntimeException bug);

    /// How grave a log line is.
    enum Level { DEBUG, INFO, WARN, ERROR }
}
