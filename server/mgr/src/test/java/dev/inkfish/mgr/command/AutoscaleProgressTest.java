package dev.inkfish.mgr.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.mgr.core.ProgressLog;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Utime;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AutoscaleProgressTest {
    private static final UUID FSID = new UUID(1, 2);
    private static final Utime NOW = new Utime(1_795_230_700, 0);

    private final ProgressLog log = new ProgressLog();
    private final AutoscaleProgress progress = new AutoscaleProgress();

    private static OsdMap map(int groups, int target) {
        OsdMap empty = OsdMap.initial(FSID, NOW);
        OsdMapIncremental change = OsdMapIncremental.after(empty);
        PgPool.Draft pool = new PgPool.Draft();
        pool.size = 3;
        pool.pgNum = groups;
        pool.pgpNum = groups;
        pool.pgNumPending = groups;
        pool.pgNumTarget = target;
        change.newPools.put(3L, pool.pool());
        change.newPoolNames.put(3L, "p");
        change.newPoolMax = 3;
        return empty.apply(change);
    }

    private JsonNode running() {
        return log.json(NOW).path("events").path(0);
    }

    @Test
    void followsAPoolUntilItHasItsGroups() {
        progress.begin(log, 3, 32, 8, NOW);
        assertThat(running().path("message").asText()).isEqualTo("PG autoscaler decreasing pool 3 PGs from 32 to 8");
        progress.follow(log, map(20, 8), NOW);
        assertThat(running().path("progress").asDouble()).isEqualTo(0.5);
        progress.follow(log, map(8, 8), NOW);
        assertThat(log.isIdle()).isTrue();
        assertThat(log.json(NOW).path("completed")).hasSize(1);
    }

    @Test
    void aNewDecisionGoesOnWithTheSameEvent() {
        progress.begin(log, 3, 8, 32, NOW);
        String id = running().path("id").asText();
        progress.begin(log, 3, 16, 64, NOW);
        assertThat(running().path("id").asText()).isEqualTo(id);
        assertThat(running().path("message").asText()).isEqualTo("PG autoscaler increasing pool 3 PGs from 16 to 64");
    }

    @Test
    void endsWhereSomebodyElseDecidedOtherwiseOrThePoolIsGone() {
        progress.begin(log, 3, 8, 32, NOW);
        progress.follow(log, map(8, 32), NOW);
        assertThat(log.isIdle()).as("it has not begun to grow yet").isFalse();
        progress.follow(log, map(16, 16), NOW);
        assertThat(log.isIdle()).isTrue();
        progress.begin(log, 3, 8, 32, NOW);
        progress.follow(log, OsdMap.initial(FSID, NOW), NOW);
        assertThat(log.isIdle()).isTrue();
    }
}
