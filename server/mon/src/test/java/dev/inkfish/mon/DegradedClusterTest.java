package dev.inkfish.mon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.stats.PgMapText;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.health.DfCommand;
import dev.inkfish.mon.health.HealthService;
import dev.inkfish.mon.mgr.MgrMapService;
import dev.inkfish.mon.mgr.MgrStatService;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.MemoryMonStore;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.MgrMap;
import dev.inkfish.wire.mon.PgMapDigest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The monitor is given the OSD map and the manager's report of a Ceph 16.2.15 cluster, one of whose three
/// OSDs was down and out, and must write what Ceph's monitor wrote of them.
class DegradedClusterTest {
    private static final MgrMap ACTIVE = new MgrMap(
            2, 4116, EntityAddrVec.EMPTY, true, "x", Utime.ZERO, 0, new TreeMap<>(), new TreeSet<>(), new TreeMap<>(),
            List.of(), new TreeMap<>(), 0, List.of());

    private final CoreHarness harness = new CoreHarness();
    private final CommandTable table = new CommandTable();
    private MgrStatService stats;

    @BeforeEach
    void load() throws IOException {
        OsdMap map = OsdMap.decode(resource("osdmap"));
        stats = new MgrStatService(harness.core, () -> map, ACTIVE::activeGid);
        MemoryMonStore store = new MemoryMonStore();
        PgMapDigest digest = PgMapDigest.decode(resource("digest").reader());
        WireWriter checks = new WireWriter();
        HealthCheck.encodeMap(checks, HealthCheck.decodeMap(resource("checks").reader()));
        store.apply(new MonTransaction()
                .put("mgrstat", "digest", WireWriter.encode(digest, PgMapDigest::encode))
                .put("mgrstat", "checks", checks.toBytes()));
        stats.refresh(store);
        new DfCommand(() -> map, stats).register(table);
        MgrMapService managers = new MgrMapService(harness.core);
        store.apply(new MonTransaction()
                .put("mgr", "map", WireWriter.encode(ACTIVE, (m, out) -> m.encode(out, Features.PACIFIC))));
        managers.refresh(store);
        harness.core.conf().set(Conf.Layer.OVERRIDE, "auth_allow_insecure_global_id_reclaim", "false");
        new HealthService(harness.core, () -> map, managers, stats, TreeMap::new)
                .registerCommands(table);
    }

    @ParameterizedTest
    @CsvSource({
        "df, '', plain, df.txt",
        "df, detail, plain, df_detail.txt",
        "df, '', json, df.json",
        "df, detail, json, df_detail.json",
        "health, detail, plain, health_detail.txt",
        "health, detail, json, health_detail.json",
    })
    void writesWhatCephWrote(String prefix, String detail, String format, String golden) throws IOException {
        assertThat(answer(prefix, detail, format)).isEqualTo(resource(golden).utf8().replaceFirst("^\n", ""));
    }

    private String answer(String prefix, String detail, String format) throws IOException {
        Command command = table.find(prefix);
        CommandContext context = new CommandContext(
                command, new TreeMap<>(Map.of("detail", detail, "format", format)), Bytes.EMPTY, this, Utime.ZERO, d -> {});
        CommandResult.Done done = (CommandResult.Done) command.handler().run(context);
        return done.data().utf8();
    }

    @Test
    void warnsOfOsdsThatAreNeverMarkedOut() throws IOException {
        harness.core.conf().set(Conf.Layer.OVERRIDE, "mon_osd_down_out_interval", "0");
        assertThat(answer("health", "detail", "plain")).contains("""
                [WRN] OSD_NO_DOWN_OUT_INTERVAL: mon a has mon_osd_down_out_interval set to 0
                    mon.a has mon_osd_down_out_interval set to 0
                """);
        harness.core.conf().set(Conf.Layer.OVERRIDE, "mon_warn_on_osd_down_out_interval_zero", "false");
        assertThat(answer("health", "detail", "plain")).doesNotContain("OSD_NO_DOWN_OUT_INTERVAL");
    }

    @Test
    void summary() throws IOException {
        assertThat(resource("status.txt").utf8()).contains(PgMapText.summary(stats.digest()));
    }

    private static Bytes resource(String name) throws IOException {
        try (InputStream in = DegradedClusterTest.class.getResourceAsStream("/degraded/" + name + ".gz")) {
            return Bytes.wrap(new GZIPInputStream(in).readAllBytes());
        }
    }
}
