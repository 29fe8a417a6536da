package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A member has the log of changes of which only another one had the data, and that one is gone for good.
class LostObjectsTest {
    private static final int SEEDS = 40;

    private static Pg group(Simulation.Node node) {
        return node.table.groups().iterator().next();
    }

    @ParameterizedTest
    @EnumSource(LostObjects.Mode.class)
    void whatIsLostIsGivenUp(LostObjects.Mode mode) {
        int lost = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            lost += run(seed, mode);
        }
        assertThat(lost).isGreaterThan(SEEDS / 2);
    }

    private static int run(long seed, LostObjects.Mode mode) {
        Simulation simulation = new Simulation(seed, 2, 2, 1, 1);
        Simulation.Node first = simulation.nodes.get(0);
        Simulation.Node second = simulation.nodes.get(1);
        simulation.propose(map -> {});
        simulation.settle();
        for (int i = 0; i < 4; i++) {
            new FakeClient(simulation, i);
        }
        simulation.clients.subList(0, 3).forEach(client -> client.work(4));
        simulation.settle();
        second.kill();
        simulation.markDown(1);
        simulation.settle();
        // so few that the log tells all: up to three objects change, one is new
        simulation.clients.subList(0, 4).forEach(client -> client.work(1));
        simulation.settle();
        second.start();
        while (!lacksData(second)) {
            if (!simulation.step()) {
                return 0; // nothing was written meanwhile
            }
        }
        first.kill();
        simulation.markDown(0);
        simulation.settle();

        Pg pg = group(second);
        List<LostObjects.Unfound> unfound = new ArrayList<>(pg.lost().unfound());
        if (!pg.isActive() || unfound.isEmpty()) {
            return 0; // what it had was not durable, or all had arrived
        }
        assertThat(pg.lost().mightHave().values()).containsExactly("osd is down");
        assertThatThrownBy(() -> pg.lost().giveUp(mode)).isInstanceOf(CephException.class)
                .hasMessageContaining("probed all sources");
        simulation.propose(map -> map.lost().put(0, map.epoch()));
        simulation.settle();
        assertThat(pg.lost().giveUp(mode)).startsWith("pg has " + unfound.size() + " objects unfound");
        simulation.settle();

        assertThat(pg.lost().unfound()).isEmpty();
        assertThat(pg.data.missing.isEmpty()).isTrue();
        CollectionId collection = CollectionId.of(pg.pgid());
        for (LostObjects.Unfound each : unfound) {
            GhObject name = GhObject.of(each.object());
            boolean there = mode == LostObjects.Mode.REVERT && !each.have().isZero();
            assertThat(second.store.exists(collection, name)).as("seed " + seed + " " + each).isEqualTo(there);
            if (there) {
                Eversion version = pg.replica.version(name);
                assertThat(version).isGreaterThan(each.need()).isEqualTo(pg.data.log.newest(each.object()).version());
            }
        }
        first.start();
        simulation.settle();
        Invariants.assertClean(simulation);
        return unfound.size();
    }

    /// It knows that the interval is active: whoever comes after it must count with it alone.
    private static boolean lacksData(Simulation.Node node) {
        return node.table.groups().stream().anyMatch(pg -> pg.state instanceof PgState.ReplicaActive
                && !pg.data.missing.isEmpty()
                && pg.data.history.lastEpochStarted() >= pg.data.history.sameIntervalSince());
    }
}
