package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.scrub.ScrubMode;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgStates;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Damage done behind the groups' back is found and mended; scrubs among changes and crashes report nothing that is
/// not so, and lose nothing.
class ScrubSimulationTest {
    private static final ScrubMode SCRUB = new ScrubMode(false, false);
    private static final ScrubMode DEEP = new ScrubMode(true, false);
    private static final ScrubMode REPAIR = new ScrubMode(true, true);

    /// What can happen to a copy, and whether only reading the contents shows it.
    enum Damage {
        DATA(true),
        OMAP(true),
        SIZE(false),
        INFO(false),
        NO_INFO(false),
        SNAPSET(false),
        ATTR(false),
        REMOVED(false);

        final boolean deep;

        Damage(boolean deep) {
            this.deep = deep;
        }

        void inflict(Transaction transaction, CollectionId c, GhObject o) {
            TreeMap<String, Bytes> attrs = new TreeMap<>();
            switch (this) {
                case DATA -> transaction.write(c, o, 1, Bytes.utf8("X"));
                case OMAP -> transaction.omapSet(c, o, new TreeMap<>(java.util.Map.of(Bytes.utf8("new"), Bytes.utf8("1"))));
                case SIZE -> transaction.truncate(c, o, 2);
                case INFO -> attrs.put("_", Bytes.utf8("nonsense"));
                case NO_INFO -> transaction.removeAttr(c, o, "_");
                case SNAPSET -> attrs.put("ss", Bytes.utf8("nonsense"));
                case ATTR -> attrs.put("_user", Bytes.utf8("stray"));
                case REMOVED -> transaction.remove(c, o);
            }
            if (!attrs.isEmpty()) {
                transaction.setAttrs(c, o, attrs);
            }
        }
    }

    private static Simulation withObjects(long seed, int clients, int groups) {
        Simulation simulation = new Simulation(seed, 3, 3, 2, groups);
        simulation.propose(map -> {});
        simulation.settle();
        for (int i = 0; i < clients; i++) {
            new FakeClient(simulation, i);
        }
        simulation.clients.forEach(client -> client.work(12));
        simulation.settle();
        return simulation;
    }

    private static Pg primary(Simulation simulation, PgId pgid) {
        int osd = simulation.newest().map(pgid).actingPrimary();
        Pg pg = simulation.nodes.get(osd).table.find(SpgId.of(pgid));
        assertThat(pg).isNotNull();
        return pg;
    }

    private static void scrub(Simulation simulation, PgId pgid, ScrubMode mode) {
        Pg pg = primary(simulation, pgid);
        pg.requestScrub(mode);
        assertThat(pg.scrubTick(false)).isTrue();
        simulation.settle();
    }

    private static String state(Simulation simulation, PgId pgid) {
        return PgStates.text(primary(simulation, pgid).stateBits());
    }

    /// An object that is there, if there is one.
    private static HObject someObject(Simulation simulation, PgId pgid) {
        for (FakeClient client : simulation.clients) {
            if (simulation.pgOf(client.name).equals(pgid) && !client.acknowledged().isEmpty()) {
                return simulation.object(client.name);
            }
        }
        throw new AssertionError("no object in " + pgid);
    }

