package dev.inkfish.mon.mgr;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandResult;
import dev.inkfish.mon.CommandDispatch;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.message.MMgrCommand;
import dev.inkfish.wire.message.MMgrCommandReply;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.Message;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Passes commands of the manager on, for clients that sent them to a monitor. They travel on the session
/// that the manager has with us; what the client may do was looked at before.
final class CommandProxy implements CommandDispatch.ManagerProxy {
    private static final int MAX_UNDER_WAY = 1000;

    /// Sends to the active manager.
    @FunctionalInterface
    interface Link {
        boolean send(Message message, long tid);
    }

    private final Link link;
    private final NavigableMap<Long, CommandDispatch.Reply> underWay = new TreeMap<>();
    private long lastTid;

    CommandProxy(Link link) {
        this.link = link;
    }

    @Override
    public void forward(Command command, MMonCommand message, CommandDispatch.Reply reply) {
        long tid = ++lastTid;
        boolean sent = underWay.size() < MAX_UNDER_WAY
                && link.send(new MMgrCommand(message.fsid(), message.cmd(), message.data()), tid);
        if (sent) {
            underWay.put(tid, reply);
        } else {
            reply.reply(CommandResult.error(Errno.EAGAIN, "no active mgr"));
        }
    }

    void answered(long tid, MMgrCommandReply answer) {
        CommandDispatch.Reply reply = underWay.remove(tid);
        if (reply != null) {
            reply.reply(new CommandResult.Done(answer.result(), answer.status(), answer.data()));
        }
    }

    /// The next leader passes them on anew.
    void forget() {
        underWay.clear();
    }

    /// The session is gone, and answers with it.
    void lost() {
        NavigableMap<Long, CommandDispatch.Reply> unanswered = new TreeMap<>(underWay);
        underWay.clear();
        unanswered.values().forEach(reply -> reply.reply(CommandResult.error(Errno.EAGAIN, "the mgr is gone")));
    }
}
