package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.GeneralFormat;
import dev.inkfish.command.Stamp;
import dev.inkfish.command.stats.MappingStats;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushEditor;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.Placement;
import dev.inkfish.osdmap.Release;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Commands that show the map and its OSDs.
final class OsdReadCommands {
    private static final List<String> PLACES = List.of("pod_name", "pod_namespace", "container_name");

    /// The largest number that an OSD may be called by.
    static final int LAST_OSD = 0xffff;

    private final OsdMaps maps;

    OsdReadCommands(OsdMaps maps) {
        this.maps = maps;
    }

    void register(OsdSignatures on) {
        on.on("osd stat", this::stat).on("osd dump", this::dump).on("osd info", this::info);
        on.on("osd tree", this::tree).on("osd tree-from", this::tree).on("osd ls", this::ls);
        on.on("osd ls-tree", this::lsTree).on("osd getmap", this::getMap).on("osd getcrushmap", this::getCrushMap);
        on.on("osd getmaxosd", this::getMaxOsd).on("osd find", this::find).on("osd metadata", this::metadata);
        on.on("osd count-metadata", this::countMetadata).on("osd versions", this::versions).on("osd map", this::map);
        on.on("pg map", this::mapGroup);
        on.on("osd lspools", this::listPools).on("osd utilization", this::utilization);
        on.on("osd blocklist ls", this::blocklist).on("osd blacklist ls", this::blocklist);
        on.on("osd get-require-min-compat-client", call -> CommandResult.data(
                Release.name(maps.map().requireMinCompatClient()) + "\n"));
    }

    private OsdMap mapOf(CommandContext call) {
        long epoch = call.integer("epoch", 0);
        return epoch == 0 ? maps.map() : OsdMap.decode(encodedMapOf(epoch));
    }

    private Bytes encodedMapOf(long epoch) {
        Bytes encoded = maps.encodedMap(epoch);
        if (encoded == null) {
            throw new CephException(Errno.ENOENT, "there is no map for epoch " + epoch);
        }
        return encoded;
    }

    /// An OSD's number, with or without `osd.` before it; -1 where it is none.
    static int osdId(String text) {
        String number = text.startsWith("osd.") ? text.substring(4) : text;
        if (!number.isEmpty() && number.length() < 10 && number.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Integer.parseInt(number);
        }
        return -1;
    }

    /// A `CephOsdName` argument: travels as a number or as text.
    static int osdArgument(CommandContext call, String name) {
        try {
            return (int) call.integer(name, -1);
        } catch (CephException e) {
            return osdId(call.string(name));
        }
    }

    private int existing(CommandContext call, String name) {
        int osd = osdArgument(call, name);
        if (!maps.map().exists(osd)) {
            throw new CephException(Errno.ENOENT, "osd." + osd + " does not exist");
        }
        return osd;
    }

    /// The output with one newline at its end, in either JSON form.
    private static CommandResult line(Formatter f) {
        return CommandResult.data(f.text().endsWith("\n") ? f.text() : f.text() + "\n");
    }

