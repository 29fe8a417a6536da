package dev.inkfish.osd.pg;

import static dev.inkfish.osd.pg.RecoveryPlaces.Turn.BEHIND;
import static dev.inkfish.osd.pg.RecoveryPlaces.Turn.LATER;
import static dev.inkfish.osd.pg.RecoveryPlaces.Turn.TAKEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.PgId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveryPlacesTest {
    private static final PgId A = new PgId(1, 0);
    private static final PgId B = new PgId(1, 1);

    @Test
    void groupsTakeTurnsWherePlacesAreFew() {
        RecoveryPlaces places = new RecoveryPlaces();
        places.limits(2, 0);
        List<String> woken = new ArrayList<>();
        assertThat(places.take(A, 0, 0, () -> {})).isEqualTo(TAKEN);
        assertThat(places.take(A, 0, 0, () -> {})).isEqualTo(TAKEN);
        assertThat(places.take(A, 0, 0, () -> woken.add("a"))).isEqualTo(LATER);
        assertThat(places.take(B, 0, 0, () -> woken.add("b" + places.take(B, 0, 0, () -> {})))).isEqualTo(LATER);
        places.wake(0);
        assertThat(woken).isEmpty();
        places.release();
        places.wake(0);
        assertThat(woken).as("A asked first, found nothing to do; then B").containsExactly("a", "bTAKEN");
        assertThat(places.nanosToWait(0)).isZero();
    }

    @Test
    void oneBeginsSomeTimeAfterTheOther() {
        RecoveryPlaces places = new RecoveryPlaces();
        places.limits(10, 100);
        assertThat(places.take(A, 0, 1000, () -> {})).isEqualTo(TAKEN);
        assertThat(places.take(A, 0, 1050, () -> {})).isEqualTo(LATER);
        assertThat(places.nanosToWait(1050)).isEqualTo(50);
        assertThat(places.take(A, 0, 1100, () -> {})).isEqualTo(TAKEN);
        places.limits(10, 0);
        assertThat(places.take(A, 0, 1101, () -> {})).isEqualTo(TAKEN);
    }

    @Test
    void nothingBeginsBeforeTheDelayIsOver() {
        RecoveryPlaces places = new RecoveryPlaces();
        places.limits(2, 10);
        places.defer(1000);
        List<String> woken = new ArrayList<>();
        assertThat(places.take(A, 0, 0, () -> woken.add("a" + places.take(A, 0, 1000, () -> {})))).isEqualTo(LATER);
        assertThat(places.nanosToWait(400)).isEqualTo(600);
        places.wake(999);
        assertThat(woken).isEmpty();
        places.wake(1000);
        assertThat(woken).containsExactly("aTAKEN");
        places.defer(5000);
        assertThat(places.take(B, 0, 1100, () -> {})).isEqualTo(LATER);
        places.defer(Long.MIN_VALUE);
        assertThat(places.take(B, 0, 1100, () -> {})).isEqualTo(TAKEN);
    }

    @Test
    void whoWasPutBeforeTheOthersGoesFirst() {
        RecoveryPlaces places = new RecoveryPlaces();
        places.limits(1, 0);
        List<String> woken = new ArrayList<>();
        assertThat(places.take(A, 190, 0, () -> {})).isEqualTo(TAKEN);
        assertThat(places.take(B, 255, 0, () -> woken.add("b" + places.take(B, 255, 0, () -> {})))).isEqualTo(LATER);
        places.release();
        assertThat(places.take(A, 190, 0, () -> woken.add("a"))).as("B waits").isEqualTo(BEHIND);
        places.wake(0);
        assertThat(woken).containsExactly("bTAKEN");
        assertThat(places.take(B, 255, 0, () -> {})).isEqualTo(LATER);
        places.release();
        assertThat(places.take(B, 255, 0, () -> {})).isEqualTo(TAKEN);
        places.release();
        assertThat(places.take(A, 190, 0, () -> {})).as("nobody waits any more").isEqualTo(TAKEN);
    }
}
