package dev.inkfish.mgr.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.caps.MgrCap;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Json;
import dev.inkfish.conf.Conf;
import dev.inkfish.mgr.command.Modules;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.UpmapItem;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MLog;
import dev.inkfish.wire.message.MMgrBeacon;
import dev.inkfish.wire.message.MMgrCommand;
import dev.inkfish.wire.message.MMgrCommandReply;
import dev.inkfish.wire.message.MMgrMap;
import dev.inkfish.wire.message.MMgrOpen;
import dev.inkfish.wire.message.MMgrReport;
import dev.inkfish.wire.message.MMonMgrReport;
import dev.inkfish.wire.message.MOSDForceRecovery;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.message.MPGStats;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.LogEntry;
import dev.inkfish.wire.mon.MgrMap;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import dev.inkfish.wire.osd.StoreStatfs;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A manager is given the map and the statistics of a Ceph 16.2.15 cluster, one of whose three OSDs was
/// down and out, and must write what Ceph's manager wrote of them.
class DegradedClusterTest {
    private static final UUID FSID = UUID.fromString("9969ae39-aa40-48ad-9de9-fafac85f38b1");
    private static final long GID = 4116;
    private static final Utime NOW = new Utime(1_795_230_700, 0);

    private final List<Message> toMonitor = new ArrayList<>();
    private final List<Message> replies = new ArrayList<>();
    private final List<Message> toOsds = new ArrayList<>();
    private MgrCore core;

    private final class Effects implements MgrEffects {
        @Override
        public void toMonitor(Message message, long tid) {
            toMonitor.add(message);
        }

        @Override
        public void send(MgrSession session, Message message, long tid) {
            replies.add(message);
        }

        @Override
        public void toOsd(int osd, Message message) {
            toOsds.add(message);
        }

        @Override
        public void askMonitors(String command, Consumer<CommandResult.Done> answer) {
            answer.accept(CommandResult.status("asked"));
        }

        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public void log(String text) {}
    }

    @BeforeEach
    void start() throws IOException {
        core = new MgrCore(
                "x", FSID, new Conf("mgr", "x"), new TreeMap<>(), Modules.all(() -> core, new Conf("mgr", "x")), new CommandTable(), new Effects());
        core.session(GID, EntityAddrVec.EMPTY, NOW);
        NavigableMap<Integer, Bytes> maps = new TreeMap<>(Map.of(1, Bytes.wrap(resource("osdmap"))));
        int epoch = OsdMap.decode(maps.get(1)).epoch();
        core.fromMonitor(
                new MOSDMap(FSID, new TreeMap<>(), new TreeMap<>(Map.of(epoch, maps.get(1))), 1, epoch), 0, NOW);
        core.fromMonitor(new MMgrMap(chosen()), 0, NOW);
        Map<?, ?> dump = (Map<?, ?>) ((Map<?, ?>) Json.parse(text("pg_dump.json"))).get("pg_map");
        for (Object osd : (List<?>) dump.get("osd_stats")) {
            report((Map<?, ?>) osd, (List<?>) dump.get("pg_stats"));
        }
    }

    private static MgrMap chosen() {
        MgrMap none = MgrMap.EMPTY;
        return new MgrMap(
                2, GID, none.activeAddrs(), false, "x", NOW, 0, new TreeMap<>(), new TreeSet<>(), new TreeMap<>(),
                List.of(), new TreeMap<>(), 0, List.of());
    }

    private void report(Map<?, ?> osd, List<?> pgs) {
        long id = number(osd, "osd");
        Map<?, ?> statfs = (Map<?, ?>) osd.get("statfs");
        StoreStatfs store = new StoreStatfs(
                number(statfs, "total"), number(statfs, "available"), 0, 0, 0, 0, 0, 0, 0, 0);
        List<Integer> peers = ((List<?>) osd.get("hb_peers")).stream().map(o -> ((Long) o).intValue()).toList();
        OsdStat stat = new OsdStat(
                store, 0, 0, peers, List.of(), 0, 0, (int) number(osd, "up_from"), number(osd, "seq"),
                (int) number(osd, "num_pgs"), new TreeMap<>(), 0, 1, 0, 0, new TreeMap<>());
        NavigableMap<PgId, PgStat> own = new TreeMap<>();
        for (Object each : pgs) {
            Map<?, ?> pg = (Map<?, ?>) each;
            if (number(pg, "acting_primary") == id) {
                own.put(PgId.parse((String) pg.get("pgid")), pgStat(pg));
            }
        }
        MgrSession session = session(EntityName.osd((int) id), "allow profile osd");
        core.message(session, new MPGStats(FSID, stat, own, 20, new TreeMap<>()), 0, NOW);
    }

