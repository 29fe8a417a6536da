package dev.inkfish.mgr.restful;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.wire.mon.PerfCounterType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// What each path answers (`src/pybind/mgr/restful/api`). It has no state: all comes from the monitors, which are asked anew, and
/// from what the manager knows.
final class RestfulApi {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Map<String, String> PATHS = new TreeMap<>(Map.ofEntries(
            Map.entry("/", "Show the basic information for the REST API"),
            Map.entry("/config/cluster", "Show all cluster configuration options"),
            Map.entry("/config/cluster/<arg>", "Show specific configuration option"),
            Map.entry("/config/osd", "Show OSD configuration options"),
            Map.entry("/crush/rule", "Show crush rules"),
            Map.entry("/doc", "Show documentation information"),
            Map.entry("/mon", "Show the information for all the monitors"),
            Map.entry("/mon/<arg>", "Show the information for the monitor name"),
            Map.entry("/osd", "Show the information for all the OSDs"),
            Map.entry("/osd/<arg>", "Show the information for the OSD id"),
            Map.entry("/osd/<arg>/command", "Show implemented commands for the OSD id"),
            Map.entry("/perf", "List all the available performance counters"),
            Map.entry("/pool", "Show the information for all the pools"),
            Map.entry("/pool/<arg>", "Show the information for the pool id"),
            Map.entry("/request", "List all the available requests"),
            Map.entry("/server", "Show the information for all the servers"),
            Map.entry("/server/<arg>", "Show the information for the server fqdn")));

    /// Where the answers come from.
    interface Monitors {
        /// A command's answer in JSON.
        ///
        /// @param members of the command, without braces and without its format
        JsonNode ask(String members);
    }

    /// What the manager itself knows. Any thread.
    interface Manager {
        /// The manager's options.
        Map<String, String> options();

        /// What daemons last reported, by daemon, then by path.
        NavigableMap<String, NavigableMap<String, MgrSession.Counter>> counters();
    }

    /// @param status as in HTTP
    record Answer(int status, JsonNode body) {}

    private final Monitors monitors;
    private final Manager manager;

    RestfulApi(Monitors monitors, Manager manager) {
        this.monitors = monitors;
        this.manager = manager;
    }

    static Answer failure(int status, String message) {
        return new Answer(status, JSON.objectNode().put("message", message));
    }

    /// Why a request is not let in; null where it is.
    ///
    /// @param authorization that header, if there is one
    /// @param keys by name
    static @Nullable Answer refusal(@Nullable String authorization, Map<String, String> keys) {
        if (authorization == null || !authorization.startsWith("Basic ")) {
            return failure(401, "auth: No HTTP username/password");
        }
        String[] pair;
        try {
            byte[] decoded = Base64.getDecoder().decode(authorization.substring("Basic ".length()).strip());
            pair = new String(decoded, StandardCharsets.UTF_8).split(":", 2);
        } catch (IllegalArgumentException e) {
            return failure(401, "auth: No HTTP username/password");
        }
        String key = keys.get(pair[0]);
        if (key == null) {
            return failure(401, "auth: No such user");
        }
        boolean same = pair.length == 2 && MessageDigest.isEqual(
                key.getBytes(StandardCharsets.UTF_8), pair[1].getBytes(StandardCharsets.UTF_8));
        return same ? null : failure(401, "auth: Incorrect password");
    }

    /// What anybody may see.
    static boolean isOpen(String path) {
        return path.equals("/") || path.equals("/doc");
    }

    /// @param query decoded, without its question mark
    Answer get(String path, String query) {
        List<String> parts = new ArrayList<>(List.of(path.split("/")));
        parts.removeIf(String::isEmpty);
        String argument = parts.size() > 1 ? parts.get(1) : "";
        return switch (parts.isEmpty() ? "" : parts.getFirst()) {
            case "" -> new Answer(200, root());
            case "doc" -> new Answer(200, doc());
            case "config" -> switch (argument) {
                case "osd" -> new Answer(200, flags());
                case "cluster" -> options(parts);
                default -> notFound();
            };
            case "crush" -> argument.equals("rule") ? new Answer(200, rules()) : notFound();
            case "mon" -> one(mons(), parts, mon -> mon.path("name").asText().equals(argument), "monitor node", argument);
            case "osd" -> osd(parts, argument);
            case "perf" -> counters(query);
            case "pool" -> one(pools(), parts, pool -> pool.path("pool").asText().equals(argument), "pool id", argument);
            case "server" -> parts.size() == 1 ? new Answer(200, servers()) : new Answer(200, server(argument));
            case "request" -> parts.size() == 1 ? new Answer(200, JSON.arrayNode())
                    : failure(500, "Unknown request id \"" + argument + "\"");
            default -> notFound();
        };
    }

