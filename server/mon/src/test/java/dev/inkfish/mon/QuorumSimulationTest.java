package dev.inkfish.mon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.QuorumSimulation.Client;
import dev.inkfish.mon.QuorumSimulation.Node;
import dev.inkfish.mon.quorum.Quorum;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonCommandAck;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.LogEntry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Monitors that crash, are cut off and come back, under clients that go from one to another: what was acknowledged is
/// there, every read sees it, and in the end all have the same.
class QuorumSimulationTest {
    private static final int SEEDS = Integer.getInteger("inkfish.seeds", 40);
    private static final long FIRST = Long.getLong("inkfish.seed", 1);
    private static final int STEPS = 1500;
    private static final int CALM = 400;

    private static String run(long seed) {
        QuorumSimulation world = new QuorumSimulation(seed);
        try {
            return run(world, seed);
        } catch (RuntimeException | AssertionError e) {
            String trace = world.trace.toString();
            throw new AssertionError("seed " + seed + "\n" + trace.substring(Math.max(0, trace.length() - 40000)), e);
        }
    }

    private static String run(QuorumSimulation world, long seed) {
        List<Client> clients = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            clients.add(world.new Client(i));
        }
        List<Integer> before = List.of();
        for (int step = 0; step < STEPS + CALM; step++) {
            if (step < STEPS) {
                disturb(world);
            } else if (step == STEPS) {
                world.nodes.stream().filter(node -> !node.alive).forEach(Node::restart);
                world.nodes.forEach(node -> node.cut = false);
                world.nodes.forEach(node -> node.core.quorum().takePart(true));
                world.calm = true;
            } else if (step == STEPS + CALM / 2) {
                before = clients.stream().map(client -> client.answers).toList();
            }
            world.step();
            clients.forEach(Client::step);
        }
        for (int i = 0; i < clients.size(); i++) {
            // nobody waits for an answer that never comes
            assertThat(clients.get(i).answers).as("seed %d: answers in the end", seed).isGreaterThan(before.get(i));
        }
        clients.forEach(client -> assertThat(client.answers).as("seed %d: answers", seed).isGreaterThan(20));
        for (Node node : world.nodes) {
            node.applied = Math.min(node.applied, world.log.size());
            for (int i = 0; i < 2000 && node.applied < world.log.size(); i++) {
                node.learn();
            }
        }
        Node first = world.nodes.getFirst();
        for (Node node : world.nodes) {
            for (String namespace : List.of("config-key", "monmap", "auth", "logm", MonCore.META)) {
                assertThat(node.store.scan(namespace)).as("seed %d: %s of %s", seed, namespace, node.name)
                        .isEqualTo(first.store.scan(namespace));
            }
        }
        String log = clusterLog(first);
        assertThat(log).as("seed %d", seed).doesNotContain("scrub mismatch").contains("scrub ok on 0,1,2: ScrubResult(keys {");
        return world.trace.toString() + first.store.scan("config-key");
    }

    private static String clusterLog(Node node) {
        StringBuilder lines = new StringBuilder();
        node.store.scan("logm", "v").values().forEach(batch -> batch.reader().list(LogEntry::decode).forEach(
                line -> lines.append(line.message()).append('\n')));
        return lines.toString();
    }

    private static void disturb(QuorumSimulation world) {
        if (world.random.nextInt(100) > 0) {
            return;
        }
        Node node = world.nodes.get(world.random.nextInt(world.nodes.size()));
        switch (world.random.nextInt(6)) {
            case 0 -> {
                if (node.alive) {
                    node.crash();
                } else {
                    node.restart();
                }
            }
            case 1 -> node.cut = !node.cut;
            case 3 -> node.core.quorum().takePart(!node.alive || node.core.quorum().isOutside());
            case 4 -> world.nodes.forEach(each -> each.core.quorum().takePart(true));
            case 2 -> world.nodes.forEach(each -> each.cut = false);
            default -> world.nodes.stream().filter(each -> !each.alive).forEach(Node::restart);
        }
    }

    @Test
    void nothingAcknowledgedIsLostAndNoReadIsStale() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            run(seed);
        }
    }

    @Test
    void oneSeedGivesOneTrace() {
        assertThat(run(7)).isEqualTo(run(7));
    }

    private static Node peon(QuorumSimulation world) {
        return world.nodes.stream()
                .filter(node -> node.core.quorum().state() == Quorum.State.PEON).findFirst().orElseThrow();
    }

    @Test
    void aStoreThatDiffersIsFound() {
        for (String damage : List.of("value", "missing", "more", "at the end")) {
            QuorumSimulation world = new QuorumSimulation(5);
            world.calm = true;
            pass(world, 20);
            assertThat(clusterLog(world.nodes.getFirst())).doesNotContain("mismatch");
            Node peon = peon(world);
            ask(world, peon, QuorumSimulation.ADMIN.apply(9), "{\"prefix\":\"config-key set\",\"key\":\"k\",\"val\":\"v\"}");
            MonTransaction change = new MonTransaction();
            peon.store.apply(switch (damage) {
                case "value" -> change.put("config-key", "k", Bytes.utf8("w"));
                case "missing" -> change.erase("config-key", "k");
                case "more" -> change.put("config-key", "l", Bytes.utf8("v"));
                default -> change.put("zzz", "z", Bytes.EMPTY);
            });
            pass(world, 20);
            int rank = peon.core.rank();
            assertThat(clusterLog(world.nodes.getFirst())).as(damage).contains("scrub mismatch\n mon.")
                    .contains("\n mon." + rank + " ScrubResult(keys {");
        }
    }

    @Test
    void aMonitorThatDoesNotAnswerIsWaitedForAndTheScrubBeginsAgain() {
        QuorumSimulation world = new QuorumSimulation(5);
        world.calm = true;
        world.nodes.forEach(node -> node.conf.set(Conf.Layer.FILE, "mon_scrub_interval", "0"));
        pass(world, 20);
        Node leader = world.node(leads(world).getFirst());
        Node peon = peon(world);
        peon.deaf = true;
        String scrub = "{\"prefix\":\"mon scrub\"}";
        Identity admin = QuorumSimulation.ADMIN.apply(9);
        assertThat(ask(world, leader, admin, 1, scrub).result()).isZero();
        assertThat(ask(world, leader, admin, 2, scrub).result()).isEqualTo(Errno.EBUSY.code());
        assertThat(world.trace.toString()).doesNotContain("restarting scrub");
        pass(world, 5);
        assertThat(world.trace.toString()).contains("restarting scrub");
        assertThat(clusterLog(leader)).contains("scrub already in progress").doesNotContain("scrub ok");
        peon.deaf = false;
        pass(world, 10);
        assertThat(clusterLog(leader)).contains("scrub ok on 0,1,2").doesNotContain("mismatch");
        assertThat(ask(world, leader, admin, 3, scrub).result()).isZero();
    }

    private static List<String> leads(QuorumSimulation world) {
        return world.nodes.stream().filter(node -> node.core.quorum().leads()).map(node -> node.name).toList();
    }

    private static void pass(QuorumSimulation world, int seconds) {
        for (int i = 0; i < 20 * seconds; i++) {
            world.step();
        }
    }

    @Test
    void whoIsToldToExitIsOutOfQuorumUntilItEnters() {
        QuorumSimulation world = new QuorumSimulation(3);
        world.calm = true;
        pass(world, 20);
        Node first = world.node(leads(world).getFirst());
        first.core.quorum().takePart(false);
        pass(world, 20);
        Node second = world.node(leads(world).getFirst());
        assertThat(second).isNotSameAs(first);
        assertThat(second.core.quorum().members()).hasSize(2).doesNotContain(first.name);
        assertThat(first.core.quorum().members()).isEmpty();
        assertThat(ask(world, second, QuorumSimulation.ADMIN.apply(9), "{\"prefix\":\"config-key set\",\"key\":\"k\",\"val\":\"v\"}"))
                .isZero();
        second.core.quorum().takePart(false);
        pass(world, 20);
        assertThat(leads(world)).isEmpty();
        first.core.quorum().takePart(true);
        pass(world, 20);
        assertThat(leads(world)).hasSize(1).doesNotContain(second.name);
        second.core.quorum().takePart(true);
        pass(world, 20);
        assertThat(world.node(leads(world).getFirst()).core.quorum().members()).containsExactly("a", "b", "c");
    }

    private static int ask(QuorumSimulation world, Node node, Identity identity, String command) {
        return ask(world, node, identity, 5, command).result();
    }

    private static MMonCommandAck ask(QuorumSimulation world, Node node, Identity identity, long tid, String command) {
        MonSession session = node.open(EntityName.client(identity.globalId()), identity);
        node.core.message(
                session, new MMonCommand(CoreHarness.FSID, List.of(command), Bytes.EMPTY), tid, world.wall());
        for (int i = 0; i < 200; i++) {
            world.step();
            for (Message each : node.strays) {
                if (each instanceof MMonCommandAck ack) {
                    node.strays.clear();
                    return ack;
                }
            }
        }
        throw new AssertionError("no answer\n" + world.trace);
    }

    @Test
    void whoComesToAMonitorThatBeganAgainIsNotTakenForWhoWasThereBefore() {
        QuorumSimulation world = new QuorumSimulation(1);
        world.calm = true;
        for (int i = 0; i < 200; i++) {
            world.step();
        }
        Node peon = world.nodes.stream()
                .filter(node -> node.core.quorum().state() == Quorum.State.PEON).findFirst().orElseThrow();
        String command = "{\"prefix\":\"config-key get\",\"key\":\"a-secret\"}";
        Identity admin = new Identity(EntityAuthName.parse("client.admin"), 1, Bytes.EMPTY, true);
        Identity nobody = new Identity(EntityAuthName.parse("client.nobody"), 2, Bytes.utf8("allow service mgr r"), false);
        assertThat(ask(world, peon, nobody, command)).isEqualTo(Errno.EACCES.code());
        peon.crash();
        peon.restart();
        assertThat(ask(world, peon, admin, command)).isEqualTo(Errno.ENOENT.code());
        // before the leader has missed it
        peon.crash();
        peon.restart();
        assertThat(ask(world, peon, nobody, command)).isEqualTo(Errno.EACCES.code());
    }

    @Test
    void whatWasAnsweredIsNotDoneAgain() {
        QuorumSimulation world = new QuorumSimulation(1);
        world.calm = true;
        for (int i = 0; i < 200; i++) {
            world.step();
        }
        Identity admin = new Identity(EntityAuthName.parse("client.admin"), 1, Bytes.EMPTY, true);
        String first = "{\"prefix\":\"config-key set\",\"key\":\"a\",\"val\":\"1\"}";
        ask(world, world.nodes.get(0), admin, 1, first);
        ask(world, world.nodes.get(1), admin, 2, first.replace("\"1\"", "\"2\""));
        // the first request once more, late, by way of each of them
        for (Node node : world.nodes) {
            assertThat(ask(world, node, admin, 1, first).result()).isZero();
        }
        String get = "{\"prefix\":\"config-key get\",\"key\":\"a\"}";
        assertThat(ask(world, world.nodes.get(0), admin, 3, get).data().utf8()).isEqualTo("2");
    }
}