    private static PgStat pgStat(Map<?, ?> json) {
        Map<?, ?> sums = (Map<?, ?>) json.get("stat_sum");
        ObjectStatSum sum = ObjectStatSum.ZERO;
        for (Field field : Field.values()) {
            if (sums.get(field.text()) instanceof Long value) {
                sum = sum.with(field, value);
            }
        }
        long state = 0;
        for (String name : ((String) json.get("state")).split("\\+")) {
            for (PgStates each : PgStates.values()) {
                state |= PgStates.text(each.bit()).equals(name) ? each.bit() : 0;
            }
        }
        PgStat e = PgStat.EMPTY;
        List<Integer> acting = ((List<?>) json.get("acting")).stream().map(o -> ((Long) o).intValue()).toList();
        PgStat.Stamps healthy = new PgStat.Stamps(NOW, NOW, NOW, NOW, NOW, NOW, NOW, NOW, NOW, NOW);
        return new PgStat(
                e.version(), new PgStat.Reported(5, 20), state, e.logStart(), e.ondiskLogStart(), 0, 0, e.parent(), 0,
                e.scrubs(), sum, number(json, "log_size"), number(json, "ondisk_log_size"), acting, acting, acting.get(0),
                acting.get(0), 0, healthy, e.invalid(), List.of(), 0, new TreeMap<>(), List.of(), new TreeMap<>());
    }

    private static long number(Map<?, ?> json, String name) {
        return (Long) json.get(name);
    }

    private MgrSession session(EntityName peer, String caps) {
        MgrSession session = new MgrSession(
                peer.number() + 1, peer, new EntityAuthName(peer.type(), "t"), EntityAddr.NONE, MgrCap.parse(caps));
        core.opened(session);
        return session;
    }

