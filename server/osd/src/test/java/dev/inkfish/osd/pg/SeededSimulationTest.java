package dev.inkfish.osd.pg;

import static dev.inkfish.osd.pg.Scenarios.booted;
import static dev.inkfish.osd.pg.Scenarios.clients;
import static dev.inkfish.osd.pg.Scenarios.pipelining;
import static dev.inkfish.osd.pg.Scenarios.settleAndCheck;
import static dev.inkfish.osd.pg.Scenarios.sharingClients;
import static dev.inkfish.osd.pg.Scenarios.startAll;
import static dev.inkfish.osd.pg.Scenarios.work;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.message.MOSDPGQuery2;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgQuery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Groups, OSDs and clients to whom a seed does anything at any time.
class SeededSimulationTest {
    /// Anything at any time: crashes that lose what was not committed, OSDs that are marked down though
    /// they live, groups that move.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void nothingAcknowledgedIsLost(int block) {
        seeds(block, SeededSimulationTest::chaos);
    }

    /// One OSD does not come back: the others serve. What was acknowledged is on another one's disk, too, unless that has just
    /// come back with a change of its own that nobody else had: it keeps no old contents.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void nothingAcknowledgedIsLostWithADisk(int block) {
        seeds(block, SeededSimulationTest::bereavement);
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
        for (OsdReqId lost : Invariants.assertServed(simulation)) {
            assertThat(!whole || simulation.clients.stream().anyMatch(client -> client.awaits(lost)))
                    .as(() -> lost + " was acknowledged\n" + simulation.describe())
                    .isTrue();
        }
    }

    /// A block's share of the seeds; or, in the first block, the one that was asked for.
    private static void seeds(int block, LongConsumer scenario) {
        int seeds = Integer.getInteger("simulation.seeds", 20);
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
        seeds(block, SeededSimulationTest::upheaval);
    }

    /// The pool gets more groups while OSDs die, come back, are cut off, and groups move.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void nothingAcknowledgedIsLostWhenGroupsSplit(int block) {
        seeds(block, SeededSimulationTest::splits);
    }

    /// The pool gets fewer groups, and more again, while the same happens.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void nothingAcknowledgedIsLostWhenGroupsMerge(int block) {
        seeds(block, SeededSimulationTest::merges);
    }

    /// An OSD is away for so long that nobody has the maps any more that it lacks; meanwhile groups move, split and merge, and it may
    /// come to be the primary of some at once.
    @Test
    void whoReturnsWhenMapsAreTrimmedCatchesUp() {
        int lacking = 0;
        for (int seed = 0; seed < 50; seed++) {
            try {
                lacking += trimmed(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(lacking).isGreaterThan(25);
    }

    /// @return 1 if there were maps that it lacked
    private static int trimmed(long seed) {
        Simulation simulation = new Simulation(seed, 4, 3, 2, 1 + (int) (seed % 3));
        simulation.propose(map -> {});
        simulation.settle();
        List<History> histories = sharingClients(simulation, 6);
        clients(simulation, 6, 12);
        Simulation.Node away = simulation.nodes.get(simulation.random.nextInt(4));
        for (int round = 0; round < 14; round++) {
            work(simulation, simulation.random.nextInt(6));
            simulation.run(simulation.random.nextInt(300));
            if (round == 2) {
                away.kill();
                simulation.markDown(away.id);
            }
            if (round == 5 || round == 8) {
                simulation.nodes.stream().filter(node -> node != away && !node.alive).forEach(Simulation.Node::start);
                simulation.settle();
                simulation.trim();
            }
            if (round == 10) {
                away.start();
            } else if (round == 11 && simulation.random.nextBoolean()) {
                away.kill(); // it may have been before the gap still
                away.start();
            }
            switch (simulation.random.nextInt(6)) {
                case 0 -> more(simulation, 9, 3);
                case 1 -> {
                    if (simulation.pgNum() > 1) {
                        simulation.beginMerge();
                    }
                }
                case 2 -> simulation.markDown(simulation.random.nextInt(4));
                case 3 -> {
                    List<Integer> order = new ArrayList<>(simulation.newest().order());
                    Collections.shuffle(order, simulation.random);
                    simulation.reorder(order);
                }
                case 4 -> {
                    Simulation.Node other = simulation.nodes.get(simulation.random.nextInt(4));
                    if (other != away && other.alive && simulation.newest().up().size() > 3) {
                        other.kill();
                        simulation.markDown(other.id);
                    }
                }
                default -> simulation.propose(map -> {});
            }
        }
        settleAndCheck(simulation);
        for (History history : histories) {
            assertThat(history.isLinearizable()).as(() -> history + "\n" + simulation.describe()).isTrue();
        }
        if (away.maps.hasGaps()) { // a late word from a map it never had, of a group that is not there
            SpgId gone = SpgId.of(new PgId(FakeMap.POOL, 1 << 20));
            int then = away.maps.firstMissing();
            away.table.handle((away.id + 1) % 4, new MOSDPGQuery2(gone, new PgQuery(
                    PgQuery.Kind.INFO, Eversion.ZERO, PgHistory.created(1), then, SpgId.NO_SHARD, SpgId.NO_SHARD)));
            simulation.settle();
            assertThat(away.table.find(gone)).isNull();
        }
        return away.maps.hasGaps() ? 1 : 0;
    }

    /// @return how many merges there were
    private static int merges(long seed) {
        return regrouped(seed, 3 + (int) (seed % 4), 16, 500, simulation -> {
            switch (simulation.random.nextInt(8)) {
                case 0 -> more(simulation, 9, 3);
                case 1, 2, 3, 4 -> {
                    if (simulation.pgNum() > 1) {
                        simulation.beginMerge();
                    }
                }
                case 5 -> change(simulation);
                default -> disturb(simulation);
            }
        }).merges;
    }

    private static Simulation splits(long seed) {
        return regrouped(seed, 1 + (int) (seed % 4), 14, 400, simulation -> {
            switch (simulation.random.nextInt(4)) {
                case 0 -> more(simulation, 16, 6);
                case 1 -> change(simulation);
                default -> disturb(simulation);
            }
        });
    }

    /// Clients, some of whom share objects, on a pool whose number of groups changes.
    ///
    /// @param steps at most so many between two events
    private static Simulation regrouped(long seed, int groups, int rounds, int steps, Consumer<Simulation> event) {
        Simulation simulation = new Simulation(seed, 4, 3, 2, groups);
        simulation.propose(map -> {});
        simulation.settle();
        List<History> histories = sharingClients(simulation, 12);
        clients(simulation, 12, 16);
        pipelining(simulation, 16, 20);
        for (int round = 0; round < rounds; round++) {
            work(simulation, simulation.random.nextInt(6));
            simulation.run(simulation.random.nextInt(steps));
            if (simulation.random.nextInt(3) == 0) {
                simulation.thaw();
            }
            event.accept(simulation);
        }
        simulation.thaw();
        simulation.resize(3, 2);
        settleAndCheck(simulation);
        for (History history : histories) {
            assertThat(history.isLinearizable()).as(() -> history + "\n" + simulation.describe()).isTrue();
        }
        return simulation;
    }

    private static void more(Simulation simulation, int most, int atOnce) {
        int more = Math.min(most, simulation.pgNum() + 1 + simulation.random.nextInt(atOnce));
        simulation.regroup(more, simulation.random.nextBoolean() ? more : simulation.pgpNum());
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
