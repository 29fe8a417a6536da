package dev.inkfish.mgr.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.mon.DaemonHealthMetric;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.PerfCounterType;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import dev.inkfish.wire.osd.PoolStat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// Makes the metrics from what the manager knows and what the monitors answer (`prometheus/module.py`).
final class Metrics {
    private static final String DAEMON = "ceph_daemon";
    private static final String POOL = "pool_id";
    private static final Map<String, Integer> FLAGS = new LinkedHashMap<>();
    private static final String[] DF_CLUSTER = {"total_bytes", "total_used_bytes", "total_used_raw_bytes"};
    private static final String[] DF_POOL = {"max_avail", "avail_raw", "stored", "stored_raw", "objects", "dirty",
        "quota_bytes", "quota_objects", "rd", "rd_bytes", "wr", "wr_bytes", "compress_bytes_used",
        "compress_under_bytes", "bytes_used", "percent_used"};

    static {
        FLAGS.put("noup", OsdMap.NOUP);
        FLAGS.put("nodown", OsdMap.NODOWN);
        FLAGS.put("noout", OsdMap.NOOUT);
        FLAGS.put("noin", OsdMap.NOIN);
        FLAGS.put("nobackfill", OsdMap.NOBACKFILL);
        FLAGS.put("norebalance", OsdMap.NOREBALANCE);
        FLAGS.put("norecover", OsdMap.NORECOVER);
        FLAGS.put("noscrub", OsdMap.NOSCRUB);
        FLAGS.put("nodeep-scrub", OsdMap.NODEEP_SCRUB);
    }

    /// From a kind of operation's latency back to its count.
    private static final int LATENCIES = 4;

    private final MetricsText out = new MetricsText();
    private final Snapshot snapshot;
    private final PrometheusModule.Host host;
    /// Asks the monitors: a command's arguments as JSON members, its answer.
    private final Function<String, JsonNode> ask;
    /// What there is to tell of checks, now that the monitors said this of the cluster's health.
    private final Function<JsonNode, Map<String, HealthHistory.Event>> checks;

    Metrics(Snapshot snapshot, PrometheusModule.Host host, Function<JsonNode, Map<String, HealthHistory.Event>> checks) {
        this.snapshot = snapshot;
        this.host = host;
        this.ask = host::ask;
        this.checks = checks;
    }

    String text() {
        health();
        monitors();
        managers();
        osds();
        pools();
        groups();
        df();
        counters();
        images();
        return out.text();
    }

    private void health() {
        out.declare("health_status", "untyped", "Cluster health status");
        JsonNode health = ask.apply("\"prefix\": \"health\"");
        String status = health.path("status").asText();
        out.set("health_status", status.equals("HEALTH_OK") ? 0 : status.equals("HEALTH_WARN") ? 1 : 2);
        out.declare("health_detail", "gauge", "healthcheck status by type (0=inactive, 1=active)", "name", "severity");
        checks.apply(health).forEach((name, check) -> out.set("health_detail", check.active() ? 1 : 0, name, check.severity()));
        out.declare("healthcheck_slow_ops", "gauge", "OSD or Monitor requests taking a long time to process");
        String slow = health.path("checks").path("SLOW_OPS").path("summary").path("message").asText("0");
        out.set("healthcheck_slow_ops", Double.parseDouble(slow.split(" ")[0]));
        out.declare("daemon_health_metrics", "gauge", "Health metrics for Ceph daemons", "type", DAEMON);
        snapshot.health().forEach((daemon, metrics) -> {
            for (DaemonHealthMetric each : metrics) {
                boolean ops = each.kind() == DaemonHealthMetric.SLOW_OPS;
                out.set("daemon_health_metrics", Integer.toUnsignedLong(each.first()),
                        ops ? "SLOW_OPS" : "PENDING_CREATING_PGS", daemon);
            }
        });
    }

    private void monitors() {
        out.declare("mon_quorum_status", "gauge", "Monitors in quorum", DAEMON);
        out.declare("mon_metadata", "untyped", "MON Metadata", DAEMON, "hostname", "public_addr", "rank", "ceph_version");
        JsonNode status = ask.apply("\"prefix\": \"quorum_status\"");
        Map<String, JsonNode> facts = byName(ask.apply("\"prefix\": \"mon metadata\""), "name");
        for (JsonNode mon : status.path("monmap").path("mons")) {
            String name = mon.path("name").asText();
            boolean inQuorum = false;
            for (JsonNode rank : status.path("quorum")) {
                inQuorum |= rank.asInt() == mon.path("rank").asInt();
            }
            String addr = mon.path("public_addr").asText();
            JsonNode fact = facts.get(name);
            out.set("mon_metadata", 1, "mon." + name, text(fact, "hostname"), withoutPort(addr), mon.path("rank").asText(),
                    text(fact, "ceph_version"));
            out.set("mon_quorum_status", inQuorum ? 1 : 0, "mon." + name);
        }
    }

