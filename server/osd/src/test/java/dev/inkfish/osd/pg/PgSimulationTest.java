package dev.inkfish.osd.pg;

import static dev.inkfish.osd.pg.Scenarios.assertAllDone;
import static dev.inkfish.osd.pg.Scenarios.booted;
import static dev.inkfish.osd.pg.Scenarios.clients;
import static dev.inkfish.osd.pg.Scenarios.settleAndCheck;
import static dev.inkfish.osd.pg.Scenarios.work;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgShard;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Groups in one situation each. Those of a seed: [SeededSimulationTest].
class PgSimulationTest {
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
        Invariants.assertClean(simulation);
    }

    @Test
    void newPoolBecomesActiveAndClean() {
        Invariants.assertClean(booted(1, 3, 3, 2));
    }

    /// The pool is older than all OSDs: nobody has its groups, and none makes them, until one is told to begin anew.
    @Test
    void aGroupOfWhichAllCopiesAreGoneIsMadeOnlyWhenAskedFor() {
        Simulation simulation = new Simulation(7, 3, 3, 2, 4);
        simulation.creating.clear();
        simulation.propose(map -> {});
        simulation.settle();
        assertThat(simulation.nodes).allMatch(node -> node.table.groups().isEmpty());

        int epoch = simulation.newest().epoch() + 1;
        for (int seed = 0; seed < 4; seed++) {
            simulation.creating.put(new PgId(1, seed), epoch);
        }
        simulation.propose(map -> {});
        simulation.settle();
        clients(simulation, 4);
        work(simulation, 6);
        settleAndCheck(simulation);
        assertThat(simulation.nodes.stream().flatMap(node -> node.created.stream()).sorted()).hasSize(4).doesNotHaveDuplicates();
    }

    /// A group begins in the map of its creation, if it is still ours in the map in which the monitors said so.
    @Test
    void aGroupIsMadeByWhoIsItsPrimaryOnly() {
        Simulation simulation = new Simulation(7, 3, 3, 2, 1);
        simulation.creating.clear();
        simulation.propose(map -> {});
        simulation.settle();
        SpgId pgid = SpgId.of(new PgId(1, 0));
        int epoch = simulation.newest().epoch() + 1;
        for (Simulation.Node node : simulation.nodes) {
            node.table.make(pgid, PgHistory.created(epoch), epoch, 1);
            assertThat(node.table.groups()).as("before there is that map").isEmpty();
        }
        List<Integer> order = simulation.newest().order();
        simulation.reorder(List.of(order.get(1), order.get(0), order.get(2)));
        simulation.settle();
        assertThat(simulation.nodes.stream().filter(node -> !node.created.isEmpty())).singleElement()
                .satisfies(node -> assertThat(node.id).isEqualTo(simulation.newest().map(new PgId(1, 0)).actingPrimary()));
        Invariants.assertClean(simulation);
    }

    /// What the monitors said of a map is void once another was primary: it may have made the group and been lost with it.
    @Test
    void anOldWordToMakeAGroupIsVoid() {
        Simulation simulation = new Simulation(7, 3, 3, 2, 1);
        simulation.creating.clear();
        simulation.propose(map -> {});
        simulation.settle();
        SpgId pgid = SpgId.of(new PgId(1, 0));
        int said = simulation.newest().epoch();
        int primary = simulation.newest().map(new PgId(1, 0)).actingPrimary();
        List<Integer> order = simulation.newest().order();
        simulation.reorder(List.of(order.get(1), order.get(2), order.get(0)));
        simulation.settle();
        simulation.reorder(order);
        simulation.settle();
        assertThat(simulation.newest().map(new PgId(1, 0)).actingPrimary()).isEqualTo(primary);
        simulation.nodes.get(primary).table.make(pgid, PgHistory.created(2), said, 1);
        assertThat(simulation.nodes.get(primary).table.groups()).isEmpty();
        simulation.nodes.get(primary).table.make(pgid, PgHistory.created(2), simulation.newest().epoch(), 1);
        assertThat(simulation.nodes.get(primary).table.groups()).hasSize(1);
    }

    /// Told to begin anew, a group that is there stays as it is.
    @Test
    void aGroupThatIsThereIsNotMadeAnew() {
        Simulation simulation = booted(8, 3, 3, 2);
        clients(simulation, 4);
        work(simulation, 6);
        simulation.settle();
        assertAllDone(simulation);
        for (Simulation.Node node : simulation.nodes) {
            node.created.clear();
            int epoch = simulation.newest().epoch();
            node.table.make(SpgId.of(new PgId(1, 0)), PgHistory.created(epoch), epoch, 1);
        }
        settleAndCheck(simulation);
        assertThat(simulation.nodes.stream().flatMap(node -> node.created.stream())).containsExactly(new PgId(1, 0));
    }

    @Test
    void singleCopyServes() {
        Simulation simulation = booted(2, 1, 1, 1);
        clients(simulation, 3);
        work(simulation, 20);
        simulation.settle();
        assertAllDone(simulation);
        Invariants.assertClean(simulation);
    }

    @Test
    void writesReachAllReplicas() {
        Simulation simulation = booted(3, 3, 3, 2);
        clients(simulation, 8);
        work(simulation, 60);
        simulation.settle();
        assertAllDone(simulation);
        Invariants.assertClean(simulation);
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
        Invariants.assertClean(simulation);
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
        Invariants.assertClean(simulation);
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
        Invariants.assertClean(simulation);
    }

    /// It comes back when the group belongs elsewhere, to one that is not there: better it than a copy too few, as in Ceph.
    @Test
    void whoHasACopyActsWhereOneIsLacking() {
        Simulation simulation = new Simulation(9, 4, 3, 2, 1);
        simulation.propose(map -> {});
        simulation.settle();
        clients(simulation, 4);
        work(simulation, 4);
        simulation.settle();
        for (int osd : List.of(2, 3)) {
            simulation.nodes.get(osd).kill();
            simulation.markDown(osd);
        }
        simulation.reorder(List.of(0, 1, 3, 2));
        simulation.settle();
        work(simulation, 2);
        simulation.settle();
        simulation.nodes.get(2).start();
        simulation.settle();
        assertThat(simulation.newest().map(new PgId(1, 0)).up()).containsExactly(0, 1);
        assertThat(simulation.newest().map(new PgId(1, 0)).acting()).containsExactly(0, 1, 2);
        assertThat(simulation.nodes.get(0).table.groups().iterator().next().isClean()).isTrue();
        settleAndCheck(simulation);
        assertThat(simulation.newest().map(new PgId(1, 0)).acting()).containsExactly(0, 1, 3);
    }

    /// One comes back with an old copy while a member is caught up behind clients: that one will act soon, so nobody asks for the other.
    @Test
    void whoIsCaughtUpCountsWhenAnotherComesBack() {
        Simulation simulation = new Simulation(4, 4, 3, 2, 1);
        simulation.reorder(List.of(0, 1, 3, 2));
        simulation.settle();
        clients(simulation, 6);
        work(simulation, 1);
        simulation.settle();
        simulation.nodes.get(3).kill();
        simulation.markDown(3);
        simulation.reorder(List.of(0, 1, 2, 3));
        simulation.settle();
        simulation.nodes.get(2).kill();
        simulation.markDown(2);
        work(simulation, 1);
        simulation.settle();
        Pg primary = simulation.nodes.get(0).table.groups().iterator().next();
        simulation.nodes.get(2).start();
        while (primary.asyncTargets.isEmpty() || !primary.isActive()) {
            assertThat(simulation.step()).isTrue();
        }
        simulation.freeze(0, 2);
        simulation.settle();
        assertThat(primary.asyncTargets).containsExactly(PgShard.of(2));

        simulation.nodes.get(3).start();
        while (simulation.step()) {
            assertThat(simulation.newest().pgTemp().getOrDefault(new PgId(1, 0), List.of())).as("who is asked for").doesNotContain(3);
        }
        assertThat(primary.peerInfo).containsKey(PgShard.of(3));
        assertThat(simulation.newest().map(new PgId(1, 0)).acting()).containsExactly(0, 1);
        simulation.thaw();
        settleAndCheck(simulation);
    }

    /// The primary had begun with another one, who died before it had heard: they were never active, and nobody is to hear that they were.
    @Test
    void whatWasBegunAndIsLeftAloneHasNotStarted() {
        Simulation simulation = booted(7, 3, 3, 2);
        simulation.nodes.get(2).kill();
        simulation.markDown(2);
        Pg first = simulation.nodes.get(0).table.groups().iterator().next();
        int started = first.data.history.lastEpochStarted();
        while (!(first.state instanceof PgState.Activating)) {
            simulation.step();
        }
        simulation.nodes.get(1).kill();
        simulation.markDown(1);
        simulation.settle();
        assertThat(first.state).isInstanceOf(PgState.Active.class);
        assertThat(first.data.history.lastEpochStarted()).isEqualTo(started);
        simulation.nodes.get(1).start();
        simulation.settle();
        assertThat(first.data.history.lastEpochStarted()).isGreaterThan(started);
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
        Invariants.assertClean(simulation);
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
        Invariants.assertClean(simulation);
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
        Invariants.assertClean(simulation);
        assertThat(simulation.trace()).noneMatch(line -> line.contains("MOSDPGScan") || line.contains("MOSDPGPush"));
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
}
