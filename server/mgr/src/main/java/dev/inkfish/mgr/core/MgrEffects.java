package dev.inkfish.mgr.core;

import dev.inkfish.command.CommandResult;
import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.wire.message.Message;
import java.util.function.Consumer;

/// What the core asks of its surroundings.
public interface MgrEffects {
    /// To the monitor of the session; lost when there is none.
    ///
    /// @param tid the request's, where it is an answer; otherwise 0
    void toMonitor(Message message, long tid);

    /// @param tid the request's, where it is an answer; otherwise 0
    void send(MgrSession session, Message message, long tid);

    /// To an OSD, on a connection that is kept.
    void toOsd(int osd, Message message);

    /// Gives the monitors a command, as JSON; the answer comes on the core's thread.
    void askMonitors(String command, Consumer<CommandResult.Done> answer);

    /// A clock that only runs on, to tell how long the core itself took.
    long nanos();

    /// Adds what the surroundings have counted.
    default void counters(PerfGroups all) {}

    /// For the daemon's own log.
    void log(String text);
}