    private static void damage(Simulation simulation, PgId pgid, HObject object, int osd, Damage damage) {
        CollectionId collection = CollectionId.of(SpgId.of(pgid));
        Transaction transaction = new Transaction();
        damage.inflict(transaction, collection, GhObject.of(object));
        simulation.nodes.get(osd).submit(collection, transaction, () -> {});
        simulation.settle();
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void damageIsFoundAndMended(Damage damage) {
        for (int place = 0; place < 3; place++) {
            Simulation simulation = withObjects(20 + place, 12, 1);
            PgId pgid = new PgId(FakeMap.POOL, 0);
            int osd = simulation.newest().map(pgid).acting().get(place);
            HObject object = someObject(simulation, pgid);
            scrub(simulation, pgid, DEEP);
            assertThat(simulation.logged).as("before the damage").noneMatch(line -> line.startsWith("ERROR"));

            damage(simulation, pgid, object, osd, damage);
            scrub(simulation, pgid, SCRUB);
            String inconsistent = "active+clean+inconsistent";
            assertThat(state(simulation, pgid)).isEqualTo(damage.deep ? "active+clean" : inconsistent);
            scrub(simulation, pgid, DEEP);
            assertThat(state(simulation, pgid)).as(() -> simulation.describe()).isEqualTo(inconsistent);
            Pg pg = primary(simulation, pgid);
            assertThat(pg.data.sum.get(Field.NUM_SCRUB_ERRORS)).isPositive();
            assertThat(pg.data.sum.get(Field.NUM_DEEP_SCRUB_ERRORS) > 0).isEqualTo(damage.deep || damage == Damage.SIZE);

            scrub(simulation, pgid, REPAIR);
            primary(simulation, pgid).scrubTick(false); // where errors and mended copies do not balance it looks again
            simulation.settle();
            simulation.logged.clear();
            scrub(simulation, pgid, DEEP);
            assertThat(simulation.logged).noneMatch(line -> line.startsWith("ERROR"));
            Invariants.assertClean(simulation);
            simulation.clients.forEach(client -> client.work(20)); // reads what was written
            simulation.settle();
        }
    }

    /// Sums that went wrong are told, and put right by a repair.
    @Test
    void wrongSumsAreMended() {
        Simulation simulation = withObjects(31, 10, 1);
        PgId pgid = new PgId(FakeMap.POOL, 0);
        Pg pg = primary(simulation, pgid);
        long objects = pg.data.sum.get(Field.NUM_OBJECTS);
        pg.data.sum = pg.data.sum.with(Field.NUM_OBJECTS, objects + 3);
        scrub(simulation, pgid, SCRUB);
        assertThat(simulation.logged)
                .anyMatch(line -> line.contains(" stat mismatch, got " + objects + "/" + (objects + 3) + " objects, "));
        assertThat(state(simulation, pgid)).isEqualTo("active+clean+inconsistent");
        scrub(simulation, pgid, REPAIR);
        assertThat(pg.data.sum.get(Field.NUM_OBJECTS)).isEqualTo(objects);
        assertThat(state(simulation, pgid)).isEqualTo("active+clean");
    }

    /// A replica that takes part in too many scrubs says no, and the places of the others are given back.
    @Test
    void aRefusedPlaceEndsTheAttempt() {
        Simulation simulation = withObjects(32, 6, 3);
        for (Simulation.Node node : simulation.nodes) {
            node.reserveScrub(PgShell.ScrubRole.REPLICA);
            node.reserveScrub(PgShell.ScrubRole.REPLICA);
        }
        simulation.nodes.get(simulation.newest().map(new PgId(FakeMap.POOL, 0)).actingPrimary()).releaseScrub(PgShell.ScrubRole.REPLICA);
        Pg pg = primary(simulation, new PgId(FakeMap.POOL, 0));
        pg.requestScrub(DEEP);
        assertThat(pg.scrubTick(false)).isTrue();
        simulation.settle();
        assertThat(simulation.logged).isEmpty();
        for (Simulation.Node node : simulation.nodes) {
            for (int i = 0; i < (node.id == simulation.newest().map(pg.pgid().pgid()).actingPrimary() ? 1 : 2); i++) {
                node.releaseScrub(PgShell.ScrubRole.REPLICA);
            }
        }
        assertThat(pg.scrubTick(false)).isTrue();
        simulation.settle();
        assertThat(simulation.logged).anyMatch(line -> line.endsWith("deep-scrub ok"));
    }

    /// Clients work, OSDs die and come back, groups move, and scrubs run all the while: none reports anything, and reads
    /// return what was written.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void scrubsAmongChangesReportNothing(int block) {
        int seeds = Integer.getInteger("simulation.seeds", 25);
        int only = Integer.getInteger("simulation.seed", -1);
        for (int seed = block * seeds; seed < block * seeds + seeds; seed++) {
            if (only >= 0 && seed != only) {
                continue;
            }
            try {
                scrubbedChaos(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static void scrubbedChaos(long seed) {
        Simulation simulation = withObjects(seed, 14, 3);
        for (int round = 0; round < 12; round++) {
            simulation.clients.forEach(client -> client.work(simulation.random.nextInt(5)));
            simulation.run(simulation.random.nextInt(60));
            for (Simulation.Node node : simulation.nodes) {
                if (node.alive && simulation.random.nextBoolean()) {
                    startScrubs(simulation, node);
                }
            }
            simulation.run(simulation.random.nextInt(300));
            disturb(simulation, simulation.nodes.get(simulation.random.nextInt(simulation.nodes.size())));
        }
        simulation.nodes.stream().filter(node -> !node.alive).forEach(Simulation.Node::start);
        simulation.settle();
        for (FakeClient client : simulation.clients) {
            assertThat(client.isIdle()).as(() -> client.name + " waits\n" + simulation.describe()).isTrue();
        }
        for (int seed2 = 0; seed2 < 3; seed2++) {
            scrub(simulation, new PgId(FakeMap.POOL, seed2), DEEP);
        }
        Invariants.assertClean(simulation);
        assertThat(simulation.logged)
                .as(() -> simulation.describe())
                .noneMatch(line -> line.startsWith("ERROR"))
                // a repair that was asked for before makes the scrub asked for later unnecessary
                .anyMatch(line -> line.endsWith("scrub ok") || line.endsWith("repair ok, 0 fixed"));
    }

    /// Blocks of one OSD go bad while clients read and write them, and that OSD dies, comes back, is marked down: every
    /// acknowledged write is read, and repairs leave all copies the same.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void badBlocksAmongChangesLoseNothing(int block) {
        int seeds = Integer.getInteger("simulation.seeds", 25);
        int only = Integer.getInteger("simulation.seed", -1);
        for (int seed = block * seeds; seed < block * seeds + seeds; seed++) {
            if (only >= 0 && seed != only) {
                continue;
            }
            try {
                rotting(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static void rotting(long seed) {
        Simulation simulation = withObjects(seed, 14, 3);
        for (int round = 0; round < 12; round++) {
            Simulation.Node bad = simulation.nodes.get((int) (seed % 3));
            if (!bad.alive) {
                bad.start();
            }
            simulation.settle(); // a block that holds the only copy of a change under way would be a second fault
            for (FakeClient client : simulation.clients) {
                if (simulation.random.nextInt(6) == 0) {
                    simulation.note("bad block of " + client.name + " on osd." + bad.id);
                    bad.faulty.breakData(GhObject.of(simulation.object(client.name)));
                }
            }
            simulation.clients.forEach(client -> client.work(simulation.random.nextInt(5)));
            simulation.run(simulation.random.nextInt(200));
            for (Simulation.Node node : simulation.nodes) {
                if (node.alive && simulation.random.nextInt(4) == 0) {
                    startScrubs(simulation, node);
                }
            }
            simulation.run(simulation.random.nextInt(200));
            disturb(simulation, bad);
        }
        simulation.nodes.stream().filter(node -> !node.alive).forEach(Simulation.Node::start);
        simulation.settle();
        for (FakeClient client : simulation.clients) {
            assertThat(client.isIdle()).as(() -> client.name + " waits\n" + simulation.describe()).isTrue();
        }
        for (int group = 0; group < 3; group++) {
            PgId pgid = new PgId(FakeMap.POOL, group);
            scrub(simulation, pgid, REPAIR);
            primary(simulation, pgid).scrubTick(false);
            simulation.settle();
        }
        Invariants.assertClean(simulation);
    }

    private static void startScrubs(Simulation simulation, Simulation.Node node) {
        List<ScrubMode> modes = List.of(SCRUB, DEEP, REPAIR);
        node.table.groups().forEach(pg -> {
            if (pg.isPrimary()) {
                pg.requestScrub(modes.get(simulation.random.nextInt(3)));
                pg.scrubTick(false);
            }
        });
    }

    private static void disturb(Simulation simulation, Simulation.Node node) {
        switch (simulation.random.nextInt(6)) {
            case 0 -> {
                if (node.alive) {
                    node.kill();
                    simulation.markDown(node.id);
                }
            }
            case 1 -> {
                if (!node.alive) {
                    node.start();
                }
            }
            case 2 -> simulation.markDown(node.id);
            default -> {}
        }
    }
}