    private static String withoutPort(String addr) {
        int colon = addr.lastIndexOf(':');
        return colon < 0 ? addr : addr.substring(0, colon);
    }

    private static Map<String, JsonNode> byName(JsonNode list, String key) {
        Map<String, JsonNode> all = new TreeMap<>();
        list.forEach(each -> all.put(each.path(key).asText(), each));
        return all;
    }

    private static String text(@org.jspecify.annotations.Nullable JsonNode node, String name) {
        return node == null ? "" : node.path(name).asText();
    }

    private void managers() {
        out.declare("mgr_metadata", "gauge", "MGR metadata", DAEMON, "hostname", "ceph_version");
        out.declare("mgr_status", "gauge", "MGR status (0=standby, 1=active)", DAEMON);
        out.declare("mgr_module_status", "gauge", "MGR module status (0=disabled, 1=enabled, 2=auto-enabled)", "name");
        out.declare("mgr_module_can_run", "gauge", "MGR module runnable state i.e. can it run (0=no, 1=yes)", "name");
        JsonNode map = ask.apply("\"prefix\": \"mgr dump\"");
        String active = map.path("active_name").asText();
        Map<String, JsonNode> facts = byName(ask.apply("\"prefix\": \"mgr metadata\""), "name");
        facts.forEach((name, fact) -> {
            out.set("mgr_metadata", 1, "mgr." + name, text(fact, "hostname"), text(fact, "ceph_version"));
            out.set("mgr_status", name.equals(active) ? 1 : 0, "mgr." + name);
        });
        java.util.Set<String> enabled = new java.util.TreeSet<>();
        map.path("modules").forEach(name -> enabled.add(name.asText()));
        java.util.Set<String> always = new java.util.TreeSet<>();
        map.path("always_on_modules").forEach(names -> names.forEach(name -> always.add(name.asText())));
        for (JsonNode module : map.path("available_modules")) {
            String name = module.path("name").asText();
            out.set("mgr_module_status", always.contains(name) ? 2 : enabled.contains(name) ? 1 : 0, name);
            out.set("mgr_module_can_run", module.path("can_run").asBoolean() ? 1 : 0, name);
        }
    }

    private void osds() {
        out.declare("osd_metadata", "untyped", "OSD Metadata", "back_iface", DAEMON, "cluster_addr", "device_class",
                "front_iface", "hostname", "objectstore", "public_addr", "ceph_version");
        out.declare("disk_occupation", "untyped", "Associate Ceph daemon with disk used", DAEMON, "device", "db_device",
                "wal_device", "instance", "devices", "device_ids");
        out.declare("disk_occupation_human", "untyped", "Associate Ceph daemon with disk used", DAEMON, "device", "instance");
        Map<List<String>, List<String>> occupants = new LinkedHashMap<>();
        FLAGS.forEach((name, flag) -> {
            out.declare("osd_flag_" + name, "untyped", "OSD Flag " + name);
            out.set("osd_flag_" + name, snapshot.osdMap().hasFlag(flag) ? 1 : 0);
        });
        for (String state : new String[] {"weight", "up", "in"}) {
            out.declare("osd_" + state, "untyped", "OSD status " + state, DAEMON);
        }
        for (String stat : new String[] {"apply_latency_ms", "commit_latency_ms"}) {
            out.declare("osd_" + stat, "gauge", "OSD stat " + stat, DAEMON);
        }
        OsdMap map = snapshot.osdMap();
        Map<String, JsonNode> facts = byName(ask.apply("\"prefix\": \"osd metadata\""), "id");
        Map<String, String> classes = new TreeMap<>();
        ask.apply("\"prefix\": \"osd tree\"").path("nodes").forEach(node ->
                classes.put(node.path("id").asText(), node.path("device_class").asText()));
        for (int osd : map.osds()) {
            String daemon = "osd." + osd;
            JsonNode fact = facts.get(Integer.toString(osd));
            out.set("osd_weight", map.weightFraction(osd), daemon);
            out.set("osd_up", map.isUp(osd) ? 1 : 0, daemon);
            out.set("osd_in", map.isIn(osd) ? 1 : 0, daemon);
            out.set("osd_metadata", 1, text(fact, "back_iface"), daemon, address(map.clusterAddrs(osd)),
                    classes.getOrDefault(Integer.toString(osd), ""), text(fact, "front_iface"), text(fact, "hostname"),
                    text(fact, "osd_objectstore"), address(map.publicAddrs(osd)), text(fact, "ceph_version"));
            String devices = text(fact, "devices");
            if (!devices.isEmpty()) {
                out.set("disk_occupation", 1, daemon, "/dev/" + devices, "", "", text(fact, "hostname"), devices,
                        text(fact, "device_ids"));
                occupants.computeIfAbsent(List.of("/dev/" + devices, text(fact, "hostname")), d -> new ArrayList<>()).add(daemon);
            }
            OsdStat stat = snapshot.osds().get(osd);
            if (stat != null) {
                out.set("osd_apply_latency_ms", stat.applyLatency() / 1_000_000, daemon);
                out.set("osd_commit_latency_ms", stat.commitLatency() / 1_000_000, daemon);
            }
        }
        occupants.forEach((where, daemons) ->
                out.set("disk_occupation_human", 1, String.join(", ", daemons), where.getFirst(), where.getLast()));
    }

