package dev.inkfish.mon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.mon.mgr.MgrMapService;
import dev.inkfish.mon.mgr.MgrStatService;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMgrBeacon;
import dev.inkfish.wire.message.MMonMgrReport;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.mon.ServiceMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Whose report of the cluster counts.
class ManagerReportTest {
    private final CoreHarness mon = new CoreHarness();
    private final MgrMapService managers = mon.core.add(new MgrMapService(mon.core));
    private final MgrStatService reports = mon.core.add(new MgrStatService(
            mon.core, mon.osdMap()::map, () -> managers.map().activeGid()));
    private final MonSession x = manager("x");
    private final MonSession y = manager("y");

    private MonSession manager(String name) {
        return mon.open(new EntityName(EntityType.MGR, 0), "mgr." + name, "allow profile mgr");
    }

    private void beacon(MonSession manager, String name, long gid) {
        mon.send(manager, new MMgrBeacon(
                CoreHarness.addrs(7000), gid, managers.map().activeGid() == gid, name, CoreHarness.FSID, List.of(), new TreeMap<>(),
                new TreeMap<>(), List.of(), Features.PACIFIC, List.of()));
        mon.commit();
    }

    private static MMonMgrReport report(long gid, String found, Bytes services) {
        return new MMonMgrReport(
                new TreeMap<>(Map.of(found, HealthCheck.warn("found", 1, List.of()))), services, new TreeMap<>(), gid,
                WireWriter.encode(PgMapDigest.EMPTY, PgMapDigest::encode));
    }

    private void send(MonSession manager, MMonMgrReport report) {
        mon.send(manager, report);
        mon.commit();
    }

    @Test
    void whatOneSaysThatIsNotActiveAnyMoreDoesNotCount() {
        beacon(x, "x", 1);
        beacon(y, "y", 2);
        send(x, report(1, "BY_X", Bytes.EMPTY));
        assertThat(reports.checks()).containsOnlyKeys("BY_X");
        send(y, report(2, "BY_STANDBY", Bytes.EMPTY));
        assertThat(reports.checks()).containsOnlyKeys("BY_X");
        for (int silent = 0; silent < 4; silent++) {
            mon.pass(10);
            beacon(y, "y", 2);
        }
        assertThat(managers.map().activeName()).isEqualTo("y");
        send(y, report(2, "BY_Y", Bytes.EMPTY));
        send(x, report(1, "BY_X", Bytes.EMPTY));
        assertThat(reports.checks()).containsOnlyKeys("BY_Y");
    }

    @Test
    void theServicesOfAReportAreKeptThoughTheNextOneComesBeforeItIsTaken() {
        beacon(x, "x", 1);
        Bytes services = WireWriter.encode(
                new ServiceMap(7, mon.now, new TreeMap<>()), (map, out) -> map.encode(out, Features.PACIFIC));
        mon.send(x, report(1, "FIRST", Bytes.EMPTY));
        assertThat(mon.isProposing()).isTrue();
        mon.send(x, report(1, "SECOND", services));
        mon.send(x, report(1, "THIRD", Bytes.EMPTY));
        mon.commit();
        assertThat(reports.checks()).containsOnlyKeys("THIRD");
        assertThat(reports.services().epoch()).isEqualTo(7);
    }
}
