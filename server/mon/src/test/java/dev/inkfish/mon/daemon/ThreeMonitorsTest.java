package dev.inkfish.mon.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.command.CommandResult;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.Count;
import dev.inkfish.mon.Tally;
import dev.inkfish.mon.store.MonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.RocksMonStore;
import dev.inkfish.net.Connection;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.MonClient;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Monitors in quorum over real sockets and with cephx, in one process: they agree, survive the loss of a leader, and
/// take in one that comes with nothing.
class ThreeMonitorsTest {
    private static final UUID FSID = UUID.fromString("22222222-2222-3333-4444-555555555555");
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final EntityAuthName ADMIN = EntityAuthName.parse("client.admin");

    @TempDir
    private Path dir;

    private final EventLoops loops = EventLoops.create("test", 2);
    private final NavigableMap<String, MonInfo> infos = new TreeMap<>();
    private final NavigableMap<String, MonDaemon> running = new TreeMap<>();
    private final List<AutoCloseable> clients = new ArrayList<>();
    private final EntityAuth monKey = key("allow *");
    private final EntityAuth adminKey = key("allow *");

    private static EntityAuth key(String caps) {
        CryptoKey key = CryptoKey.generate(
                CryptoKey.AES, MonDaemon.now(), count -> Bytes.wrap(MonDaemon.randomBytes(count)));
        return EntityAuth.of(key, new TreeMap<>(Map.of("mon", caps)));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable client : clients) {
            client.close();
        }
        running.values().forEach(MonDaemon::close);
        loops.close();
    }

    private static MonInfo info(String name) {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                InetSocketAddress at = new InetSocketAddress("127.0.0.1", probe.getLocalPort());
                return new MonInfo(name, EntityAddrVec.of(EntityAddr.of(EntityAddr.Kind.MSGR2, at, 0)));
            } catch (IOException taken) {
                // another one
            }
        }
    }

    private Conf conf(String name) {
        Conf conf = new Conf("mon", name);
        conf.set(Conf.Layer.FILE, "paxos_min", "20");
        return conf;
    }

    private void begin(String... names) {
        Map<String, Path> directories = new TreeMap<>();
        for (String name : names) {
            infos.put(name, info(name));
            directories.put(name, dir.resolve(name));
        }
        MonMap map = MonMap.initial(FSID, List.copyOf(infos.values()), MonDaemon.now());
        String keyring = KeyRing.of(EntityAuthName.parse("mon."), monKey).with(KeyRing.of(ADMIN, adminKey)).print();
        MonDaemon.mkfs(directories, map, Bytes.utf8(keyring), conf(names[0]));
        Stream.of(names).forEach(this::start);
    }

    private void start(String name) {
        running.put(name, MonDaemon.start(new MonConfig(name, dir.resolve(name), conf(name), loops, null)));
    }

    private void kill(String name) {
        running.remove(name).close();
    }

    private void wipe(String name) throws IOException {
        try (Stream<Path> files = Files.walk(dir.resolve(name))) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(java.io.File::delete);
        }
    }

    private static void await(Supplier<Boolean> condition) {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!condition.get()) {
            assertThat(System.nanoTime()).as("time is up").isLessThan(end);
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static CommandResult.Done local(MonDaemon monitor, String command) {
        CompletableFuture<CommandResult.Done> answer = new CompletableFuture<>();
        monitor.command(command, Bytes.EMPTY, answer::complete);
        return answer.completeOnTimeout(
                CommandResult.error(Errno.ETIMEDOUT, "no answer"), 20, TimeUnit.SECONDS).join();
    }

    /// The answer of whoever leads.
    private String command(String command) {
        String[] found = new String[1];
        await(() -> {
            for (MonDaemon monitor : running.values()) {
                CommandResult.Done done = local(monitor, command);
                if (done.code() == 0) {
                    found[0] = done.data().utf8();
                    return true;
                }
            }
            return false;
        });
        return found[0];
    }

    private String leader() {
        String status = command("{\"prefix\":\"mon stat\",\"format\":\"json\"}");
        return status.replaceAll("(?s).*\"leader\":\"(\\w+)\".*", "$1");
    }

    private void awaitQuorum(String names) {
        await(() -> command("{\"prefix\":\"mon stat\"}").strip().endsWith(" " + names));
    }

    /// A client that knows one monitor only.
    private MonClient client(String monitor) {
        EntityAuthName name = ADMIN;
        ClientAuth auth = new CephxClient(name, adminKey.key(), List.of(), List.of(AuthMethod.MODE_CRC),
                count -> Bytes.wrap(MonDaemon.randomBytes(count)), MonDaemon::now);
        NettyMessenger messenger = NettyMessenger.builder(EntityName.client(-1), loops)
                .clientAuth(auth).nonce(ThreadLocalRandom.current().nextInt() >>> 1).build();
        messenger.start();
        MonClient client = MonClient.create(
                messenger, name, auth, List.of(infos.get(monitor).addrs()), new MonClient.Listener() {
                    @Override
                    public void onMessage(Connection connection, Message message, long tid) {}
                });
        clients.add(client);
        clients.add(messenger);
        client.start();
        return client;
    }

    private static String ask(MonClient client, String command) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        client.command(command, Bytes.EMPTY, (code, status, output) ->
                answer.complete(code == 0 ? output.utf8() : code + " " + status));
        return answer.completeOnTimeout("no answer", LIMIT_NANOS, TimeUnit.NANOSECONDS).join();
    }

    private static String set(String key, String value) {
        return "{\"prefix\":\"config-key set\",\"key\":\"" + key + "\",\"val\":\"" + value + "\"}";
    }

    private static String get(String key) {
        return "{\"prefix\":\"config-key get\",\"key\":\"" + key + "\"}";
    }

    private List<String> peons() {
        String leader = leader();
        return running.keySet().stream().filter(name -> !name.equals(leader)).toList();
    }

    @Test
    void whatWasAcknowledgedSurvivesTheLossOfTheLeaderAndOfADisk() throws IOException {
        begin("a", "b", "c");
        awaitQuorum("a,b,c");
        MonClient client = client(peons().getFirst());
        for (int i = 0; i < 30; i++) {
            assertThat(ask(client, set("k" + i, "v" + i))).isEmpty();
        }
        assertThat(ask(client(peons().getLast()), get("k29"))).isEqualTo("v29");

        String lost = leader();
        Tally before = running.get(lost).tally();
        assertThat(before.of(Count.ELECTION_WIN)).isPositive();
        assertThat(before.of(Count.ELECTION_CALL)).isPositive();
        assertThat(before.of(Count.COMMIT)).isGreaterThanOrEqualTo(30).isLessThanOrEqualTo(before.of(Count.BEGIN));
        kill(lost);
        assertThat(ask(client, set("after", "the loss"))).isEmpty();
        String survivors = String.join(",", running.keySet());
        awaitQuorum(survivors);
        for (String name : running.keySet()) {
            Tally tally = running.get(name).tally();
            assertThat(tally.of(Count.LEASE_TIMEOUT)).as(name).isPositive();
            assertThat(tally.of(Count.ELECTION_WIN) + tally.of(Count.ELECTION_LOSE)).as(name).isEqualTo(tally.of(Count.NUM_ELECTIONS));
            assertThat(tally.of(Count.COMMIT)).as(name).isGreaterThanOrEqualTo(31);
        }
        assertThat(running.get(leader()).tally().of(Count.ELECTION_WIN)).isPositive();
        for (int i = 0; i < 30; i++) {
            assertThat(command(get("k" + i))).isEqualTo("v" + i);
        }

        // it comes back with nothing but the key that the monitors share
        wipe(lost);
        MonMap map = MonMap.initial(FSID, List.copyOf(infos.values()), MonDaemon.now());
        MonDaemon.mkfsToJoin(dir.resolve(lost), map, monKey);
        start(lost);
        awaitQuorum("a,b,c");
        assertThat(running.get(lost).tally().of(Count.STORE_STATE)).isPositive();
        assertThat(running.values().stream().mapToLong(each -> each.tally().of(Count.SHARE_STATE)).sum()).isPositive();
        String other = running.keySet().stream().filter(name -> !name.equals(lost)).findFirst().orElseThrow();
        kill(other);
        assertThat(command(get("k7"))).isEqualTo("v7");
        assertThat(command(get("after"))).isEqualTo("the loss");
    }

    @Test
    void whatEndedBetweenTheArrivalOfASnapshotAndItsUseHasItsContents() throws IOException {
        begin("a", "b", "c");
        awaitQuorum("a,b,c");
        MonClient client = client("a");
        for (int i = 0; i < 60; i++) {
            assertThat(ask(client, set("k" + i, "v" + i))).isEmpty();
        }
        // as if it had joined, and ended before its store had anything of what came
        kill("c");
        wipe("c/store.db");
        MonMap map = MonMap.initial(FSID, List.copyOf(infos.values()), MonDaemon.now());
        MonDaemon.mkfsToJoin(dir.resolve("c"), map, monKey);
        start("c");
        awaitQuorum("a,b,c");
        kill("a");
        assertThat(command(get("k59"))).isEqualTo("v59");
        kill("b");
        start("a");
        assertThat(command(get("k3"))).isEqualTo("v3");
        assertThat(command(set("after", "all"))).isEmpty();
    }

    /// What is damaged and not just cut off is no monitor's to judge: it says so and ends, and leaves nothing running.
    @Test
    void aMonitorWithADamagedLogSaysSoAndEnds() throws IOException {
        begin("a", "b", "c");
        awaitQuorum("a,b,c");
        for (int i = 0; i < 30; i++) {
            command(set("k" + i, "v" + i));
        }
        kill("c");
        Path segment = newestSegment("c");
        flipInTheMiddle(segment);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> start("c"))
                    .isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(Errno.EIO)).isTrue())
                    .hasMessageContaining("the monitors' log in " + dir.resolve("c"))
                    .hasMessageContaining("corrupted");
            await(() -> Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                    .noneMatch(thread -> thread.equals("mon.c") || thread.contains("ceph-mon.c.asok")));
        }
        flipInTheMiddle(segment);
        start("c");
        awaitQuorum("a,b,c");
    }

    private Path newestSegment(String monitor) throws IOException {
        try (Stream<Path> files = Files.walk(dir.resolve(monitor).resolve("log"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
                    .findFirst().orElseThrow();
        }
    }

    private static void flipInTheMiddle(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
    }

    @Test
    void aStoreThatIsNotTheOthersIsFound() throws Exception {
        begin("a", "b", "c");
        awaitQuorum("a,b,c");
        for (int i = 0; i < 150; i++) {
            command(set("k" + i, "v" + i));
        }
        command("{\"prefix\":\"mon scrub\"}");
        await(() -> scrubLines().lines().filter(line -> line.contains("scrub ok on 0,1,2: ScrubResult(keys {")).count() >= 2);
        assertThat(scrubLines()).doesNotContain("mismatch");
        kill("c");
        try (MonStore store = new RocksMonStore(dir.resolve("c/store.db"))) {
            store.apply(new MonTransaction().put("config-key", "k7", Bytes.utf8("w7")));
        }
        start("c");
        awaitQuorum("a,b,c");
        command("{\"prefix\":\"mon scrub\"}");
        await(() -> scrubLines().contains("scrub mismatch"));
        assertThat(scrubLines()).contains("[ERR]  mon.2 ScrubResult(keys {");
    }

    private String scrubLines() {
        return command("{\"prefix\":\"log last\",\"num\":1000,\"level\":\"debug\",\"channel\":\"cluster\"}");
    }

    @Test
    void aMinorityRefusesAndAllOfThemComeBack() {
        begin("a", "b", "c");
        awaitQuorum("a,b,c");
        command(set("k", "v"));
        kill("a");
        kill("b");
        await(() -> local(running.get("c"), get("k")).code() == Errno.EAGAIN.code());
        start("b");
        assertThat(command(get("k"))).isEqualTo("v");
        start("a");
        awaitQuorum("a,b,c");
    }

    @Test
    void oneMonitorBecomesThreeAndTwoWhileItServes() {
        begin("a");
        assertThat(ask(client("a"), set("k", "v"))).isEmpty();
        for (String added : List.of("b", "c")) {
            infos.put(added, info(added));
            command("{\"prefix\":\"mon add\",\"name\":\"" + added + "\",\"addr\":\""
                    + infos.get(added).addrs().front().hostAndPort() + "\"}");
            MonMap map = MonMap.initial(FSID, List.copyOf(infos.values()), MonDaemon.now());
            MonDaemon.mkfsToJoin(dir.resolve(added), map, monKey);
            start(added);
            awaitQuorum(String.join(",", infos.keySet()));
        }
        assertThat(ask(client("c"), get("k"))).isEqualTo("v");
        // all three vote by now: any of them can be missed
        command(set("k2", "v2"));
        String leader = leader();
        await(() -> !leader().isEmpty() && local(running.get(leader()), get("k2")).code() == 0);
        command("{\"prefix\":\"mon rm\",\"name\":\"c\"}");
        awaitQuorum("a,b");
        kill("c");
        assertThat(command(get("k2"))).isEqualTo("v2");
    }
}