    private MMgrCommandReply run(String caps, String json) {
        MgrSession session = session(EntityName.client(77), caps);
        core.message(session, new MMgrCommand(FSID, List.of(json), Bytes.EMPTY), 9, NOW);
        return (MMgrCommandReply) replies.getLast();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "{\"prefix\":\"osd df\"}; osd_df.txt",
        "{\"prefix\":\"osd df\",\"output_method\":\"tree\"}; osd_df_tree.txt",
        "{\"prefix\":\"osd df\",\"format\":\"json\"}; osd_df.json",
        "{\"prefix\":\"osd df\",\"output_method\":\"tree\",\"format\":\"json\"}; osd_df_tree.json",
        "{\"prefix\":\"osd pool stats\"}; osd_pool_stats.txt",
        "{\"prefix\":\"pg stat\"}; pg_stat.txt",
    })
    void writesWhatCephWrote(String command, String golden) throws IOException {
        MMgrCommandReply reply = run("allow *", command);
        assertThat(reply.result()).as(reply.status()).isZero();
        // the command line tool begins structured output with an empty line
        assertThat(reply.data().utf8()).isEqualTo(text(golden).replaceFirst("^\n", ""));
    }

    /// Ceph lists groups in the order of a hash.
    @Test
    void dumpsGroupsInBrief() throws IOException {
        MMgrCommandReply reply = run("allow *", "{\"prefix\":\"pg dump\",\"dumpcontents\":[\"pgs_brief\"]}");
        assertThat(reply.status()).isEqualTo("dumped pgs_brief");
        assertThat(reply.data().utf8().lines()).containsExactlyInAnyOrderElementsOf(
                text("pg_dump_pgs_brief.txt").lines().toList());
    }

    @Test
    void needsPermission() {
        assertThat(run("allow r", "{\"prefix\":\"pg scrub\",\"pgid\":\"2.1\"}").result()).isEqualTo(Errno.EACCES.code());
        assertThat(toOsds).isEmpty();
        assertThat(audited()).isEqualTo(
                "from='client.77 -' entity='client.t' cmd=[{\"prefix\":\"pg scrub\",\"pgid\":\"2.1\"}]:  access denied");
        MMgrCommandReply allowed = run("allow *", "{\"prefix\":\"pg deep-scrub\",\"pgid\":\"2.1\"}");
        assertThat(allowed.result()).isZero();
        assertThat(allowed.status()).startsWith("instructing pg 2.1 on osd.").endsWith(" to deep-scrub");
        assertThat(toOsds).hasSize(1);
        assertThat(audited()).endsWith("cmd=[{\"prefix\":\"pg deep-scrub\",\"pgid\":\"2.1\"}]: dispatch");
        assertThat(run("allow *", "{\"prefix\":\"no such\"}").result()).isEqualTo(Errno.EINVAL.code());
    }

    @Test
    void forcesRecoveryOfTheGroupsThatNeedIt() {
        PgId degraded = group(PgStates.DEGRADED, true);
        PgId whole = group(PgStates.DEGRADED, false);
        MMgrCommandReply reply = run("allow *",
                "{\"prefix\":\"pg force-recovery\",\"pgid\":[\"9.9\",\"" + whole + "\",\"" + degraded + "\"]}");
        int primary = core.pgMap().osdMap().place(degraded).actingPrimary();
        assertThat(reply.result()).as("one of them needs it").isZero();
        assertThat(reply.status()).contains("pg 9.9 does not exist; ", "pg " + whole + " doesn't require recovery; ")
                .endsWith("instructing pg(s) [" + degraded + "] on osd." + primary + " to force-recovery; \n");
        assertThat(toOsds).containsExactly(
                new MOSDForceRecovery(FSID, List.of(SpgId.of(degraded)), MOSDForceRecovery.RECOVERY));
        assertThat(run("allow *", "{\"prefix\":\"pg force-recovery\",\"pgid\":[\"9.9\"]}").result())
                .isEqualTo(Errno.ENOENT.code());
        assertThat(run("allow *", "{\"prefix\":\"pg cancel-force-backfill\",\"pgid\":[\"" + degraded + "\"]}").status())
                .isEqualTo("pg " + degraded + " backfill not forced; \n");
        assertThat(run("allow *", "{\"prefix\":\"osd pool force-recovery\",\"who\":[\"none\"]}").status())
                .isEqualTo("unrecognized pool 'none'");
        assertThat(toOsds).hasSize(1);
    }

    private String audited() {
        LogEntry line = ((MLog) toMonitor.getLast()).entries().getLast();
        assertThat(line.channel()).isEqualTo("audit");
        return line.message();
    }

    private PgId group(PgStates state, boolean has) {
        return core.pgMap().pgs().entrySet().stream()
                .filter(pg -> state.in(pg.getValue().state()) == has).findFirst().orElseThrow().getKey();
    }

    /// Groups move when an OSD is marked out; what is told of them ends when all are where they should be.
    @Test
    void tellsOfGroupsThatMove() {
        ProgressLog log = new ProgressLog();
        RecoveryEvents events = new RecoveryEvents(log);
        events.look(core.pgMap(), NOW);
        assertThat(log.isIdle()).as("degraded groups alone are no event").isTrue();
        OsdMap before = core.pgMap().osdMap();
        int out = before.osds().stream().filter(before::isUp).findFirst().orElseThrow();
        OsdMapIncremental change = OsdMapIncremental.after(before);
        change.newWeight.put(out, 0);
        OsdMap after = apply(change);
        events.look(core.pgMap(), NOW);
        assertThat(log.text(NOW)).contains("Rebalancing after osd." + out + " marked out (0s)", "Global Recovery Event");
        for (int osd : after.osds()) {
            NavigableMap<PgId, PgStat> own = new TreeMap<>();
            core.pgMap().pgs().forEach((id, pg) -> {
                if (after.place(id).actingPrimary() == osd) {
                    own.put(id, clean(pg, after.epoch()));
                }
            });
            core.message(session(EntityName.osd(osd), "allow profile osd"),
                    new MPGStats(FSID, core.pgMap().osds().getOrDefault(osd, core.pgMap().osdSum()), own, after.epoch(), new TreeMap<>()), 0, NOW);
        }
        events.look(core.pgMap(), NOW);
        assertThat(log.isIdle()).as(log.text(NOW)).isTrue();
        assertThat(log.json(NOW).path("completed").findValuesAsText("message"))
                .containsExactlyInAnyOrder("Rebalancing after osd." + out + " marked out", "Global Recovery Event");
    }

    private OsdMap apply(OsdMapIncremental change) {
        OsdMap after = core.pgMap().osdMap().apply(change);
        core.fromMonitor(new MOSDMap(FSID, new TreeMap<>(),
                new TreeMap<>(Map.of(after.epoch(), after.encode(after.encodingFeatures()))), 1, after.epoch()), 0, NOW);
        return after;
    }

    /// Exceptions to the placement of the last group, and of the one that takes it in, go before the two are merged.
    @Test
    void clearsUpmapsBeforeAMerge() {
        OsdMap before = core.pgMap().osdMap();
        OsdMapIncremental change = OsdMapIncremental.after(before);
        PgPool.Draft pool = before.pool(2).edit();
        pool.pgNumTarget = 4;
        pool.pgpNumTarget = 4;
        change.newPools.put(2L, pool.pool());
        change.newPgUpmap.put(new PgId(2, 7), List.of(1, 0));
        change.newPgUpmapItems.put(new PgId(2, 3), List.of(new UpmapItem(0, 1)));
        change.newPgUpmapItems.put(new PgId(2, 2), List.of(new UpmapItem(0, 1)));
        apply(change);
        assertThat(new PgNumSteps(new Conf("mgr", "x")).next(core.pgMap()))
                .contains(new PgNumSteps.ClearUpmap(new PgId(2, 7), true), new PgNumSteps.ClearUpmap(new PgId(2, 3), false))
                .doesNotContain(new PgNumSteps.ClearUpmap(new PgId(2, 2), false))
                .noneMatch(step -> step instanceof PgNumSteps.SetNumber number && number.variable().equals("pg_num_actual"));
    }

    private static PgStat clean(PgStat pg, int epoch) {
        long state = PgStates.ACTIVE.bit() | PgStates.CLEAN.bit();
        return new PgStat(
                pg.version(), new PgStat.Reported(9, epoch), state, pg.logStart(), pg.ondiskLogStart(), 0, 0, pg.parent(), 0,
                pg.scrubs(), pg.sum(), pg.logSize(), pg.ondiskLogSize(), pg.up(), pg.acting(), pg.upPrimary(), pg.actingPrimary(),
                0, pg.stamps(), pg.invalid(), List.of(), 0, new TreeMap<>(), List.of(), new TreeMap<>());
    }

    @Test
    void reportsSumsAndChecksToTheMonitors() {
        toMonitor.clear();
        core.tick(NOW);
        MMonMgrReport report = (MMonMgrReport) toMonitor.stream()
                .filter(MMonMgrReport.class::isInstance)
                .findFirst()
                .orElseThrow();
        PgMapDigest digest = report.digest();
        assertThat(digest.pgs()).isEqualTo(9);
        assertThat(digest.activePgs()).isEqualTo(9);
        assertThat(digest.byPool()).containsEntry(1L, 1L).containsEntry(2L, 8L);
        assertThat(report.gid()).isEqualTo(GID);
        assertThat(report.checks().get("PG_DEGRADED").summary())
                .isEqualTo("Degraded data redundancy: 5/15 objects degraded (33.333%), 4 pgs degraded");
    }

    /// It has not seen the group active itself; that does not make it one that is stuck since ever.
    @Test
    void keepsWhatANewPrimaryDoesNotKnow() {
        PgId pgid = group(PgStates.DEGRADED, false);
        PgStat before = core.pgMap().pgs().get(pgid);
        PgStat fresh = new PgStat(
                before.version(), new PgStat.Reported(1, 21), PgStates.DOWN.bit(), before.logStart(), before.ondiskLogStart(), 0, 0,
                before.parent(), 0, before.scrubs(), before.sum(), 0, 0, before.up(), before.acting(), before.upPrimary(),
                before.actingPrimary(), 0, PgStat.Stamps.ZERO, before.invalid(), List.of(), 0, new TreeMap<>(), List.of(), new TreeMap<>());
        core.message(session(EntityName.osd(before.actingPrimary()), "allow profile osd"),
                new MPGStats(FSID, core.pgMap().osdSum(), new TreeMap<>(Map.of(pgid, fresh)), 21, new TreeMap<>()), 0, NOW);
        PgStat after = core.pgMap().pgs().get(pgid);
        assertThat(after.state()).isEqualTo(PgStates.DOWN.bit());
        assertThat(after.stamps().active()).isEqualTo(NOW);
        assertThat(after.stamps().fullsized()).isEqualTo(NOW);
        assertThat(availability(NOW)).isEqualTo("Reduced data availability: 1 pg down");
    }

    /// A pool whose groups nobody makes: that is told once it lasts.
    @Test
    void groupsOfANewPoolAreNotStuckAtOnce() {
        OsdMapIncremental change = OsdMapIncremental.after(core.pgMap().osdMap());
        change.newPools.put(9L, core.pgMap().osdMap().pool(2));
        change.newPoolNames.put(9L, "new");
        apply(change);
        assertThat(availability(NOW)).isNull();
        assertThat(availability(new Utime(NOW.seconds() + 100, 0))).isEqualTo("Reduced data availability: 8 pgs inactive");
    }

    private @org.jspecify.annotations.Nullable String availability(Utime now) {
        toMonitor.clear();
        core.tick(now);
        MMonMgrReport report = toMonitor.stream().filter(MMonMgrReport.class::isInstance).map(MMonMgrReport.class::cast).findFirst().orElseThrow();
        return report.checks().containsKey("PG_AVAILABILITY") ? report.checks().get("PG_AVAILABILITY").summary() : null;
    }

    /// The client of a service (`rbd-mirror`) says how it is; what it leaves out has not changed.
    @Test
    void tellsWhatServicesSayOfThemselves() {
        MgrSession mirror = session(new EntityName(dev.inkfish.wire.EntityType.CLIENT, 4123), "allow r");
        core.message(mirror, new MMgrOpen("4123", "rbd-mirror", true, new TreeMap<>(Map.of("hostname", "a")),
                new TreeMap<>(), Bytes.EMPTY, Bytes.EMPTY), 0, NOW);
        core.message(mirror, service(Map.of("json", "{}")), 0, new Utime(NOW.seconds() + 5, 0));
        core.message(mirror, service(null), 0, new Utime(NOW.seconds() + 10, 0));
        String answer = run("allow *", "{\"prefix\":\"service status\",\"format\":\"json\"}").data().utf8();
        assertThat(answer).isEqualTo("{\"rbd-mirror\":{\"4123\":{\"status_stamp\":\"2026-11-21T03:11:45.000000+0000\","
                + "\"last_beacon\":\"2026-11-21T03:11:50.000000+0000\",\"status\":{\"json\":\"{}\"}}}}");
    }

    private static MMgrReport service(@org.jspecify.annotations.Nullable Map<String, String> status) {
        return new MMgrReport("4123", "rbd-mirror", List.of(), List.of(), Bytes.EMPTY, status, null, List.of(), Bytes.EMPTY,
                new TreeMap<>());
    }

    /// Chosen, it says that it serves, and which commands.
    @Test
    void beaconsUntilItIsKnownToServe() {
        toMonitor.clear();
        core.tick(new Utime(NOW.seconds() + 3, 0));
        MMgrBeacon beacon = (MMgrBeacon) toMonitor.getFirst();
        assertThat(beacon.available()).isTrue();
        assertThat(beacon.commands()).anyMatch(command -> command.signature().startsWith("pg dump name=dumpcontents"));
    }

    private static String text(String name) throws IOException {
        return new String(resource(name), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = DegradedClusterTest.class.getResourceAsStream("/degraded/" + name + ".gz")) {
            return new GZIPInputStream(in).readAllBytes();
        }
    }
}
