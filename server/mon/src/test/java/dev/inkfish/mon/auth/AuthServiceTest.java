package dev.inkfish.mon.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Json;
import dev.inkfish.command.JsonFormatter;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonEffects;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.NewCluster;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.store.MemoryMonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AuthServiceTest implements MonEffects {
    private static final UUID FSID = new UUID(1, 2);
    private static final String KEYRING = """
            [mon.]
            key = AQBPZ/ZjAAAAABAAYWJjZGVmZ2hpamtsbW5vcA==
            caps mon = "allow *"
            [client.admin]
            key = AQBPZ/ZjAAAAABAAYWJjZGVmZ2hpamtsbW5vcQ==
            caps mon = "allow *"
            """;

    private final MemoryMonStore store = new MemoryMonStore();
    private final Random random = new Random(5);
    private Utime now = new Utime(1_700_000_000, 0);
    private @Nullable MonTransaction proposal;
    private AuthKeys keys = new AuthKeys(() -> now);
    private MonCore core = newCore();

    private MonCore newCore() {
        keys = new AuthKeys(() -> now);
        MonCore made = new MonCore("a", FSID, new Conf("mon", "a"), store, this);
        made.add(new MonMapService(made));
        made.add(new AuthService(made, keys, AuthService.policy(made.conf())));
        return made;
    }

    @BeforeEach
    void cluster() {
        MonInfo info = new MonInfo("a", EntityAddrVec.of(EntityAddr.NONE), 0, 0, new TreeMap<>());
        MonMap map = MonMap.initial(FSID, List.of(info), now);
        store.apply(core.newCluster(new NewCluster(FSID, map, Bytes.utf8(KEYRING), core.conf(), now)));
        core.start(now);
        commit();
    }

    private void commit() {
        while (proposal != null) {
            MonTransaction agreed = proposal;
            proposal = null;
            store.apply(agreed);
            core.committed(agreed, now);
        }
    }

    private CommandResult.Done run(String command, String input) {
        List<CommandResult.Done> answers = new ArrayList<>();
        core.localCommand(List.of(command), Bytes.utf8(input), answers::add, now);
        commit();
        assertThat(answers).hasSize(1);
        return answers.getFirst();
    }

    /// What Ceph 16.2.15 answered to the same commands in the same order; only the status of `auth get` is left
    /// out, as we do.
    @TestFactory
    Stream<DynamicTest> commandsAnswerAsCephs() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (var in = AuthServiceTest.class.getResourceAsStream("auth-commands.jsonl")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                Map<?, ?> expected = (Map<?, ?>) Json.parse(line);
                String command = json((Map<?, ?>) expected.get("command"));
                tests.add(DynamicTest.dynamicTest(command, () -> {
                    CommandResult.Done got = run(command, (String) expected.get("input"));
                    assertThat((long) got.code()).isEqualTo(expected.get("code"));
                    assertThat(got.outs()).isEqualTo(expected.get("status"));
                    assertThat(got.data().utf8()).isEqualTo(expected.get("output"));
                }));
            }
        }
        return tests.stream();
    }

    private static String json(Map<?, ?> command) {
        JsonFormatter f = new JsonFormatter(false);
        f.openObject();
        command.forEach((name, value) -> {
            if (value instanceof List<?> words) {
                f.openArray((String) name);
                words.forEach(word -> f.dump("", (String) word));
                f.close();
            } else {
                f.dump((String) name, (String) value);
            }
        });
        f.close();
        return f.text();
    }

    @Test
    void aNewClusterHasItsKeysAndTheBootstrapKeys() {
        assertThat(keys.find(EntityAuthName.parse("mon."))).isNotNull();
        assertThat(keys.find(EntityAuthName.parse("client.admin")).key().secret().utf8()).isEqualTo("abcdefghijklmnoq");
        CommandResult.Done list = run("{\"prefix\": \"auth ls\"}", "");
        assertThat(list.outs()).isEqualTo("installed auth entries:\n");
        assertThat(list.data().utf8())
                .startsWith("client.admin\n\tkey: AQBPZ/ZjAAAAABAAYWJjZGVmZ2hpamtsbW5vcQ==\n\tcaps: [mon] allow *\nclient.bootstrap-mds\n")
                .contains("client.bootstrap-rgw\n")
                .doesNotContain("mon.\n");
    }

    @Test
    void twoWhoCreateAKeyAtOnceGetTheSame() {
        String command = "{\"prefix\": \"auth get-or-create-key\", \"entity\": \"client.x\", \"caps\": [\"mon\", \"allow r\"]}";
        List<CommandResult.Done> answers = new ArrayList<>();
        core.localCommand(List.of("{\"prefix\": \"auth rm\", \"entity\": \"client.bootstrap-rgw\"}"), Bytes.EMPTY, a -> {}, now);
        core.localCommand(List.of(command), Bytes.EMPTY, answers::add, now);
        core.localCommand(List.of(command), Bytes.EMPTY, answers::add, now);
        assertThat(answers).isEmpty();
        commit();
        assertThat(answers).hasSize(2);
        assertThat(answers.get(0)).isEqualTo(answers.get(1));
        EntityAuth made = keys.find(EntityAuthName.parse("client.x"));
        assertThat(answers.getFirst().data().utf8()).isEqualTo(made.key().toBase64() + "\n");
    }

    @Test
    void globalIdsAreNeverGivenTwice() {
        long highest = 0;
        for (int life = 0; life < 3; life++) {
            for (int i = 0; i < 7000; i++) {
                long id = keys.allocateGlobalId();
                assertThat(id).isGreaterThan(highest);
                highest = id;
            }
            for (long id = highest; id > 0; id = keys.allocateGlobalId()) {
                highest = id;
            }
            assertThat(keys.allocateGlobalId()).isZero();
            core.tick(now);
            commit();
            assertThat(keys.allocateGlobalId()).isEqualTo(++highest);
            core = newCore();
            core.start(now);
            commit();
        }
    }

    @Test
    void serviceKeysChangeEveryHour() {
        long before = keys.rotating(EntityType.OSD).maxVersion();
        now = new Utime(now.seconds() + 3600 * 2 + 1, 0);
        core.tick(now);
        commit();
        assertThat(keys.rotating(EntityType.OSD).maxVersion()).isGreaterThan(before);
        assertThat(keys.rotating(EntityType.AUTH).maxVersion()).isEqualTo(3);
    }

    // ---- effects

    @Override
    public void propose(MonTransaction transaction) {
        proposal = transaction;
    }

    @Override
    public void send(MonSession session, Message message, long tid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void identify(MonSession session, Identity identity) {}

    @Override
    public void close(MonSession session) {}

    @Override
    public long compact() {
        throw new UnsupportedOperationException();
    }

    @Override
    public byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @Override
    public void failed(String what, RuntimeException bug) {
        throw bug;
    }

    @Override
    public void log(Level level, String text) {}
}
