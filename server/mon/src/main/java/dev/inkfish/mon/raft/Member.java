package dev.inkfish.mon.raft;

import dev.inkfish.mon.Tally;
import dev.inkfish.mon.store.MonStore;
import dev.inkfish.mon.store.MonTransaction;
import java.util.Collection;

/// The monitor that the log serves.
public interface Member {
    /// Runs on the monitor's thread, in the order of the calls; waits where too much waits already.
    ///
    /// @return false where the monitor is being stopped, and the task will not run
    boolean run(Runnable task);

    MonStore store();

    // ---- called on the monitor's thread

    /// This monitor leads, and everything agreed on before is in the store.
    void leads(long term, Collection<String> voters);

    void leadsNoMore();

    void voters(Collection<String> voters);

    /// What this monitor proposed last is agreed on and in the store.
    void committed(MonTransaction transaction);

    /// What another one proposed is agreed on and in the store.
    void learned(MonTransaction transaction);

    /// What this monitor proposed last was made from another version of the store, and has changed nothing.
    void passedOver();

    /// What this monitor proposed once, and does not wait for any more, is agreed on and in the store all the same.
    void givenUp(MonTransaction transaction);

    /// The store is another monitor's now.
    void restored();

    // ---- called on any thread

    /// Where the log counts what it does.
    Tally tally();
}