    private static Answer notFound() {
        return failure(404, "Not Found");
    }

    private static Answer one(ArrayNode all, List<String> parts, Predicate<JsonNode> wanted, String what, String argument) {
        if (parts.size() == 1) {
            return new Answer(200, all);
        }
        for (JsonNode each : all) {
            if (wanted.test(each)) {
                return parts.size() == 2 ? new Answer(200, each) : notFound();
            }
        }
        return failure(500, "Failed to identify the " + what + " \"" + argument + "\"");
    }

    private static ObjectNode root() {
        return JSON.objectNode()
                .put("api_version", 1)
                .put("auth", "Use \"ceph restful create-key <key>\" to create a key pair, pass it as HTTP Basic auth to authenticate")
                .put("doc", "See /doc endpoint")
                .put("info", "Ceph Manager RESTful API server");
    }

    private static ObjectNode doc() {
        ObjectNode doc = JSON.objectNode();
        PATHS.forEach((path, text) -> doc.putObject(path).putArray("GET").add(text));
        return doc;
    }

    private ArrayNode flags() {
        ArrayNode flags = JSON.arrayNode();
        // as an operator sets them both
        String text = monitors.ask("\"prefix\": \"osd dump\"").path("flags").asText().replace("pauserd,pausewr", "pause");
        for (String flag : text.split(",")) {
            flags.add(flag);
        }
        return flags;
    }

    private Answer options(List<String> parts) {
        Map<String, String> options = manager.options();
        if (parts.size() > 3) {
            return notFound();
        }
        if (parts.size() == 3) {
            String value = options.get(parts.get(2));
            return new Answer(200, value == null ? JSON.nullNode() : JSON.textNode(value));
        }
        ObjectNode all = JSON.objectNode();
        options.forEach(all::put);
        return new Answer(200, all);
    }

    /// @param query `daemon=` and a pattern that the daemon's name begins with
    private Answer counters(String query) {
        Pattern wanted = Pattern.compile("");
        for (String part : query.split("&")) {
            if (part.startsWith("daemon=")) {
                try {
                    wanted = Pattern.compile(part.substring("daemon=".length()));
                } catch (PatternSyntaxException e) {
                    return failure(500, e.getDescription());
                }
            }
        }
        ObjectNode all = JSON.objectNode();
        for (Map.Entry<String, NavigableMap<String, MgrSession.Counter>> daemon : manager.counters().entrySet()) {
            if (wanted.matcher(daemon.getKey()).lookingAt()) {
                ObjectNode counters = all.putObject(daemon.getKey());
                daemon.getValue().forEach((path, counter) -> describe(counters.putObject(path), counter));
            }
        }
        return new Answer(200, all);
    }

    private static void describe(ObjectNode out, MgrSession.Counter counter) {
        PerfCounterType type = counter.type();
        out.put("description", type.description()).put("type", type.type()).put("priority", type.priority())
                .put("units", type.unit()).put("value", counter.value());
        if (!type.nick().isEmpty()) {
            out.put("nick", type.nick());
        }
        if ((type.type() & PerfCounterType.LONGRUNAVG) != 0) {
            out.put("count", counter.count());
        }
    }

    private ArrayNode mons() {
        JsonNode status = monitors.ask("\"prefix\": \"quorum_status\"");
        Map<String, String> hosts = hosts("mon", "name");
        List<Integer> quorum = new ArrayList<>();
        status.path("quorum").forEach(rank -> quorum.add(rank.asInt()));
        ArrayNode mons = JSON.arrayNode();
        for (JsonNode each : status.path("monmap").path("mons")) {
            ObjectNode mon = each.deepCopy();
            mon.put("in_quorum", quorum.contains(mon.path("rank").asInt()));
            mon.put("leader", status.path("quorum_leader_name").equals(mon.path("name")));
            mon.put("server", hosts.get(mon.path("name").asText()));
            mons.add(mon);
        }
        return mons;
    }

