package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.osd.PgStates;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A member's disk is full while it lacks objects: the group recovers what clients wait for, and nothing else, until there
/// is room.
class RecoveryTooFullTest {
    private static final int CLIENTS = 6;
    private static final int SEEDS = 20;

    private static Pg group(Simulation.Node node) {
        return node.table.groups().iterator().next();
    }

    private static boolean says(Pg pg, PgStates state) {
        return (pg.stateBits() & state.bit()) != 0;
    }

    @Test
    void recoversOnlyWhatClientsWaitFor() {
        Set<Boolean> wanted = new HashSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            wanted.add(run(seed));
        }
        assertThat(wanted).contains(true);
    }

    /// @return whether a client's change had one of the missing objects recovered; its reads do not
    private static boolean run(long seed) {
        Simulation simulation = new Simulation(seed, 2, 2, 1, 1);
        simulation.propose(map -> {});
        simulation.settle();
        for (int i = 0; i < CLIENTS; i++) {
            new FakeClient(simulation, i);
        }
        simulation.clients.forEach(client -> client.work(4));
        simulation.settle();
        Pg pg = group(simulation.nodes.getFirst());
        Simulation.Node other = simulation.nodes.get(1);
        other.kill();
        simulation.markDown(1);
        simulation.settle();
        simulation.clients.forEach(client -> client.work(1)); // so few that the log tells all
        simulation.propose(map -> map.full().add(1));
        simulation.settle();
        other.start();
        simulation.settle();

        MissingSet missing = pg.peerMissing.values().iterator().next();
        int lacks = missing.size();
        if (lacks == 0) {
            return false; // nothing was changed meanwhile
        }
        assertThat(says(pg, PgStates.RECOVERY_TOOFULL)).isTrue();
        assertThat(says(pg, PgStates.RECOVERING)).isFalse();
        assertThat(says(pg, PgStates.DEGRADED)).isTrue();

        FakeClient client = simulation.clients.getFirst();
        boolean wants = missing.contains(simulation.object(client.name));
        client.work(4);
        simulation.settle();
        assertThat(client.isIdle()).isTrue();
        boolean recovered = wants && !missing.contains(simulation.object(client.name));
        assertThat(missing.size()).isEqualTo(recovered ? lacks - 1 : lacks);
        assertThat(says(pg, PgStates.RECOVERY_TOOFULL)).isEqualTo(!missing.isEmpty());

        simulation.propose(map -> map.full().clear());
        simulation.settle();
        assertThat(says(pg, PgStates.CLEAN)).isTrue();
        Invariants.assertClean(simulation);
        return recovered;
    }
}
