package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.mgr.command.PythonJson;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.OsdPerfQuery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Performance by image: OSDs count operations by pool, namespace and the image's id in the names of its objects, for as long
/// as somebody asks (`rbd_support/perf.py`).
final class ImagePerf {
    /// Names of the counters, in the order of the query's.
    static final List<String> COUNTERS =
            List.of("write_ops", "read_ops", "write_bytes", "read_bytes", "write_latency", "read_latency");

    private static final Logger LOG = LoggerFactory.getLogger(ImagePerf.class);
    private static final List<Integer> KINDS = List.of(OsdPerfQuery.WRITE_OPS, OsdPerfQuery.READ_OPS,
            OsdPerfQuery.WRITE_BYTES, OsdPerfQuery.READ_BYTES, OsdPerfQuery.WRITE_LATENCY, OsdPerfQuery.READ_LATENCY);
    private static final String ALL = "^(.*)$";
    private static final String DATA_OBJECT = "^(?:rbd|journal)_data\\.(?:([0-9]+)\\.)?([^.]+)\\.";
    private static final int MAX_RESULTS = 256;
    private static final int MAX_REPORTED = 64;
    private static final int FIRST_LATENCY = 4;
    private static final long PERIOD_SECONDS = 5;
    private static final long EXPIRE_SECONDS = 60;
    private static final long RATE_SECONDS = 60;

    private record ImageKey(long pool, String nspace, String id) {}

    /// @param seconds when it was taken
    private record Sample(long seconds, long[] counters) {}

    private static final class Counted {
        final long[] sum = new long[KINDS.size()];
        @Nullable Sample last;
        @Nullable Sample before;
    }

    private static final class Query {
        final OsdPerfQuery query;
        final @Nullable Long pool;
        final @Nullable String nspace;
        final Map<ImageKey, Counted> images = new LinkedHashMap<>();
        long asked;

        Query(OsdPerfQuery query, @Nullable Long pool, @Nullable String nspace) {
            this.query = query;
            this.pool = pool;
            this.nspace = nspace;
        }
    }

    private final RbdHost host;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private final Condition refreshed = lock.newCondition();
    private final TreeMap<String, Query> queries = new TreeMap<>();
    /// By pool and namespace, image names by id.
    private final Map<PoolIo, Map<String, String>> names = new HashMap<>();
    private final Thread thread;

    ImagePerf(RbdHost host) {
        this.host = host;
        thread = Thread.ofPlatform().name("rbd-perf").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    private void run() {
        lock.lock();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    expire();
                    queries.values().forEach(this::sample);
                } catch (CephException e) {
                    LOG.warn("performance of images: {}", e.getMessage());
                }
                refreshed.signalAll();
                wake.await(PERIOD_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            LOG.debug("no more samples are taken");
        } finally {
            lock.unlock();
        }
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }

    private void expire() {
        long limit = now() - EXPIRE_SECONDS;
        queries.values().removeIf(query -> {
            boolean old = query.asked < limit;
            if (old) {
                host.removePerfQuery(query.query);
            }
            return old;
        });
    }

    private void sample(Query query) {
        long now = now();
        host.takePerf(query.query).forEach((key, counters) -> {
            String otherPool = key.get(2).get(0);
            long pool = Long.parseLong(otherPool.isEmpty() ? key.get(0).get(0) : otherPool);
            ImageKey image = new ImageKey(pool, key.get(1).get(0), key.get(2).get(1));
            Counted counted = query.images.computeIfAbsent(image, k -> new Counted());
            Sample last = counted.last;
            if (last != null && last.seconds == now) {
                for (int i = 0; i < counters.length; i++) {
                    last.counters[i] += counters[i];
                }
            } else {
                counted.before = last;
                counted.last = new Sample(now, counters.clone());
            }
            for (int i = 0; i < counters.length; i++) {
                counted.sum[i] += counters[i];
            }
        });
        query.images.values().forEach(counted -> {
            Sample last = counted.last;
            if (last != null && last.seconds < now) { // nothing happened to it
                counted.before = last;
                counted.last = new Sample(now, new long[KINDS.size()]);
            }
        });
        query.images.keySet().removeIf(image -> name(image) == null);
    }

    private @Nullable String name(ImageKey image) {
        PoolIo io = host.rados().pool(image.pool).namespace(image.nspace);
        Map<String, String> known = names.computeIfAbsent(io, k -> new HashMap<>());
        if (!known.containsKey(image.id)) {
            known.putAll(list(io));
            known.putIfAbsent(image.id, ""); // removed, or in the trash
        }
        String name = known.get(image.id);
        return name == null || name.isEmpty() ? null : name;
    }

    private static Map<String, String> list(PoolIo io) {
        Map<String, String> byId = new HashMap<>();
        String after = "";
        while (true) {
            Reply reply = io.run("rbd_directory",
                    ObjectOps.of().ask("rbd", "dir_list", new WireWriter().string(after).u64(1024).toBytes()));
            if (reply.failedWith(Errno.ENOENT)) {
                return byId;
            }
            var page = reply.orThrow("images").output().reader().map(WireReader::string, WireReader::string);
            page.forEach((name, id) -> byId.put(id, name));
            if (page.size() < 1024) {
                return byId;
            }
            after = page.lastKey();
        }
    }

    // ---- what is asked

