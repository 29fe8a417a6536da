package dev.inkfish.mon.mgr;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MGetPoolStats;
import dev.inkfish.wire.message.MGetPoolStatsReply;
import dev.inkfish.wire.message.MMonMgrReport;
import dev.inkfish.wire.message.MStatfs;
import dev.inkfish.wire.message.MStatfsReply;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.mon.ProgressEvent;
import dev.inkfish.wire.mon.ServiceMap;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PoolStat;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Keeps what the active manager reports (`MgrStatMonitor`).
public final class MgrStatService extends MonService {
    private static final String NAMESPACE = "mgrstat";
    private static final String DIGEST = "digest";
    private static final String SERVICES = "services";
    private static final String PROGRESS = "progress";
    private static final String CHECKS = "checks";
    private static final String VERSION = "version";

    private PgMapDigest digest = PgMapDigest.EMPTY;
    private ServiceMap services = ServiceMap.EMPTY;
    private NavigableMap<String, ProgressEvent> progress = new TreeMap<>();
    private NavigableMap<String, HealthCheck> checks = new TreeMap<>();
    private long version;
    private @Nullable MMonMgrReport pending;

    private final Supplier<OsdMap> osdMap;
    private final LongSupplier activeGid;

    /// @param activeGid the global id of the active manager, whose word alone counts
    public MgrStatService(MonCore mon, Supplier<OsdMap> osdMap, LongSupplier activeGid) {
        super(mon);
        this.osdMap = osdMap;
        this.activeGid = activeGid;
    }

    @Override
    public String name() {
        return NAMESPACE;
    }

    public PgMapDigest digest() {
        return digest;
    }

    public ServiceMap services() {
        return services;
    }

    public NavigableMap<String, ProgressEvent> progress() {
        return progress;
    }

    /// What the manager finds wrong.
    public NavigableMap<String, HealthCheck> checks() {
        return checks;
    }

    @Override
    public void refresh(StoreView store) {
        pending = null;
        version = store.number(NAMESPACE, VERSION);
        Bytes stored = store.get(NAMESPACE, DIGEST);
        digest = stored == null ? PgMapDigest.EMPTY : PgMapDigest.decode(stored.reader());
        stored = store.get(NAMESPACE, SERVICES);
        services = stored == null ? ServiceMap.EMPTY : ServiceMap.decode(stored.reader());
        stored = store.get(NAMESPACE, PROGRESS);
        progress = stored == null ? new TreeMap<>() : stored.reader().map(WireReader::string, ProgressEvent::decode);
        stored = store.get(NAMESPACE, CHECKS);
        checks = stored == null ? new TreeMap<>() : HealthCheck.decodeMap(stored.reader());
    }

    @Override
    public boolean hasPending() {
        return pending != null;
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        MMonMgrReport report = pending;
        if (report == null) {
            return;
        }
        transaction.putNumber(NAMESPACE, VERSION, version + 1);
        transaction.put(NAMESPACE, DIGEST, report.data());
        if (!report.serviceMap().isEmpty()) {
            transaction.put(NAMESPACE, SERVICES, report.serviceMap());
        }
        WireWriter events = new WireWriter();
        events.map(report.progress(), WireWriter::string, (w, event) -> event.encode(w));
        transaction.put(NAMESPACE, PROGRESS, events.toBytes());
        WireWriter found = new WireWriter();
        HealthCheck.encodeMap(found, report.checks());
        transaction.put(NAMESPACE, CHECKS, found.toBytes());
    }

