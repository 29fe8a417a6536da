package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/// What all scenarios of the [Simulation] begin and end with.
final class Scenarios {
    private Scenarios() {}

    static Simulation booted(long seed, int osds, int size, int minSize) {
        Simulation simulation = new Simulation(seed, osds, size, minSize, 4);
        simulation.propose(map -> {});
        simulation.settle();
        return simulation;
    }

    static void clients(Simulation simulation, int count) {
        clients(simulation, 0, count);
    }

    static void clients(Simulation simulation, int from, int to) {
        for (int i = from; i < to; i++) {
            new FakeClient(simulation, i);
        }
    }

    /// Each with several requests under way.
    static void pipelining(Simulation simulation, int from, int to) {
        for (int i = from; i < to; i++) {
            new FakeClient(simulation, i, 2 + i % 4);
        }
    }

    /// Three to an object.
    static List<History> sharingClients(Simulation simulation, int count) {
        List<History> histories = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (i % 3 == 0) {
                histories.add(new History());
            }
            new FakeClient(simulation, i, "shared" + i / 3, histories.getLast());
        }
        return histories;
    }

    static void work(Simulation simulation, int requests) {
        simulation.clients.forEach(client -> client.work(requests));
    }

    static void assertAllDone(Simulation simulation) {
        for (FakeClient client : simulation.clients) {
            assertThat(client.isIdle()).as(() -> client.name + " waits\n" + simulation.describe()).isTrue();
        }
    }

    static void startAll(Simulation simulation) {
        for (Simulation.Node node : simulation.nodes) {
            if (!node.alive && !node.gone) {
                node.start();
            }
        }
    }

    static void settleAndCheck(Simulation simulation) {
        startAll(simulation);
        simulation.settle();
        assertAllDone(simulation);
        work(simulation, 2);
        simulation.settle();
        assertAllDone(simulation);
        Invariants.assertClean(simulation);
    }
}