    private static String address(dev.inkfish.wire.EntityAddrVec addrs) {
        return addrs.addrs().isEmpty() ? "-" : withoutPort(addrs.addrs().getFirst().hostAndPort());
    }

    private void pools() {
        out.declare("pool_metadata", "untyped", "POOL Metadata", POOL, "name", "type", "description", "compression_mode");
        recovering();
        out.declare("pool_objects_repaired", "counter", "Number of objects repaired in a pool Count", "poolid");
        OsdMap map = snapshot.osdMap();
        map.pools().forEach((id, pool) -> {
            out.set("pool_metadata", 1, id.toString(), String.valueOf(map.poolName(id)), kind(pool), description(pool),
                    "none");
            PoolStat sum = snapshot.pools().getOrDefault(id, PoolStat.ZERO);
            out.set("pool_objects_repaired", sum.sum().get(Field.NUM_OBJECTS_REPAIRED), id.toString());
        });
        Map<String, Field> counts = new LinkedHashMap<>();
        counts.put("degraded", Field.NUM_OBJECTS_DEGRADED);
        counts.put("misplaced", Field.NUM_OBJECTS_MISPLACED);
        counts.put("unfound", Field.NUM_OBJECTS_UNFOUND);
        counts.forEach((name, field) -> {
            out.declare("num_objects_" + name, "gauge", "Number of " + name + " objects");
            out.set("num_objects_" + name, snapshot.sum().get(field));
        });
    }

    /// How fast pools recover, over the last intervals.
    private void recovering() {
        Map<String, Field> perSecond = new LinkedHashMap<>();
        perSecond.put("recovering_objects_per_sec", Field.NUM_OBJECTS_RECOVERED);
        perSecond.put("recovering_bytes_per_sec", Field.NUM_BYTES_RECOVERED);
        perSecond.put("recovering_keys_per_sec", Field.NUM_KEYS_RECOVERED);
        perSecond.put("num_objects_recovered", Field.NUM_OBJECTS_RECOVERED);
        perSecond.put("num_bytes_recovered", Field.NUM_BYTES_RECOVERED);
        perSecond.forEach((name, field) -> {
            out.declare("pool_" + name, "gauge", "OSD pool stats: " + name, POOL);
            snapshot.osdMap().pools().keySet().forEach(id -> {
                PgMapDigest.Delta delta = snapshot.digest().poolDeltas().get(id);
                double seconds = snapshot.digest().poolDeltaStamps().getOrDefault(id, Utime.ZERO).toSeconds();
                long change = delta == null ? 0 : Math.max(0, delta.change().sum().get(field));
                boolean rate = name.endsWith("_per_sec");
                out.set("pool_" + name, !rate ? change : seconds > 0 ? Math.floor(change / seconds) : 0, id.toString());
            });
        });
    }

    private static String kind(PgPool pool) {
        return pool.isErasure() ? "erasure" : "replicated";
    }

    private static String description(PgPool pool) {
        return pool.isErasure() ? "ec" : "replica:" + pool.size();
    }