    private Answer osd(List<String> parts, String argument) {
        Answer found = one(osds(), parts.subList(0, Math.min(2, parts.size())), osd -> osd.path("osd").asText().equals(argument),
                "OSD id", argument);
        if (parts.size() <= 2 || found.status() != 200) {
            return found;
        }
        return parts.size() == 3 && parts.get(2).equals("command") ? new Answer(200, found.body().path("valid_commands")) : notFound();
    }

    private ArrayNode osds() {
        JsonNode map = monitors.ask("\"prefix\": \"osd dump\"");
        JsonNode crush = monitors.ask("\"prefix\": \"osd crush dump\"");
        Map<String, String> hosts = hosts("osd", "id");
        Map<Integer, Double> reweights = new TreeMap<>();
        monitors.ask("\"prefix\": \"osd tree\"").path("nodes").forEach(
                node -> reweights.put(node.path("id").asInt(), node.path("reweight").asDouble()));
        Map<Integer, ArrayNode> pools = new TreeMap<>();
        for (JsonNode pool : map.path("pools")) {
            for (JsonNode rule : crush.path("rules")) {
                boolean fits = rule.path("min_size").asInt() <= pool.path("size").asInt()
                        && pool.path("size").asInt() <= rule.path("max_size").asInt();
                if (rule.path("rule_id").equals(pool.path("crush_rule")) && fits) {
                    RuleOsds.of(crush, rule).forEach(osd ->
                            pools.computeIfAbsent(osd, o -> JSON.arrayNode()).add(pool.path("pool")));
                }
            }
        }
        ArrayNode osds = JSON.arrayNode();
        for (JsonNode each : map.path("osds")) {
            ObjectNode osd = each.deepCopy();
            int id = osd.path("osd").asInt();
            osd.set("pools", pools.getOrDefault(id, JSON.arrayNode()));
            osd.put("reweight", reweights.getOrDefault(id, 0.0));
            osd.put("server", hosts.get(Integer.toString(id)));
            osd.putArray("valid_commands"); // Ceph's are scrub, deep-scrub and repair of an OSD that is up: here nothing is changed
            osds.add(osd);
        }
        return osds;
    }

    private ArrayNode rules() {
        JsonNode crush = monitors.ask("\"prefix\": \"osd crush dump\"");
        ArrayNode rules = JSON.arrayNode();
        for (JsonNode each : crush.path("rules")) {
            ObjectNode rule = each.deepCopy();
            rules.add(rule.put("osd_count", RuleOsds.of(crush, each).size()));
        }
        return rules;
    }

    private ArrayNode pools() {
        ArrayNode pools = JSON.arrayNode();
        for (JsonNode each : monitors.ask("\"prefix\": \"osd dump\"").path("pools")) {
            ObjectNode pool = each.deepCopy();
            JsonNode groups = pool.remove("pg_placement_num");
            if (groups != null) {
                pool.set("pgp_num", groups);
            }
            pools.add(pool);
        }
        return pools;
    }

    private ArrayNode servers() {
        TreeSet<String> names = new TreeSet<>();
        for (String type : List.of("mon", "osd", "mgr")) {
            names.addAll(hosts(type, type.equals("osd") ? "id" : "name").values());
        }
        ArrayNode servers = JSON.arrayNode();
        names.forEach(name -> servers.add(server(name)));
        return servers;
    }

    private ObjectNode server(String host) {
        ObjectNode server = JSON.objectNode().put("hostname", host);
        ArrayNode services = server.putArray("services");
        for (String type : List.of("mgr", "mon", "osd")) {
            for (JsonNode each : metadata(type)) {
                if (each.path("hostname").asText().equals(host)) {
                    services.addObject().put("type", type).put("id", each.path(type.equals("osd") ? "id" : "name").asText());
                    server.put("ceph_version", each.path("ceph_version").asText());
                }
            }
        }
        return server;
    }

    private JsonNode metadata(String type) {
        return monitors.ask("\"prefix\": \"" + type + " metadata\"");
    }

    private Map<String, String> hosts(String type, String id) {
        Map<String, String> hosts = new TreeMap<>();
        metadata(type).forEach(each -> hosts.put(each.path(id).asText(), each.path("hostname").asText()));
        return hosts;
    }
}
