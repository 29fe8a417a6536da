package dev.inkfish.mon;

import dev.inkfish.command.CommandTable;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.Message;
import java.util.Set;

/// A part of the monitor with state of its own in the replicated store (`PaxosService`).
///
/// A subclass reads its state in [#refresh] and nowhere else. To change it, code in a handler runs inside
/// [MonCore#whenWriteable] (commands whose permission says `w` or `x` are), notes the change in the
/// service's own pending fields, and calls [MonCore#afterCommit] with the answer; the core calls
/// [#encodePending] at the end of the turn.
public abstract class MonService {
    protected final MonCore mon;

    protected MonService(MonCore mon) {
        this.mon = mon;
    }

    /// The namespace of its keys.
    public abstract String name();

    /// The namespaces that [#refresh] reads.
    public Set<String> namespaces() {
        return Set.of(name());
    }

    /// The state of a new cluster.
    public void createInitial(MonTransaction transaction, NewCluster cluster) {}

    /// Reads the committed state: at start, and after each commit that touched the namespace. Pending
    /// changes have been committed with it; forget them. Then tell subscribers ([MonCore#checkSubscriptions]).
    public abstract void refresh(StoreView store);

    /// Whether something is pending that should be proposed now.
    public abstract boolean hasPending();

    /// Writes what is pending, if anything. It stays pending, unchanged, until [#refresh].
    public abstract void encodePending(MonTransaction transaction);

    public void registerCommands(CommandTable table) {}

    /// @return whether the message is this service's
    public boolean handle(MonSession session, Message message, long tid, Utime now) {
        return false;
    }

    /// Every second, roughly; at the leader only.
    public void tick(Utime now) {}

    public void sessionClosed(MonSession session) {}

    /// This monitor follows a leader now, or what it has told its leader may be lost.
    public void follows() {}

    /// This monitor leads now, or does no more: what was pending, and what only a leader knows of daemons, is to be
    /// forgotten. [#refresh] follows.
    public void leaderChanged() {}

    /// Newest and oldest version of what it keeps, for `mon_get_version`.
    public long newestVersion() {
        return 0;
    }

    public long oldestVersion() {
        return 0;
    }
}