    /// @param spec `pool[/namespace]`; empty for all
    /// @param counters sums since the first question rather than rates
    String report(String spec, String sortBy, boolean counters) {
        lock.lock();
        try {
            expire();
            Query query = register(spec);
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            String kind = counters ? "counter" : "stat";
            node.put("timestamp", (double) now());
            ArrayNode descriptors = node.putArray(kind + "_descriptors");
            COUNTERS.forEach(descriptors::add);
            ObjectNode pools = node.putObject("pool_descriptors");
            fill(query, COUNTERS.indexOf(sortBy), counters, pools, node.putArray(kind + "s"));
            return PythonJson.line(node);
        } finally {
            lock.unlock();
        }
    }

    /// What was counted of each image since the first question, by pool, namespace and image, in the order of [#COUNTERS].
    ///
    /// @param spec `pool` for all its namespaces, or `pool/namespace`
    Map<List<String>, long[]> sums(String spec) {
        lock.lock();
        try {
            expire();
            Query query = register(spec);
            OsdMap map = host.rados().map();
            Map<List<String>, long[]> sums = new LinkedHashMap<>();
            query.images.forEach((image, counted) -> {
                String pool = map.poolName(image.pool);
                String name = name(image);
                boolean wanted = spec.indexOf('/') < 0 || image.nspace.equals(query.nspace);
                if (pool != null && name != null && wanted && (query.pool == null || query.pool == image.pool)) {
                    sums.put(List.of(pool, image.nspace, name), counted.sum.clone());
                }
            });
            return sums;
        } finally {
            lock.unlock();
        }
    }

    private Query register(String spec) {
        Query known = queries.get(spec);
        if (known != null) {
            known.asked = now();
            return known;
        }
        String[] parts = spec.split("/", 2);
        Long pool = null;
        if (!spec.isEmpty()) {
            pool = host.rados().map().poolId(parts[0]);
            if (pool < 0) {
                throw new CephException(Errno.ENOENT,
                        "[errno 2] RADOS object not found (Pool '" + parts[0] + "' not found)");
            }
        }
        // a pool without a namespace is its default namespace
        String nspace = spec.isEmpty() ? null : parts.length > 1 ? parts[1] : "";
        String poolRegex = pool == null ? ALL : "^(" + pool + ")$";
        String nspaceRegex = nspace == null || nspace.isEmpty() ? ALL : "^(" + nspace.replaceAll("[^\\w-]", ".") + ")$";
        Query query = new Query(new OsdPerfQuery(List.of(
                new OsdPerfQuery.SubKey(OsdPerfQuery.SubKey.POOL_ID, poolRegex),
                new OsdPerfQuery.SubKey(OsdPerfQuery.SubKey.NAMESPACE, nspaceRegex),
                new OsdPerfQuery.SubKey(OsdPerfQuery.SubKey.OBJECT_NAME, DATA_OBJECT)), KINDS), pool, nspace);
        query.asked = now();
        queries.put(spec, query);
        host.addPerfQuery(query.query, KINDS.stream().map(kind -> new OsdPerfQuery.Limit(kind, MAX_RESULTS)).toList());
        wake.signalAll();
        try {
            refreshed.await(PERIOD_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return query;
    }

    private void fill(Query query, int sortBy, boolean counters, ObjectNode pools, ArrayNode target) {
        OsdMap map = host.rados().map();
        List<Map.Entry<ImageKey, Counted>> images = new ArrayList<>(query.images.entrySet());
        images.sort(Comparator.comparingDouble((Map.Entry<ImageKey, Counted> e) -> -rate(e.getValue(), sortBy)));
        Map<String, Integer> indices = new LinkedHashMap<>();
        for (Map.Entry<ImageKey, Counted> entry : images.subList(0, Math.min(MAX_REPORTED, images.size()))) {
            ImageKey image = entry.getKey();
            String pool = map.poolName(image.pool);
            String name = name(image);
            boolean wanted = (query.pool == null || query.pool == image.pool)
                    && (query.nspace == null || query.nspace.equals(image.nspace));
            if (pool == null || name == null || !wanted) {
                continue;
            }
            String place = image.nspace.isEmpty() ? pool : pool + "/" + image.nspace;
            int index = indices.computeIfAbsent(place, k -> indices.size());
            ArrayNode values = JsonNodeFactory.instance.arrayNode();
            boolean any = false;
            for (int i = 0; i < KINDS.size(); i++) {
                double value = counters ? entry.getValue().sum[i] : rate(entry.getValue(), i);
                any |= value != 0;
                if (counters) {
                    values.add(entry.getValue().sum[i]);
                } else {
                    values.add(value);
                }
            }
            if (any) {
                target.addObject().set(index + "/" + name, values);
            }
        }
        indices.forEach((place, index) -> pools.put(Integer.toString(index), place));
    }

    /// Per second; of latencies, nanoseconds per operation.
    private static double rate(Counted counted, int index) {
        Sample last = counted.last;
        Sample before = counted.before;
        if (last == null || before == null) {
            return 0;
        }
        long time = last.seconds - before.seconds;
        if (time <= 0 || time > RATE_SECONDS) {
            return 0;
        }
        double rate = (double) last.counters[index] / time;
        return index < FIRST_LATENCY ? rate : rate / Math.max(1, rate(counted, index - FIRST_LATENCY));
    }

    /// Whether a pool's specification makes sense.
    static boolean isSpec(String spec) {
        return spec.isEmpty() || Pattern.matches("[^/]+(?:/[^/]+)?", spec);
    }
}
