package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgStates;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/// What must hold of a simulation that has come to rest.
final class Invariants {
    private Invariants() {}

    /// Groups serve, though an OSD is gone, but for those of which it alone had the newest of some object.
    ///
    /// @return the requests that made those
    static List<OsdReqId> assertServed(Simulation simulation) {
        List<OsdReqId> lost = new ArrayList<>();
        TreeSet<PgId> held = new TreeSet<>();
        for (int seed = 0; seed < simulation.newest().params().pgNum(); seed++) {
            PgId pgid = new PgId(FakeMap.POOL, seed);
            Pg primary = simulation.nodes.get(simulation.newest().map(pgid).actingPrimary()).table.find(SpgId.of(pgid));
            assertThat(primary).as(() -> "primary of " + pgid + "\n" + simulation.describe()).isNotNull();
            for (LostObjects.Unfound each : primary.lost().unfound()) {
                held.add(pgid);
                lost.add(Objects.requireNonNull(primary.data.log.newest(each.object())).reqid());
            }
            assertThat(primary.servesOps() || held.contains(pgid)).as(() -> pgid + "\n" + simulation.describe()).isTrue();
        }
        for (FakeClient client : simulation.clients) {
            assertThat(client.isIdle() || held.contains(simulation.pgOf(client.name))).as(() -> client.name + " waits\n" + simulation.describe()).isTrue();
        }
        return lost;
    }

    /// What is written bit by bit is what is in memory.
    private static void assertOnDisk(Simulation simulation, Simulation.Node node, PgData data) {
        PgData loaded = PgDisk.load(node.store, data.pgid);
        Eversion tail = data.log.tail();
        assertThat(loaded.log.tail()).as(simulation::describe).isEqualTo(tail);
        assertThat(loaded.log.head()).as(simulation::describe).isEqualTo(data.log.head());
        assertThat(List.copyOf(loaded.log.entries())).as(simulation::describe).isEqualTo(List.copyOf(data.log.entries()));
        assertThat(List.copyOf(loaded.log.dups())).as(simulation::describe).containsExactlyInAnyOrderElementsOf(data.log.dups());
    }

    /// Every group is active and clean and its copies are the same everywhere.
    static void assertClean(Simulation simulation) {
        for (Simulation.Node node : simulation.nodes) {
            assertThat(node.table.groups()).as(simulation::describe).allMatch(pg -> pg.pgid().pgid().seed() < simulation.pgNum());
        }
        for (int seed = 0; seed < simulation.newest().params().pgNum(); seed++) {
            PgId pgid = new PgId(FakeMap.POOL, seed);
            MapView.Mapping mapping = simulation.newest().map(pgid);
            Pg primary = simulation.nodes.get(mapping.actingPrimary()).table.find(SpgId.of(pgid));
            assertThat(primary).as(() -> "primary of " + pgid + "\n" + simulation.describe()).isNotNull();
            assertThat(PgStates.text(primary.stateBits()))
                    .as(() -> pgid + "\n" + simulation.describe())
                    .isEqualTo("active+clean");
            String first = null;
            for (int osd : mapping.acting()) {
                String content = Copies.content(simulation.nodes.get(osd).store, SpgId.of(pgid));
                first = first == null ? content : first;
                assertThat(content).as(() -> pgid + " on osd." + osd + "\n" + simulation.describe()).isEqualTo(first);
                assertOnDisk(simulation, simulation.nodes.get(osd), simulation.nodes.get(osd).table.find(SpgId.of(pgid)).data);
            }
            for (Simulation.Node node : simulation.nodes) {
                if (!mapping.acting().contains(node.id)) {
                    assertThat(node.store.collectionExists(CollectionId.of(SpgId.of(pgid))))
                            .as(() -> pgid + " is still on osd." + node.id + "\n" + simulation.describe())
                            .isFalse();
                }
            }
        }
    }
}
