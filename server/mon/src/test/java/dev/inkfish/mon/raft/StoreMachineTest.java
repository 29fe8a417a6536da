package dev.inkfish.mon.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.Tally;
import dev.inkfish.mon.store.MemoryMonStore;
import dev.inkfish.mon.store.MonStore;
import dev.inkfish.mon.store.MonTransaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Each proposal that the monitor waits for ends in exactly one word to it.
class StoreMachineTest {
    private final MemoryMonStore store = new MemoryMonStore();
    private final List<String> told = new ArrayList<>();
    private final Tally tally = new Tally();
    /// What the store's disk says; null while it is well.
    private @Nullable UncheckedIOException broken;
    private final StoreMachine machine = new StoreMachine(new Recorder(), "a/1");

    private final class Recorder implements Member {
        @Override
        public boolean run(Runnable task) {
            task.run();
            return true;
        }

        @Override
        public MonStore store() {
            if (broken != null) {
                throw broken;
            }
            return store;
        }

        @Override
        public Tally tally() {
            return tally;
        }

        @Override
        public void leads(long term, Collection<String> voters) {}

        @Override
        public void leadsNoMore() {}

        @Override
        public void voters(Collection<String> voters) {}

        @Override
        public void committed(MonTransaction transaction) {
            told.add("committed");
        }

        @Override
        public void learned(MonTransaction transaction) {
            told.add("learned");
        }

        @Override
        public void passedOver() {
            told.add("passed over");
        }

        @Override
        public void givenUp(MonTransaction transaction) {
            told.add("given up");
        }

        @Override
        public void restored() {}
    }

    private static MonTransaction change(long value) {
        return new MonTransaction().putNumber("test", "k", value);
    }

    /// Ratis would note that there is no snapshot, and go on.
    @Test
    void aStoreThatCannotBeSyncedEndsTheMonitor() {
        machine.notifyTermIndexUpdated(1, 5);
        broken = new UncheckedIOException(new IOException("No space left on device"));
        assertThatThrownBy(machine::takeSnapshot).isSameAs(broken);
    }

    @Test
    void aProposalMadeFromAnotherVersionIsReportedAndNotWaitedForAnyMore() {
        Proposal ours = machine.proposal(change(1));
        machine.apply(1, new Proposal("b/1", 1, 0, change(2)));
        machine.apply(2, ours);
        assertThat(told).containsExactly("learned", "passed over");
        assertThat(machine.awaits(ours)).isFalse();
        assertThat(store.number("test", "k")).isEqualTo(2);
        assertThat(store.number(MonCore.META, MonCore.VERSION_KEY)).isEqualTo(1);
        machine.apply(3, machine.proposal(change(3)));
        assertThat(told).last().isEqualTo("committed");
    }

    @Test
    void whatIsAgreedOnThoughAnotherProposalFollowedIsNotAnotherLeaders() {
        Proposal first = machine.proposal(change(1));
        Proposal second = machine.proposal(change(2));
        machine.apply(1, first);
        machine.apply(2, second);
        assertThat(told).containsExactly("given up", "passed over");
        // the repetition of one that is there says nothing
        machine.apply(3, second);
        assertThat(told).hasSize(2);
    }

    @Test
    void anEntryMadeFromAVersionThatThisStoreNeverHadIsNotPassedOver() {
        Proposal later = new Proposal("b/1", 1, 7, change(2));
        assertThatThrownBy(() -> machine.apply(1, later)).hasMessageContaining("from version 7, this store has only version 0");
    }
}
