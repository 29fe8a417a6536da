package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.HObject;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgShard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PgSimulationTest {
    private static Simulation booted(long seed, int osds, int size, int minSize) {
        Simulation simulation = new Simulation(seed, osds, size, minSize, 4);
        simulation.propose(map -> {});
        simulation.settle();
        return simulation;
    }

    private static void clients(Simulation simulation, int count) {
        clients(simulation, 0, count);
    }

    private static void clients(Simulation simulation, int from, int to) {
        for (int i = from; i < to; i++) {
            new FakeClient(simulation, i);
        }
    }

    /// Each with several requests under way.
    private static void pipelining(Simulation simulation, int from, int to) {
        for (int i = from; i < to; i++) {
            new FakeClient(simulation, i, 2 + i % 4);
        }
    }

    /// Three to an object.
    private static List<History> sharingClients(Simulation simulation, int count) {
        List<History> histories = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (i % 3 == 0) {
                histories.add(new History());
            }
            new FakeClient(simulation, i, "shared" + i / 3, histories.getLast());
        }
        return histories;
    }

    private static void work(Simulation simulation, int requests) {
        simulation.clients.forEach(client -> client.work(requests));
    }

    /// A group that has lost too many members tells its clients to wait, those that understand; all come through.
    @Test
    void clientsAreHeldBackWhileTooFewMembersAreThere() {
        Simulation simulation = booted(5, 3, 3, 2);
        clients(simulation, 8);
        simulation.nodes.get(1).kill();
        simulation.nodes.get(2).kill();
        simulation.markDown(1);
        simulation.markDown(2);
        work(simulation, 10);
        simulation.settle();
        assertThat(simulation.clients).allMatch(client -> client.heldBack == (client.number % 2 == 0 ? 1 : 0));
        assertThat(simulation.clients).noneMatch(FakeClient::isIdle);
        simulation.nodes.get(1).start();
        simulation.nodes.get(2).start();
        simulation.settle();
        assertAllDone(simulation);
        simulation.assertClean();
    }

    private static void assertAllDone(Simulation simulation) {
        for (FakeClient client : simulation.clients) {
            assertThat(client.isIdle()).as(() -> client.name + " waits\n" + simulation.describe()).isTrue();
        }
    }

    @Test
    void newPoolBecomesActiveAndClean() {
        booted(1, 3, 3, 2).assertClean();
    }

    @Test
    void singleCopyServes() {
        Simulation simulation = booted(2, 1, 1, 1);
        clients(simulation, 3);
        work(simulation, 20);
        simulation.settle();
        assertAllDone(simulation);
        simulation.assertClean();
    }

    @Test
    void writesReachAllReplicas() {
        Simulation simulation = booted(3, 3, 3, 2);
        clients(simulation, 8);
        work(simulation, 60);
        simulation.settle();
        assertAllDone(simulation);
        simulation.assertClean();
    }

    /// A replica misses a few writes: its log reaches ours, so only what changed is copied.
    @Test
    void replicaComesBackWithinTheLog() {
        Simulation simulation = booted(4, 3, 3, 2);
        clients(simulation, 4);
        work(simulation, 4);
        simulation.settle();
        simulation.nodes.get(2).kill();
        simulation.markDown(2);
        work(simulation, 3);
        simulation.settle();
        assertAllDone(simulation);
        simulation.nodes.get(2).start();
        simulation.settle();
        simulation.assertClean();
    }

    /// A replica that misses more than a change or two gets it while clients go on changing what it lacks.
    @Test
    void clientsDoNotWaitForWhoIsCaughtUp() {
        Simulation simulation = new Simulation(4, 3, 3, 2, 1);
        simulation.propose(map -> {});
        simulation.settle();
        clients(simulation, 6);
        work(simulation, 1);
        simulation.settle();
        simulation.nodes.get(2).kill();
        simulation.markDown(2);
        work(simulation, 1);
        simulation.settle();
        simulation.nodes.get(2).start();
        work(simulation, 3);
        boolean mayChange = false;
        int acting = 3;
        do {
            for (Simulation.Node node : simulation.nodes) {
                for (Pg pg : node.table.groups()) {
                    for (PgShard target : pg.asyncTargets) {
                        MissingSet missing = pg.peerMissing.getOrDefault(target, new MissingSet());
                        mayChange |= pg.isActive() && missing.items().keySet().stream().anyMatch(object -> !pg.recovery.isDegraded(object));
                        acting = Math.min(acting, pg.mapping.acting().size());
                    }
                }
            }
        } while (simulation.step());
        assertThat(mayChange).isTrue();
        assertThat(acting).isEqualTo(2);
        settleAndCheck(simulation);
    }

    /// It was away for longer than the log reaches: it is filled anew while writes go on.
    @Test
    void replicaComesBackBehindTheLog() {
        Simulation simulation = booted(5, 3, 3, 2);
        clients(simulation, 12);
        work(simulation, 10);
        simulation.settle();
        simulation.nodes.get(0).kill();
        simulation.markDown(0);
        work(simulation, 40);
        simulation.settle();
        assertAllDone(simulation);
        simulation.nodes.get(0).start();
        work(simulation, 40);
        simulation.settle();
        assertAllDone(simulation);
        simulation.assertClean();
    }

    /// Below min_size nothing is acknowledged.
    @Test
    void tooFewReplicasDoNotServe() {
        Simulation simulation = booted(6, 3, 3, 2);
        clients(simulation, 4);
        for (int osd : List.of(1, 2)) {
            simulation.nodes.get(osd).kill();
            simulation.markDown(osd);
        }
        simulation.settle();
        work(simulation, 2);
        simulation.settle();
        assertThat(simulation.clients).noneMatch(client -> client.done > 0);
        simulation.nodes.get(1).start();
        simulation.settle();
        assertAllDone(simulation);
    }

    /// One member alone is no proof that there was a newer interval: without it the others go on.
    @Test
    void whoWasLeftAloneIsNotWaitedFor() {
        Simulation simulation = new Simulation(7, 3, 3, 2, 1);
        simulation.propose(map -> {});
        simulation.settle();
        clients(simulation, 4);
        work(simulation, 4);
        simulation.settle();
        for (int osd : List.of(1, 2)) {
            simulation.nodes.get(osd).kill();
            simulation.markDown(osd);
        }
        simulation.settle();
        Simulation.Node second = simulation.nodes.get(1);
        second.start();
        Pg alone = simulation.nodes.get(0).table.groups().iterator().next();
        while (alone.mapping.acting().size() < 2
                || alone.state instanceof PgState.Reset
                || alone.state instanceof PgState.GetInfo) {
            simulation.step(); // until the second has heard what the first one knows
        }
        assertThat(alone.isActive()).isFalse();
        simulation.nodes.get(0).kill();
        simulation.markDown(0);
        simulation.nodes.get(2).start();
        work(simulation, 2);
        simulation.settle();
        assertAllDone(simulation);
        simulation.nodes.get(0).start();
        simulation.settle();
        simulation.assertClean();
    }

    /// What the primary's store refuses has happened nowhere, and it goes on when there is room again.
    @Test
    void aFullPrimaryRefusesAndKeepsInStepWithItsReplicas() {
        Simulation simulation = new Simulation(7, 3, 3, 2, 1, 90);
        simulation.propose(map -> {});
        simulation.settle();
        clients(simulation, 12);
        work(simulation, 40);
        simulation.settle();
        assertAllDone(simulation);
        assertThat(simulation.clients).anyMatch(client -> client.refused > 0);
        assertThat(simulation.clients).anyMatch(client -> client.done > client.refused);
        simulation.assertClean();
    }

    /// Anything at any time: crashes that lose what was not committed, OSDs that are marked down though
    /// they live, groups that move.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void nothingAcknowledgedIsLost(int block) {
        seeds(block, PgSimulationTest::chaos);
    }

    /// One OSD does not come back: the others serve. What was acknowledged is on another one's disk, too, unless that has just
    /// come back with a change of its own that nobody else had: it keeps no old contents.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void nothingAcknowledgedIsLostWithADisk(int block) {
        seeds(block, PgSimulationTest::bereavement);
    }

    private static void bereavement(long seed) {
        Simulation simulation = booted(seed, 4, 3, 2);
        clients(simulation, 6);
        pipelining(simulation, 6, 10);
        boolean whole = seed % 4 < 2;
        int last = 2 + simulation.random.nextInt(8);
        Simulation.Node victim = simulation.nodes.get(simulation.random.nextInt(4));
        for (int round = 0; round < 12; round++) {
            if (round == last && whole) {
                startAll(simulation);
                simulation.settle();
            }
            work(simulation, simulation.random.nextInt(6));
            simulation.run(simulation.random.nextInt(400));
            if (round == last) {
                victim.gone = true;
                victim.kill();
                simulation.markDown(victim.id);
                work(simulation, simulation.random.nextInt(3));
                simulation.run(simulation.random.nextInt(100));
            }
            disturb(simulation);
        }
        startAll(simulation);
        simulation.settle();
        work(simulation, 2);
        simulation.settle();
        for (OsdReqId lost : simulation.assertServed()) {
            assertThat(!whole || simulation.clients.stream().anyMatch(client -> client.awaits(lost)))
                    .as(() -> lost + " was acknowledged\n" + simulation.describe())
                    .isTrue();
        }
    }

    private static void startAll(Simulation simulation) {
        for (Simulation.Node node : simulation.nodes) {
            if (!node.alive && !node.gone) {
                node.start();
            }
        }
    }

    /// A block's share of the seeds; or, in the first block, the one that was asked for.
    private static void seeds(int block, LongConsumer scenario) {
        int seeds = Integer.getInteger("simulation.seeds", 30);
        long first = Long.getLong("simulation.first", 0) + (long) block * seeds;
        Long only = Long.getLong("simulation.seed");
        List<Long> mine = only == null
                ? LongStream.range(first, first + seeds).boxed().toList()
                : block == 0 ? List.of(only) : List.of();
        for (long seed : mine) {
            try {
                scenario.accept(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /// OSDs lose groups and get them back before clients with several requests under way hear of it.
    @Test
    void clientsWithOldMapsAreServedInOrder() {
        for (int seed = 0; seed < 100; seed++) {
            try {
                lag(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    static void lag(long seed) {
        Simulation simulation = new Simulation(seed, 3, 3, 2, 1);
        simulation.propose(map -> {});
        simulation.settle();
        for (int i = 0; i < 3; i++) {
            new FakeClient(simulation, i, 8);
        }
        for (int round = 0; round < 10; round++) {
            for (FakeClient client : simulation.clients) {
                if (simulation.random.nextBoolean()) {
                    simulation.holdMaps(client);
                }
            }
            work(simulation, 6);
            for (int i = 1 + simulation.random.nextInt(3); i > 0; i--) {
                simulation.markDown(simulation.random.nextInt(3));
                simulation.run(simulation.random.nextInt(60));
            }
            simulation.run(simulation.random.nextInt(100));
            simulation.thaw();
        }
        settleAndCheck(simulation);
    }

    /// Changes of the pool, acting sets out of order, links that hang, OSDs marked down by mistake, and several
    /// of these at a time.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void nothingAcknowledgedIsLostWhateverIsChanged(int block) {
        seeds(block, PgSimulationTest::upheaval);
    }

    /// The pool gets more groups while OSDs die, come back, are cut off, and groups move.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void nothingAcknowledgedIsLostWhenGroupsSplit(int block) {
        seeds(block, PgSimulationTest::splits);
    }

    /// The pool gets fewer groups, and more again, while the same happens.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void nothingAcknowledgedIsLostWhenGroupsMerge(int block) {
        seeds(block, PgSimulationTest::merges);
    }

    /// Writes go on; an OSD that is away does not hinder what was agreed on, and is filled when it is back.
    @Test
    void groupsMergeUnderClients() {
        Simulation simulation = new Simulation(9, 4, 3, 2, 6);
        simulation.propose(map -> {});
        simulation.settle();
        clients(simulation, 20);
        for (int round = 0; simulation.pgNum() > 1; round++) {
            work(simulation, 10);
            simulation.run(100);
            simulation.beginMerge();
            simulation.settle();
            assertAllDone(simulation);
            assertThat(simulation.pgNum()).isEqualTo(5 - round);
        }
        settleAndCheck(simulation);
        assertThat(simulation.merges).isEqualTo(5);
    }

    /// The log is empty then; another primary gives it the object all the same.
    @Test
    void whoFoundAnObjectDamagedAfterAMergeGetsItAnew() {
        Simulation simulation = new Simulation(11, 3, 3, 2, 2);
        simulation.propose(map -> {});
        simulation.settle();
        clients(simulation, 4);
        work(simulation, 10);
        simulation.settle();
        simulation.beginMerge();
        simulation.settle();
        PgId pgid = new PgId(FakeMap.POOL, 0);
        int first = simulation.newest().map(pgid).actingPrimary();
        Pg pg = simulation.nodes.get(first).table.find(SpgId.of(pgid));
        assertThat(pg.data.log.size()).isZero();
        HObject damaged = simulation.clients.stream()
                .map(client -> simulation.object(client.name))
                .filter(object -> simulation.nodes.get(first).store.exists(pg.data.collection, GhObject.of(object)))
                .findFirst()
                .orElseThrow();
        for (int other = 0; other < 3; other++) {
            if (other != first) {
                simulation.freeze(first, other);
            }
        }
        pg.recovery.lost(damaged);
        List<Integer> order = new ArrayList<>(simulation.newest().order());
        order.remove((Integer) first);
        order.add(first);
        simulation.reorder(order);
        simulation.settle();
        assertThat(pg.isPrimary()).isFalse();
        simulation.thaw();
        simulation.settle();
        assertThat(pg.data.missing.isEmpty()).as(simulation::describe).isTrue();
        simulation.assertClean();
    }

    /// It still has both groups as they were, and puts them together when it is back: nothing is copied.
    @Test
    void anOsdThatMissedAMergeMakesItUp() {
        Simulation simulation = new Simulation(10, 3, 3, 2, 2);
        simulation.propose(map -> {});
        simulation.settle();
        clients(simulation, 20);
        work(simulation, 10);
        simulation.settle();
        simulation.beginMerge();
        while (simulation.merges == 0) {
            simulation.step();
        }
        simulation.nodes.get(1).kill();
        simulation.markDown(1);
        simulation.settle();
        assertThat(simulation.pgNum()).isEqualTo(1);
        simulation.nodes.get(1).start();
        simulation.settle();
        simulation.assertClean();
        assertThat(simulation.trace()).noneMatch(line -> line.contains("MOSDPGScan") || line.contains("MOSDPGPush"));
    }

    /// @return how many merges there were
    private static int merges(long seed) {
        Simulation simulation = new Simulation(seed, 4, 3, 2, 3 + (int) (seed % 4));
        simulation.propose(map -> {});
        simulation.settle();
        List<History> histories = sharingClients(simulation, 12);
        clients(simulation, 12, 16);
        pipelining(simulation, 16, 20);
        for (int round = 0; round < 16; round++) {
            work(simulation, simulation.random.nextInt(6));
            simulation.run(simulation.random.nextInt(500));
            if (simulation.random.nextInt(3) == 0) {
                simulation.thaw();
            }
            switch (simulation.random.nextInt(8)) {
                case 0 -> {
                    int more = Math.min(9, simulation.pgNum() + 1 + simulation.random.nextInt(3));
                    simulation.regroup(more, simulation.random.nextBoolean() ? more : simulation.pgpNum());
                }
                case 1, 2, 3, 4 -> {
                    if (simulation.pgNum() > 1) {
                        simulation.beginMerge();
                    }
                }
                case 5 -> change(simulation);
                default -> disturb(simulation);
            }
        }
        simulation.thaw();
        simulation.resize(3, 2);
        settleAndCheck(simulation);
        for (History history : histories) {
            assertThat(history.isLinearizable()).as(() -> history + "\n" + simulation.describe()).isTrue();
        }
        return simulation.merges;
    }

    /// Writes go on; the children have what the parent had, and an OSD that was away parts its copy when it is back.
    @Test
    void groupsSplitUnderClients() {
        Simulation simulation = new Simulation(8, 3, 3, 2, 1);
        simulation.propose(map -> {});
        simulation.settle();
        clients(simulation, 20);
        work(simulation, 5);
        simulation.settle();
        simulation.nodes.get(2).kill();
        simulation.markDown(2);
        work(simulation, 10);
        simulation.run(200);
        simulation.regroup(4, 1);
        simulation.settle();
        simulation.regroup(7, 4);
        work(simulation, 5);
        simulation.settle();
        assertAllDone(simulation);
        settleAndCheck(simulation);
        assertThat(simulation.nodes.get(2).table.groups()).hasSize(7);
    }

    private static Simulation splits(long seed) {
        Simulation simulation = new Simulation(seed, 4, 3, 2, 1 + (int) (seed % 4));
        simulation.propose(map -> {});
        simulation.settle();
        List<History> histories = sharingClients(simulation, 12);
        clients(simulation, 12, 16);
        pipelining(simulation, 16, 20);
        for (int round = 0; round < 14; round++) {
            work(simulation, simulation.random.nextInt(6));
            simulation.run(simulation.random.nextInt(400));
            if (simulation.random.nextInt(3) == 0) {
                simulation.thaw();
            }
            switch (simulation.random.nextInt(4)) {
                case 0 -> {
                    int more = Math.min(16, simulation.pgNum() + 1 + simulation.random.nextInt(6));
                    simulation.regroup(more, simulation.random.nextBoolean() ? more : simulation.pgpNum());
                }
                case 1 -> change(simulation);
                default -> disturb(simulation);
            }
        }
        simulation.thaw();
        simulation.resize(3, 2);
        settleAndCheck(simulation);
        for (History history : histories) {
            assertThat(history.isLinearizable()).as(() -> history + "\n" + simulation.describe()).isTrue();
        }
        return simulation;
    }

    @Test
    void aSeedRunTwiceGivesTheSameTrace() {
        assertThat(upheaval(7).trace()).isEqualTo(upheaval(7).trace());
    }

    private static Simulation upheaval(long seed) {
        Simulation simulation = booted(seed, 5, 3, 2);
        clients(simulation, 8);
        pipelining(simulation, 8, 12);
        for (int round = 0; round < 14; round++) {
            work(simulation, simulation.random.nextInt(6));
            simulation.run(simulation.random.nextInt(400));
            if (simulation.random.nextInt(3) == 0) {
                simulation.thaw();
            }
            for (int i = 1 + simulation.random.nextInt(3); i > 0; i--) {
                if (simulation.random.nextBoolean()) {
                    disturb(simulation);
                } else {
                    change(simulation);
                }
            }
        }
        simulation.thaw();
        simulation.resize(3, 2);
        settleAndCheck(simulation);
        return simulation;
    }

    private static void change(Simulation simulation) {
        int osds = simulation.nodes.size();
        switch (simulation.random.nextInt(6)) {
            case 0 -> {
                int size = 1 + simulation.random.nextInt(4);
                simulation.resize(size, 1 + simulation.random.nextInt(size));
            }
            case 1, 2 -> simulation.markDown(simulation.random.nextInt(osds));
            case 3 -> {
                int from = simulation.random.nextInt(osds);
                simulation.freeze(from, (from + 1 + simulation.random.nextInt(osds - 1)) % osds);
            }
            default -> {
                PgId pgid = new PgId(FakeMap.POOL, simulation.random.nextInt(simulation.newest().params().pgNum()));
                List<Integer> acting = new ArrayList<>(simulation.newest().up());
                Collections.shuffle(acting, simulation.random);
                List<Integer> some = List.copyOf(acting.subList(0, Math.min(acting.size(), 3)));
                simulation.propose(map -> map.pgTemp().put(pgid, some));
            }
        }
    }

    private static void chaos(long seed) {
        Simulation simulation = booted(seed, 4, 3, 2);
        clients(simulation, 6);
        pipelining(simulation, 6, 10);
        for (int round = 0; round < 12; round++) {
            work(simulation, simulation.random.nextInt(6));
            simulation.run(simulation.random.nextInt(400));
            disturb(simulation);
        }
        settleAndCheck(simulation);
    }

    private static void settleAndCheck(Simulation simulation) {
        startAll(simulation);
        simulation.settle();
        assertAllDone(simulation);
        work(simulation, 2);
        simulation.settle();
        assertAllDone(simulation);
        simulation.assertClean();
    }

    private static void disturb(Simulation simulation) {
        Simulation.Node node = simulation.nodes.get(simulation.random.nextInt(simulation.nodes.size()));
        switch (simulation.random.nextInt(6)) {
            case 0, 1 -> {
                if (node.alive) {
                    node.kill();
                    simulation.markDown(node.id);
                }
            }
            case 2, 3 -> {
                if (!node.alive && !node.gone) {
                    node.start();
                }
            }
            case 4 -> {
                List<Integer> order = new ArrayList<>(simulation.newest().order());
                Collections.shuffle(order, simulation.random);
                simulation.reorder(order);
            }
            default -> {
                if (node.alive) {
                    node.kill();
                    node.start();
                }
            }
        }
    }
}