    private CommandResult stat(CommandContext call) {
        OsdMap m = maps.map();
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(summary(m, call.now()));
        }
        f.openObject("osdmap");
        dumpSummary(f, m);
        f.close();
        return CommandResult.data(f);
    }

    static void dumpSummary(Formatter f, OsdMap m) {
        f.dump("epoch", m.epoch()).dump("num_osds", m.osds().size()).dump("num_up_osds", m.countUp());
        f.dump("osd_up_since", Integer.toUnsignedLong(m.lastUpChange().seconds()));
        f.dump("num_in_osds", m.countIn()).dump("osd_in_since", Integer.toUnsignedLong(m.lastInChange().seconds()));
        f.dump("num_remapped_pgs", m.pgTemp().size());
    }

    static String summary(OsdMap m, Utime now) {
        StringBuilder t = new StringBuilder();
        t.append(m.osds().size()).append(" osds: ").append(m.countUp()).append(" up");
        since(t, now, m.lastUpChange());
        t.append(", ").append(m.countIn()).append(" in");
        since(t, now, m.lastInChange());
        t.append("; epoch: e").append(m.epoch());
        if (!m.pgTemp().isEmpty()) {
            t.append("; ").append(m.pgTemp().size()).append(" remapped pgs");
        }
        t.append('\n');
        String flags = OsdMapText.flags(m.flags() & ~OsdMap.SEMIHIDDEN_FLAGS);
        if (!flags.isEmpty()) {
            t.append("flags ").append(flags).append('\n');
        }
        return t.toString();
    }

    private static void since(StringBuilder t, Utime now, Utime change) {
        if (!change.isZero()) {
            t.append(" (since ").append(span(now.toNanos() - change.toNanos())).append(')');
        }
    }

    /// A span in its largest sensible unit: `28m`, `3h`, `2w`.
    static String span(long nanos) {
        long seconds = Math.max(0, nanos) / 1_000_000_000L;
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (seconds < 2) {
            return GeneralFormat.format(Math.max(0, nanos) / 1e9, 6) + "s";
        }
        if (minutes < 2) {
            return seconds + "s";
        }
        if (hours < 2) {
            return minutes + "m";
        }
        if (days < 2) {
            return hours + "h";
        }
        if (days / 7 < 2) {
            return days + "d";
        }
        if (days / 30 < 2) {
            return days / 7 + "w";
        }
        return days / 365 < 2 ? days / 30 + "M" : days / 365 + "y";
    }

    private CommandResult dump(CommandContext call) {
        OsdMap m = mapOf(call);
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(OsdMapText.print(m));
        }
        f.openObject("osdmap");
        OsdMapText.dump(f, m);
        f.close();
        return line(f);
    }

    private CommandResult info(CommandContext call) {
        OsdMap m = maps.map();
        Formatter f = call.formatter();
        List<Integer> osds = call.has("id") ? List.of(osdArgument(call, "id")) : m.osds();
        if (call.has("id") && !m.exists(osds.getFirst())) {
            throw new CephException(Errno.EINVAL, "osd." + osds.getFirst() + " does not exist");
        }
        if (f == null) {
            StringBuilder t = new StringBuilder();
            osds.forEach(osd -> t.append(OsdMapText.osdLine(m, osd)).append('\n'));
            return CommandResult.data(t.toString());
        }
        if (call.has("id")) {
            OsdMapText.dumpOsd(f, m, osds.getFirst());
        } else {
            f.openArray("osds");
            osds.forEach(osd -> OsdMapText.dumpOsd(f, m, osd));
            f.close();
        }
        return line(f);
    }

    private CommandResult tree(CommandContext call) {
        OsdMap m = mapOf(call);
        List<String> states = call.strings("states");
        if (states.contains("in") && states.contains("out")) {
            throw new CephException(Errno.EINVAL, "cannot specify both 'in' and 'out'");
        }
        if (states.stream().filter(List.of("up", "down", "destroyed")::contains).distinct().count() > 1) {
            throw new CephException(Errno.EINVAL, "can specify only one of 'up', 'down' and 'destroyed'");
        }
        Integer bucket = null;
        if (call.prefix().equals("osd tree-from")) {
            bucket = bucketNamed(m, call.string("bucket"));
        }
        OsdTree tree = new OsdTree(m, bucket, states);
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(tree.text());
        }
        tree.dump(f);
        return line(f);
    }

    private static int bucketNamed(OsdMap m, String name) {
        for (Map.Entry<Integer, String> each : m.crush().itemNames().entrySet()) {
            if (each.getValue().equals(name)) {
                if (each.getKey() >= 0) {
                    throw new CephException(Errno.EINVAL, "\"" + name + "\" is not a bucket");
                }
                return each.getKey();
            }
        }
        throw new CephException(Errno.ENOENT, "bucket '" + name + "' does not exist");
    }

    private static CommandResult numbers(CommandContext call, List<Integer> osds) {
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder t = new StringBuilder();
            osds.forEach(osd -> t.append(osd).append('\n'));
            return CommandResult.data(t.toString());
        }
        OsdMapText.ints(f, "osds", osds);
        return line(f);
    }

    private CommandResult ls(CommandContext call) {
        return numbers(call, mapOf(call).osds());
    }

    private CommandResult lsTree(CommandContext call) {
        OsdMap m = mapOf(call);
        TreeSet<Integer> below = new TreeSet<>();
        String name = call.string("name");
        if (!m.crush().itemNames().containsValue(name)) {
            throw new CephException(Errno.ENOENT, "\"" + name + "\" does not exist");
        }
        collect(m, bucketNamed(m, name), below);
        return numbers(call, new ArrayList<>(below));
    }

    private static void collect(OsdMap m, int id, TreeSet<Integer> devices) {
        CrushBucket bucket = m.crush().bucket(id);
        if (bucket == null) {
            if (m.exists(id)) {
                devices.add(id);
            }
            return;
        }
        for (int i = 0; i < bucket.size(); i++) {
            collect(m, bucket.item(i), devices);
        }
    }

    private CommandResult getMap(CommandContext call) {
        long epoch = call.integer("epoch", 0);
        long wanted = epoch == 0 ? maps.map().epoch() : epoch;
        return CommandResult.ok("got osdmap epoch " + wanted, encodedMapOf(wanted));
    }

    private CommandResult getCrushMap(CommandContext call) {
        OsdMap m = mapOf(call);
        return CommandResult.ok(Integer.toString(m.crushVersion()), m.crush().encode(Features.PACIFIC));
    }

    private CommandResult getMaxOsd(CommandContext call) {
        OsdMap m = maps.map();
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data("max_osd = " + m.maxOsd() + " in epoch " + m.epoch() + "\n");
        }
        f.openObject("getmaxosd").dump("epoch", m.epoch()).dump("max_osd", m.maxOsd()).close();
        return CommandResult.data(f);
    }

    private CommandResult find(CommandContext call) {
        int osd = existing(call, "id");
        OsdMap m = maps.map();
        Formatter f = call.formatter("json-pretty");
        f.openObject("osd_location").dump("osd", osd);
        OsdMapText.dumpAddrs(f, "addrs", m.publicAddrs(osd));
        f.dump("osd_fsid", m.uuid(osd).toString());
        NavigableMap<String, String> metadata = maps.metadata(osd);
        if (metadata != null) {
            String host = metadata.get("hostname");
            if (host != null) {
                f.dump("host", host);
            }
            for (String place : PLACES) {
                if (metadata.containsKey(place)) {
                    f.dump(place, metadata.get(place));
                }
            }
        }
        f.openObject("crush_location");
        CrushEditor.of(m.crush()).fullLocation(osd).forEach(f::dump);
        f.close().close();
        return CommandResult.data(f);
    }

    private CommandResult metadata(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        if (call.has("id")) {
            int osd = existing(call, "id");
            NavigableMap<String, String> metadata = maps.metadata(osd);
            if (metadata == null) {
                throw new CephException(Errno.ENOENT, "");
            }
            f.openObject("osd_metadata").dump("id", osd);
            metadata.forEach(f::dump);
            f.close();
            return CommandResult.data(f);
        }
        f.openArray("osd_metadata");
        for (int osd : maps.map().osds()) {
            f.openObject("osd").dump("id", osd);
            NavigableMap<String, String> metadata = maps.metadata(osd);
            if (metadata != null) {
                metadata.forEach(f::dump);
            }
            f.close();
        }
        f.close();
        return CommandResult.data(f);
    }

    private CommandResult count(CommandContext call, String property) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        maps.allMetadata().forEach((osd, metadata) ->
                counts.merge(metadata.getOrDefault(property, "unknown"), 1, Integer::sum));
        Formatter f = call.formatter("json-pretty");
        f.openObject(property);
        counts.forEach(f::dump);
        f.close();
        return CommandResult.data(f);
    }

    private CommandResult countMetadata(CommandContext call) {
        return count(call, call.string("property"));
    }

    private CommandResult versions(CommandContext call) {
        return count(call, "ceph_version");
    }

    private CommandResult map(CommandContext call) {
        OsdMap m = maps.map();
        String poolName = call.string("pool");
        String object = call.string("object");
        String namespace = call.string("nspace");
        long poolId = m.poolId(poolName);
        PgPool pool = m.pool(poolId);
        if (pool == null) {
            throw new CephException(Errno.ENOENT, "pool " + poolName + " does not exist");
        }
        PgId raw = new PgId(poolId, pool.hashKey(object, namespace));
        PgId pg = pool.rawPgToPg(raw);
        Placement p = m.place(pg);
        String name = namespace.isEmpty() ? object : namespace + "/" + object;
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data("osdmap e" + m.epoch() + " pool '" + poolName + "' (" + poolId + ") object '" + name
                    + "' -> pg " + raw + " (" + pg + ") -> up (" + OsdMapText.list(p.up()) + ", p" + p.upPrimary()
                    + ") acting (" + OsdMapText.list(p.acting()) + ", p" + p.actingPrimary() + ")\n");
        }
        f.openObject("osd_map").dump("epoch", m.epoch()).dump("pool", poolName).dump("pool_id", poolId);
        f.dump("objname", name).dump("raw_pgid", raw.toString()).dump("pgid", pg.toString());
        OsdMapText.ints(f, "up", p.up());
        f.dump("up_primary", p.upPrimary());
        OsdMapText.ints(f, "acting", p.acting());
        f.dump("acting_primary", p.actingPrimary()).close();
        return CommandResult.data(f);
    }

    private CommandResult mapGroup(CommandContext call) {
        OsdMap m = maps.map();
        PgId raw = PgId.parse(call.string("pgid"));
        PgPool pool = m.pool(raw.pool());
        if (pool == null) {
            throw new CephException(Errno.ENOENT, "pg '" + raw + "' does not exist");
        }
        PgId pg = pool.rawPgToPg(raw);
        Placement p = m.place(pg);
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data("osdmap e" + m.epoch() + " pg " + raw + " (" + pg + ") -> up " + OsdMapText.list(p.up())
                    + " acting " + OsdMapText.list(p.acting()) + "\n");
        }
        f.openObject("pg_map").dump("epoch", m.epoch()).dump("raw_pgid", raw.toString()).dump("pgid", pg.toString());
        f.openArray("up");
        p.up().forEach(osd -> f.dump("up_osd", osd));
        f.close().openArray("acting");
        p.acting().forEach(osd -> f.dump("acting_osd", osd));
        f.close();
        return CommandResult.data(f.close());
    }

    private CommandResult listPools(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder t = new StringBuilder();
            maps.map().poolNames().forEach((id, name) -> t.append(id).append(' ').append(name).append('\n'));
            return CommandResult.data(t.toString());
        }
        f.openArray("pools");
        maps.map().poolNames().forEach((id, name) ->
                f.openObject("pool").dump("poolnum", id).dump("poolname", name).close());
        f.close();
        return line(f);
    }

    private CommandResult blocklist(CommandContext call) {
        OsdMap m = maps.map();
        String status = "listed " + (m.blocklist().size() + m.rangeBlocklist().size()) + " entries";
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder t = new StringBuilder();
            m.blocklist().forEach((addr, until) -> entry(t, addr, until, ""));
            m.rangeBlocklist().forEach((addr, until) -> entry(t, addr, until, "cidr:"));
            return CommandResult.ok(status, t.toString());
        }
        StringBuilder both = new StringBuilder();
        for (String kind : List.of("blocklist", "range_blocklist")) {
            NavigableMap<EntityAddr, Utime> entries = kind.equals("blocklist") ? m.blocklist() : m.rangeBlocklist();
            Formatter one = Formatter.of(call.format(), "json");
            one.openArray(kind);
            entries.forEach((addr, until) -> one.openObject("entry").dump("addr", addr.bare())
                    .dump("until", Stamp.text(until)).close());
            one.close();
            both.append(one.flushed());
        }
        return CommandResult.ok(status, both.toString());
    }

    private static void entry(StringBuilder t, EntityAddr addr, Utime until, String kind) {
        t.append(kind).append(addr.bare()).append(' ').append(Stamp.text(until)).append('\n');
    }

    /// How evenly groups are spread over OSDs.
    private CommandResult utilization(CommandContext call) {
        OsdMap m = maps.map();
        TreeMap<Integer, Integer> counts = new TreeMap<>();
        m.osds().stream().filter(osd -> m.isUp(osd) && m.isIn(osd)).forEach(osd -> counts.put(osd, 0));
        int[] copies = new int[1];
        m.pools().forEach((id, pool) -> {
            copies[0] += pool.pgNum() * pool.size();
            for (int seed = 0; seed < pool.pgNum(); seed++) {
                m.place(new PgId(id, seed)).up().forEach(osd -> counts.computeIfPresent(osd, (o, n) -> n + 1));
            }
        });
        MappingStats stats = new MappingStats(counts, null, copies[0], 0);
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(stats.text() + (counts.isEmpty() ? "\n" : ""));
        }
        if (counts.isEmpty()) {
            return CommandResult.data("{}");
        }
        stats.dump(f);
        return CommandResult.data(f);
    }
}
