package dev.inkfish.mgr.rbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When a schedule runs next, and which of several levels counts; the answers are a real 16.2.15's.
class ScheduleTest {
    @ParameterizedTest
    @CsvSource({
        "10m,,2026-11-21T09:07:30,10m,,2026-11-21T09:10",
        "60,,2026-11-21T09:00:00,1h,,2026-11-21T10:00",
        "3h,05:30,2026-11-21T09:07:30,3h,05:30:00,2026-11-21T11:30",
        "2h,14:00:00-05:00,2026-11-21T09:07:30,2h,14:00:00-05:00,2026-11-21T11:00",
        "48h,23:00,2026-11-21T09:07:30,2d,23:00:00,2026-11-21T23:00"
    })
    void itRunsAtTheNextMultipleFromItsStartOn(
            String interval, String start, String now, String shown, String shownStart, String next) {
        ScheduleItem item = ScheduleItem.parse(interval, start);
        assertThat(item.interval()).isEqualTo(shown);
        assertThat(item.start() == null ? null : item.start().toString()).isEqualTo(shownStart);
        assertThat(item.next(LocalDateTime.parse(now))).isEqualTo(LocalDateTime.parse(next));
    }

    @Test
    void nonsenseIsRefusedInCephsWords() {
        assertThatThrownBy(() -> ScheduleItem.parse("often", null)).hasMessage("Invalid interval (often)");
        assertThatThrownBy(() -> ScheduleItem.parse("1h", "noon"))
                .hasMessage("Invalid start time noon: Unknown string format: noon");
    }

    @Test
    void anImageIsWithinItsNamespacePoolAndEverything() {
        Level pool = Level.ofPool(5, "vms");
        Level nspace = new Level("vms/a/", "5/a", 5L, "a", null);
        Level image = new Level("vms/a/x", "5/a/1f", 5L, "a", "1f");
        Level elsewhere = new Level("vms/y", "5//2f", 5L, "", "2f");
        assertThat(image.isWithin(nspace)).isTrue();
        assertThat(image.isWithin(pool)).isTrue();
        assertThat(pool.isWithin(Level.GLOBAL)).isTrue();
        assertThat(pool.isWithin(pool)).isFalse();
        assertThat(elsewhere.isWithin(nspace)).isFalse();
        assertThat(elsewhere.overlaps(nspace)).isFalse();
        assertThat(elsewhere.overlaps(pool)).isTrue();
    }
}
