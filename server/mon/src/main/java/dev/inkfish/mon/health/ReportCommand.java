package dev.inkfish.mon.health;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.command.stats.StatDump;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.map.MonMapDump;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.mgr.MgrStatService;
import dev.inkfish.mon.osd.OsdMapService;
import dev.inkfish.mon.osdcmd.CrushText;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Crc32c;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.PgStates;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// `ceph report`: all that the monitors know, in one document for a support case. Its status line is the
/// document's checksum.
public final class ReportCommand {
    /// What the checksum starts from: the monitors' legacy port.
    private static final int CRC_SEED = 6789;

    private final MonCore mon;
    private final HealthService health;
    private final OsdMapService osds;
    private final MgrStatService stats;

    public ReportCommand(MonCore mon, HealthService health, OsdMapService osds, MgrStatService stats) {
        this.mon = mon;
        this.health = health;
        this.osds = osds;
        this.stats = stats;
    }

    public void register(CommandTable table) {
        table.add("report name=tags,type=CephString,n=N,req=false",
                "report full status of cluster, optional title tag strings", "mon", "r", this::report);
    }

    private CommandResult report(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("report");
        f.dump("cluster_fingerprint", fingerprint(mon.fsid()).toString());
        String[] version = mon.version().split(" ");
        f.dump("version", version[2]).dump("commit", version[3].substring(1, version[3].length() - 1));
        f.dump("timestamp", Stamp.text(mon.now())).dump("tag", String.join(" ", call.strings("tags")));
        health.dump(f, true);
        maps(f);
        statistics(f, stats.digest());
        f.openObject("servicemap");
        stats.dump(f);
        f.close().openObject("paxos").dump("last_committed", mon.committedVersion()).close();
        f.close();
        Bytes text = Bytes.utf8(f.flushed().stripLeading());
        byte[] bytes = text.utf8().getBytes(StandardCharsets.UTF_8);
        int crc = Crc32c.update(CRC_SEED, bytes, 0, bytes.length);
        return CommandResult.ok("report " + Integer.toUnsignedString(crc), text);
    }

    /// Names the cluster without telling which it is.
    static UUID fingerprint(UUID fsid) {
        return UUID.nameUUIDFromBytes(("fingerprint of " + fsid).getBytes(StandardCharsets.UTF_8));
    }

    private static void committed(Formatter f, String map, MonService service) {
        f.dump(map + "_first_committed", service.oldestVersion());
        f.dump(map + "_last_committed", service.newestVersion());
    }

    private void maps(Formatter f) {
        MonMapService monMap = mon.service(MonMapService.class);
        committed(f, "monmap", monMap);
        f.openObject("monmap");
        MonMapDump.members(f, monMap.map());
        f.close().openArray("quorum");
        mon.quorum().members().forEach(name -> f.dump("mon", monMap.map().rankOf(name)));
        f.close().openObject("osdmap");
        OsdMap map = osds.map();
        dev.inkfish.mon.osdcmd.OsdMapText.dump(f, map);
        f.close().openArray("osd_metadata");
        for (int osd : map.osds()) {
            f.openObject("osd").dump("id", osd);
            osds.allMetadata().getOrDefault(osd, java.util.Map.of()).forEach(f::dump);
            f.close();
        }
        f.close().openObject("osdmap_clean_epochs");
        osds.lifecycle().dumpCleanEpochs(f);
        f.close();
        committed(f, "osdmap", osds);
        f.openObject("crushmap");
        CrushText.dump(f, map.crush());
        f.close().openObject("fsmap").dump("epoch", 1).dump("default_fscid", -1);
        f.openArray("standbys").close().openArray("filesystems").close().close();
        AuthService auth = mon.service(AuthService.class);
        f.openObject("auth").dump("first_committed", auth.oldestVersion()).dump("last_committed", auth.newestVersion());
        f.dump("num_secrets", auth.all().size()).close();
    }

    /// What the manager last said of groups, pools and OSDs.
    private static void statistics(Formatter f, PgMapDigest digest) {
        f.dump("num_pg", digest.pgs()).dump("num_pg_active", digest.activePgs()).dump("num_pg_unknown", digest.unknownPgs());
        f.dump("num_osd", digest.osds());
        f.openObject("pool_sum");
        StatDump.pool(digest.sum(), f);
        f.close().openObject("osd_sum");
        StatDump.osd(digest.osdSum(), f);
        f.close().openObject("osd_sum_by_class");
        digest.osdSumByClass().forEach((name, sum) -> {
            f.openObject(name);
            StatDump.osd(sum, f);
            f.close();
        });
        f.close().openArray("pool_stats");
        digest.poolSums().descendingMap().forEach((pool, sum) -> {
            f.openObject("pool_stat").dump("poolid", pool);
            f.dump("num_pg", digest.byPool().getOrDefault((long) pool, 0L));
            StatDump.pool(sum, f);
            f.close();
        });
        f.close().openArray("osd_stats");
        for (int osd = 0; osd < digest.osdLastSeq().size(); osd++) {
            f.openObject("osd_stat").dump("osd", osd).dumpUnsigned("seq", digest.osdLastSeq().get(osd)).close();
        }
        f.close().openArray("num_pg_by_state");
        digest.byState().forEach((state, count) ->
                f.openObject("count").dump("state", PgStates.text(state)).dump("num", count).close());
        f.close().openArray("num_pg_by_osd");
        digest.byOsd().forEach((osd, count) -> f.openObject("count")
                .dump("osd", osd)
                .dump("num_primary_pg", count.primary())
                .dump("num_acting_pg", count.acting())
                .dump("num_up_not_acting_pg", count.upNotActing())
                .close());
        f.close().openArray("purged_snaps");
        digest.purgedSnaps().forEach((pool, snaps) -> {
            f.openObject("pool").dump("pool", pool).openObject("purged_snaps");
            snaps.forEach((start, length) -> f.openObject("interval")
                    .dump("start", Long.toHexString(start))
                    .dump("length", Long.toHexString(length))
                    .close());
            f.close().close();
        });
        f.close();
    }
}