    private void groups() {
        out.declare("pg_total", "gauge", "PG Total Count per Pool", POOL);
        Map<String, Map<Long, Integer>> counts = new LinkedHashMap<>();
        for (PgStates state : PgStates.values()) {
            counts.put(state == PgStates.DEEP_SCRUB ? "deep" : PgStates.text(state.bit()), new TreeMap<>());
        }
        counts.put("unknown", new TreeMap<>());
        Map<Long, Integer> totals = new TreeMap<>();
        snapshot.osdMap().pools().keySet().forEach(pool -> {
            totals.put(pool, 0);
            counts.values().forEach(byPool -> byPool.put(pool, 0));
        });
        snapshot.pgs().forEach((id, pg) -> {
            totals.merge(id.pool(), 1, Integer::sum);
            for (String state : PgStates.text(stateOf(pg)).split("\\+")) {
                counts.computeIfAbsent(state, s -> new TreeMap<>()).merge(id.pool(), 1, Integer::sum);
            }
        });
        totals.forEach((pool, count) -> out.set("pg_total", count, pool.toString()));
        counts.forEach((state, byPool) -> {
            out.declare("pg_" + state, "gauge", "PG " + state + " per pool", POOL);
            byPool.forEach((pool, count) -> out.set("pg_" + state, count, pool.toString()));
        });
    }

    private static long stateOf(PgStat pg) {
        return pg.state();
    }

    private void df() {
        JsonNode df = ask.apply("\"prefix\": \"df\", \"detail\": \"detail\"");
        for (String stat : DF_CLUSTER) {
            out.declare("cluster_" + stat, "gauge", "DF " + stat);
            out.set("cluster_" + stat, df.path("stats").path(stat).asDouble());
        }
        for (String stat : DF_POOL) {
            boolean counts = stat.equals("rd") || stat.equals("rd_bytes") || stat.equals("wr") || stat.equals("wr_bytes");
            out.declare("pool_" + stat, counts ? "counter" : "gauge", "DF pool " + stat, POOL);
            for (JsonNode pool : df.path("pools")) {
                JsonNode value = pool.path("stats").path(stat);
                if (!value.isMissingNode()) {
                    out.set("pool_" + stat, value.asDouble(), pool.path("id").asText());
                }
            }
        }
    }

    /// Of the pools in `rbd_stats_pools` (`pool[/namespace]`, `*` for all) that are for RBD.
    private void images() {
        List<String> specs = new ArrayList<>();
        for (String each : host.option("rbd_stats_pools").split("[\\s,]+")) {
            String[] parts = each.split("/", 2);
            boolean one = parts.length > 1 && !parts[1].isEmpty() && !parts[1].equals("*");
            snapshot.osdMap().pools().forEach((id, pool) -> {
                String name = String.valueOf(snapshot.osdMap().poolName(id));
                if (pool.applicationMetadata().containsKey("rbd") && (parts[0].equals("*") || parts[0].equals(name))) {
                    specs.add(one ? name + "/" + parts[1] : name);
                }
            });
        }
        Map<List<String>, long[]> sums = new LinkedHashMap<>();
        specs.forEach(spec -> sums.putAll(host.imageSums(spec)));
        String[] names = {"write_ops", "read_ops", "write_bytes", "read_bytes", "write_latency", "read_latency"};
        String[] texts = {"writes count", "reads count", "bytes written", "bytes read", "writes latency (msec)",
            "reads latency (msec)"};
        for (int i = 0; i < names.length && !sums.isEmpty(); i++) {
            int index = i;
            boolean latency = names[i].endsWith("latency");
            String name = "rbd_" + names[i] + (latency ? "_sum" : "");
            out.declare(name, "counter", "RBD image " + texts[i] + (latency ? " Total" : ""), "pool", "namespace", "image");
            sums.forEach((image, counts) -> out.set(name, counts[index], image.toArray(new String[0])));
            if (latency) {
                String count = "rbd_" + names[i] + "_count";
                out.declare(count, "counter", "RBD image " + texts[i] + " Count", "pool", "namespace", "image");
                sums.forEach((image, counts) -> out.set(count, counts[index - LATENCIES], image.toArray(new String[0])));
            }
        }
    }

    private void counters() {
        snapshot.counters().forEach((daemon, counters) -> counters.forEach((path, counter) -> {
            PerfCounterType type = counter.type();
            String name = path.replace('.', '_');
            double value = (type.type() & PerfCounterType.TIME) != 0 ? counter.value() / 1e9 : counter.value();
            if ((type.type() & PerfCounterType.LONGRUNAVG) != 0) {
                out.declare(name + "_sum", "counter", type.description() + " Total", DAEMON);
                out.set(name + "_sum", value, daemon);
                out.declare(name + "_count", "counter", type.description() + " Count", DAEMON);
                out.set(name + "_count", counter.count(), daemon);
            } else {
                boolean gauge = (type.type() & PerfCounterType.COUNTER) == 0;
                out.declare(name, gauge ? "gauge" : "counter", type.description(), DAEMON);
                out.set(name, value, daemon);
            }
        }));
    }
}
