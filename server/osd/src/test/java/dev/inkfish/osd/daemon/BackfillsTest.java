package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.PgId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackfillsTest {
    private static final PgId A = new PgId(1, 0);
    private static final PgId B = new PgId(1, 1);
    private static final PgId C = new PgId(1, 2);

    private final List<String> seen = new ArrayList<>();
    private final Backfills backfills = new Backfills(1);

    private void reserve(PgId pgid, int priority) {
        backfills.reserve(pgid, priority, () -> seen.add(pgid + " begins"), () -> seen.add(pgid + " yields"));
    }

    @Test
    void theFirstOfTheHighestGetsThePlaceNext() {
        reserve(A, 110);
        reserve(B, 110);
        reserve(C, 110);
        assertThat(seen).containsExactly("1.0 begins");
        backfills.release(A);
        backfills.release(B);
        assertThat(seen).containsExactly("1.0 begins", "1.1 begins", "1.2 begins");
    }

    @Test
    void aForcedOneTakesThePlaceOfAnother() {
        reserve(A, 110);
        reserve(B, 110);
        reserve(C, 254);
        assertThat(seen).containsExactly("1.0 begins", "1.0 yields");
        backfills.release(A);
        reserve(A, 110);
        assertThat(seen).endsWith("1.2 begins");
        backfills.release(C);
        assertThat(seen).as("who gave its place back is behind those that waited").endsWith("1.1 begins");
    }

    @Test
    void whoWaitsMayAskAgainWithAnotherPriority() {
        reserve(A, 110);
        reserve(B, 110);
        reserve(C, 110);
        reserve(C, 254);
        assertThat(backfills.waiting()).containsExactly(new Backfills.Reservation(B, 110), new Backfills.Reservation(C, 254));
        backfills.release(A);
        assertThat(backfills.running()).containsExactly(new Backfills.Reservation(C, 254));
        reserve(C, 110);
        assertThat(backfills.running()).as("it has its place already").hasSize(1);
        assertThat(backfills.waiting()).hasSize(1);
    }
}
