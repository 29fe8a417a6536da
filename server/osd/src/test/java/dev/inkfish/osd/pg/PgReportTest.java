package dev.inkfish.osd.pg;

import static dev.inkfish.osd.pg.Scenarios.clients;
import static dev.inkfish.osd.pg.Scenarios.work;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.osd.PgStates;
import org.junit.jupiter.api.Test;

/// What a group says of its state, as a real 16.2.15 says it.
class PgReportTest {
    private final Simulation simulation = new Simulation(7, 3, 3, 1, 1);

    private String state(int osd) {
        return PgStates.text(simulation.nodes.get(osd).table.groups().iterator().next().stateBits());
    }

    private void kill(int osd) {
        simulation.nodes.get(osd).kill();
        simulation.markDown(osd);
        simulation.settle();
    }

    private void boot() {
        simulation.propose(map -> {});
        simulation.settle();
    }

    @Test
    void whereThereAreNoObjectsNoneIsDegraded() {
        boot();
        kill(2);
        assertThat(state(0)).isEqualTo("active+undersized");
        clients(simulation, 2);
        work(simulation, 3);
        simulation.settle();
        assertThat(state(0)).isEqualTo("active+undersized+degraded");
    }

    /// While it does not know what others have it does not say that copies are too few.
    @Test
    void aGroupThatIsDownIsNothingElse() {
        boot();
        kill(1);
        kill(2);
        kill(0);
        simulation.nodes.get(1).start();
        simulation.settle();
        assertThat(state(1)).isEqualTo("down");
    }

    /// Two die while the third is left to write alone, and one of the two is the first to come back.
    @Test
    void whoCouldKnowMoreIsNamed() {
        boot();
        clients(simulation, 2);
        work(simulation, 3);
        simulation.settle();
        simulation.nodes.get(1).kill();
        simulation.nodes.get(2).kill();
        simulation.markDown(1);
        simulation.markDown(2);
        simulation.settle();
        work(simulation, 3);
        simulation.settle();
        kill(0);
        simulation.nodes.get(1).start();
        simulation.settle();
        Pg pg = simulation.nodes.get(1).table.groups().iterator().next();
        assertThat(state(1)).isEqualTo("down");
        PriorSet prior = pg.state.dependsOn();
        assertThat(prior).isNotNull();
        assertThat(prior.blockedBy()).containsOnlyKeys(0);
        assertThat(prior.down()).containsExactly(0, 2);
    }
}
