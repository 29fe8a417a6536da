package dev.inkfish.mgr.restful;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.mon.PerfCounterType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RestfulApiTest {
    private static final Map<String, String> ANSWERS = Map.of(
            "\"prefix\": \"osd dump\"", """
            {"flags": "noout,pauserd,pausewr", "osds": [{"osd": 0, "up": 1}, {"osd": 1, "up": 0}],
             "pools": [{"pool": 3, "pool_name": "p", "size": 2, "crush_rule": 0, "pg_placement_num": 8}]}""",
            "\"prefix\": \"osd crush dump\"", """
            {"buckets": [{"id": -1, "type_name": "root", "items": [{"id": -2}, {"id": -3}]},
                         {"id": -2, "type_name": "host", "items": [{"id": 0}]},
                         {"id": -3, "type_name": "host", "items": [{"id": 1}]}],
             "rules": [{"rule_id": 0, "min_size": 1, "max_size": 10, "steps": [
                {"op": "take", "item": -1}, {"op": "chooseleaf_firstn", "num": 0, "type": "host"}, {"op": "emit"}]}]}""",
            "\"prefix\": \"osd tree\"", "{\"nodes\": [{\"id\": 0, \"reweight\": 0.5}]}",
            "\"prefix\": \"osd metadata\"", "[{\"id\": 0, \"hostname\": \"alpha\", \"ceph_version\": \"v\"}]",
            "\"prefix\": \"mon metadata\"", "[{\"name\": \"a\", \"hostname\": \"alpha\", \"ceph_version\": \"v\"}]",
            "\"prefix\": \"quorum_status\"", """
            {"quorum": [0], "quorum_leader_name": "a", "monmap": {"mons": [{"rank": 0, "name": "a"}, {"rank": 1, "name": "b"}]}}""");

    private final RestfulApi api = new RestfulApi(members -> json(ANSWERS.get(members)), new RestfulApi.Manager() {
        @Override
        public Map<String, String> options() {
            return Map.of("debug_mgr", "2/5");
        }

        @Override
        public NavigableMap<String, NavigableMap<String, MgrSession.Counter>> counters() {
            PerfCounterType latency = new PerfCounterType("osd.op_latency", "of operations", "l",
                    PerfCounterType.TIME | PerfCounterType.LONGRUNAVG, 9, 0);
            return new TreeMap<>(Map.of("osd.0", new TreeMap<>(Map.of("osd.op_latency", new MgrSession.Counter(latency, 70, 2))),
                    "osd.1", new TreeMap<>()));
        }
    });

    private static JsonNode json(String text) {
        try {
            return text == null ? JsonNodeFactory.instance.arrayNode() : new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private JsonNode get(String path) {
        RestfulApi.Answer answer = api.get(path, "");
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void osdsKnowTheirPoolsAndServer() {
        assertThat(get("/osd/0")).isEqualTo(json("""
                {"osd": 0, "up": 1, "pools": [3], "reweight": 0.5, "server": "alpha",
                 "valid_commands": []}"""));
        assertThat(get("/osd")).hasSize(2);
        assertThat(get("/osd/0/command")).isEqualTo(json("[]"));
        assertThat(api.get("/osd/9", "")).isEqualTo(RestfulApi.failure(500, "Failed to identify the OSD id \"9\""));
    }

    @Test
    void theRestOfTheClusterIsThere() {
        assertThat(get("/config/osd")).isEqualTo(json("[\"noout\", \"pause\"]"));
        assertThat(get("/crush/rule").get(0).path("osd_count").asInt()).isEqualTo(2);
        assertThat(get("/pool/3").path("pgp_num").asInt()).isEqualTo(8);
        assertThat(get("/mon/a")).isEqualTo(json("""
                {"rank": 0, "name": "a", "in_quorum": true, "leader": true, "server": "alpha"}"""));
        assertThat(get("/mon/b").path("in_quorum").asBoolean()).isFalse();
        assertThat(get("/server")).isEqualTo(json("""
                [{"hostname": "alpha", "ceph_version": "v", "services": [{"type": "mon", "id": "a"}, {"type": "osd", "id": "0"}]}]"""));
        assertThat(api.get("/nosuch", "").status()).isEqualTo(404);
    }

    @Test
    void whatTheManagerKnowsIsThere() {
        assertThat(get("/config/cluster")).isEqualTo(json("{\"debug_mgr\": \"2/5\"}"));
        assertThat(get("/config/cluster/debug_mgr")).isEqualTo(json("\"2/5\""));
        assertThat(get("/config/cluster/nosuch")).isEqualTo(json("null"));
        assertThat(get("/perf")).hasSize(2);
        assertThat(json(api.get("/perf", "page=0&daemon=.*0").body().toString())).isEqualTo(json("""
                {"osd.0": {"osd.op_latency": {"description": "of operations", "nick": "l", "type": 5, "priority": 9, "units": 0,
                 "value": 70, "count": 2}}}"""));
        assertThat(api.get("/perf", "daemon=(").status()).isEqualTo(500);
    }

    @Test
    void onlyWhoHasAKeyIsLetIn() {
        Map<String, String> keys = Map.of("a", "secret");
        assertThat(RestfulApi.refusal(null, keys)).isEqualTo(RestfulApi.failure(401, "auth: No HTTP username/password"));
        assertThat(RestfulApi.refusal(basic("b:secret"), keys)).isEqualTo(RestfulApi.failure(401, "auth: No such user"));
        assertThat(RestfulApi.refusal(basic("a:other"), keys)).isEqualTo(RestfulApi.failure(401, "auth: Incorrect password"));
        assertThat(RestfulApi.refusal(basic("a"), keys)).isNotNull();
        assertThat(RestfulApi.refusal("Basic %%%", keys)).isNotNull();
        assertThat(RestfulApi.refusal(basic("a:secret"), keys)).isNull();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aCertificateOfItsOwnServes() {
        Certificate made = Certificate.selfSigned();
        assertThat(made.certificate()).startsWith("-----BEGIN CERTIFICATE-----\n");
        assertThat(made.context().getProtocol()).isEqualTo("TLS");
        assertThatThrownBy(() -> new Certificate(made.certificate(), "nonsense").context()).isInstanceOf(CephException.class);
    }
}