    @Override
    public boolean handle(MonSession session, Message message, long tid, Utime now) {
        switch (message) {
            case MMonMgrReport report -> report(session, report);
            case MStatfs ask -> statfs(session, ask, tid);
            case MGetPoolStats ask -> poolStats(session, ask, tid);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void report(MonSession session, MMonMgrReport report) {
        if (session.caps().canExecute(session, "mgr")) {
            // decoded here, so that what cannot be decoded is refused before it is stored
            report.digest();
            mon.whenWriteable(() -> take(report));
        }
    }

    /// One that was chosen no more goes on reporting until it hears of it: what it knows is old.
    private void take(MMonMgrReport report) {
        if (report.gid() != 0 && report.gid() != activeGid.getAsLong()) {
            mon.effects().debug(() -> "a report of manager " + report.gid() + ", which is not active, does not count");
            return;
        }
        MMonMgrReport before = pending;
        boolean keepServices = report.serviceMap().isEmpty() && before != null && !before.serviceMap().isEmpty();
        pending = keepServices
                ? new MMonMgrReport(report.checks(), before.serviceMap(), report.progress(), report.gid(), report.data())
                : report;
    }

    private void statfs(MonSession session, MStatfs ask, long tid) {
        if (session.caps().canRead(session, "osd") && ask.fsid().equals(mon.fsid())) {
            Usage usage = usage(osdMap.get(), ask.pool());
            mon.send(session, new MStatfsReply(
                    mon.fsid(), version, usage.kb, usage.kbUsed, usage.kbAvail, usage.objects), tid);
        }
    }

    /// Pools that do not exist, or have no statistics yet, are left out.
    private void poolStats(MonSession session, MGetPoolStats ask, long tid) {
        if (session.caps().canRead(session, "pg") && ask.fsid().equals(mon.fsid())) {
            NavigableMap<String, Bytes> pools = new TreeMap<>();
            for (String name : ask.pools()) {
                long id = osdMap.get().poolId(name);
                PoolStat stat = id < 0 ? null : digest.poolSums().get((int) id);
                if (stat != null) {
                    pools.put(name, WireWriter.encode(stat, PoolStat::encode));
                }
            }
            mon.send(session, new MGetPoolStatsReply(mon.fsid(), version, pools, digest.usePerPoolStats()), tid);
        }
    }

    @Override
    public long newestVersion() {
        return version;
    }

    // ---- for statfs and pool statistics

    /// Sizes in KiB and a count of objects (`ceph_statfs`).
    public record Usage(long kb, long kbUsed, long kbAvail, long objects) {}

    /// Of the whole cluster, or as far as one pool is concerned.
    ///
    /// @param pool below 0 for the whole cluster
    public Usage usage(OsdMap map, long pool) {
        PoolStat stat = digest.poolSums().get((int) pool);
        PgPool of = map.pool(pool);
        if (pool >= 0 && stat != null && of != null) {
            long used = stat.sum().get(Field.NUM_BYTES) >>> 10;
            long avail = maxAvail(map, of) >>> 10;
            return new Usage(used + avail, used, avail, stat.sum().get(Field.NUM_OBJECTS));
        }
        var statfs = digest.osdSum().statfs();
        return new Usage(
                statfs.total() >>> 10,
                statfs.usedRaw() >>> 10,
                statfs.available() >>> 10,
                digest.sum().sum().get(Field.NUM_OBJECTS));
    }

    /// What can still be written to a pool.
    private long maxAvail(OsdMap map, PgPool pool) {
        int rule = map.crush().findRule(pool.crushRule(), pool.type(), pool.size());
        long raw = Math.max(0, digest.availByRule().getOrDefault(rule, 0L));
        return (long) (raw / PoolUsage.rawUsedRate(map, pool));
    }

    // ---- commands

    @Override
    public void registerCommands(CommandTable table) {
        table.add("osd last-stat-seq name=id,type=CephOsdName",
                "get the last pg stats sequence number reported for this osd", "osd", "r", this::lastStatSeq);
        table.add("service dump", "dump service map", "service", "r", this::dump);
    }

    private CommandResult lastStatSeq(CommandContext call) {
        String name = call.texts().getOrDefault("id", "");
        int osd = Integer.parseInt(name.startsWith("osd.") ? name.substring(4) : name);
        long seq = osd >= 0 && osd < digest.osdLastSeq().size() ? digest.osdLastSeq().get(osd) : 0;
        // Ceph leaves the answer out where a format is asked for
        return CommandResult.data(call.formatter() == null ? seq + "\n" : "");
    }

    private CommandResult dump(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("service_map");
        dump(f);
        return CommandResult.data(f.close());
    }

    /// The map as members of the section that is open.
    public void dump(Formatter f) {
        f.dump("epoch", services.epoch());
        f.dump("modified", Stamp.text(services.modified()));
        f.openObject("services");
        services.services().forEach((name, service) -> {
            f.openObject(name).openObject("daemons").dump("summary", service.summary());
            service.daemons().forEach((id, daemon) -> {
                f.openObject(id);
                f.dump("start_epoch", daemon.startEpoch());
                f.dump("start_stamp", Stamp.text(daemon.startStamp()));
                f.dumpUnsigned("gid", daemon.gid());
                f.dump("addr", daemon.addr().bare());
                f.openObject("metadata");
                daemon.metadata().forEach(f::dump);
                f.close();
                f.openObject("task_status");
                daemon.taskStatus().forEach(f::dump);
                f.close().close();
            });
            f.close().close();
        });
        f.close();
    }
}
