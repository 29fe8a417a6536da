package dev.inkfish.mgr.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.mgr.core.DeviceBook.Device;
import dev.inkfish.mgr.core.DeviceBook.Expectancy;
import dev.inkfish.wire.Utime;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceBookTest {
    private static final Utime NOW = time("2026-11-28T19:05:06");

    private static Utime time(String text) {
        @Nullable Utime time = DeviceBook.parse(text);
        if (time == null) {
            throw new AssertionError(text + " is no time");
        }
        return time;
    }

    @Test
    void readsDates() {
        assertThat(DeviceBook.parse("1970-01-02")).isEqualTo(new Utime(86_400, 0));
        assertThat(DeviceBook.parse("1970-01-01 01:00")).isEqualTo(new Utime(3600, 0));
        assertThat(DeviceBook.parse("1970-01-01T01:00:00.5+0100")).isEqualTo(new Utime(0, 500_000_000));
        assertThat(DeviceBook.parse("junk")).isNull();
        assertThat(DeviceBook.parse("2026-13-01")).isNull();
    }

    /// The spans are those that a Ceph 16.2.15 printed at that time.
    @Test
    void tellsHowLongADeviceIsExpectedToLive() {
        DeviceBook book = new DeviceBook();
        book.expect("A", new Expectancy(time("2027-12-01"), time("2028-01-01"), NOW));
        book.expect("B", new Expectancy(time("2026-12-01"), Utime.ZERO, NOW));
        book.expect("C", new Expectancy(time("2026-11-01"), Utime.ZERO, NOW));
        NavigableMap<String, Device> devices = book.devices(new TreeMap<>());
        assertThat(devices.get("A").lives(NOW)).isEqualTo("12M to 13M");
        assertThat(devices.get("B").lives(NOW)).isEqualTo(">2d");
        assertThat(devices.get("C").lives(NOW)).isEqualTo("now");
        book.expect("A", Expectancy.NONE);
        assertThat(book.devices(new TreeMap<>())).containsOnlyKeys("B", "C");
    }

    @Test
    void findsDevicesByWhatDaemonsTell() {
        NavigableMap<String, Map<?, ?>> facts = new TreeMap<>();
        facts.put("osd.0", Map.of("hostname", "h", "device_ids", "sda=X_1,sdb=Y_2", "device_paths", "sda=/p"));
        facts.put("osd.1", Map.of("hostname", "h", "device_ids", "sda=X_1"));
        facts.put("mon.a", Map.of("hostname", "i", "device_ids", ""));
        DeviceBook book = DeviceBook.parse(new TreeMap<>(Map.of("X_1", DeviceBook.stored(
                new Expectancy(time("2026-12-01"), time("2026-12-02"), NOW)))));
        NavigableMap<String, Device> devices = book.devices(facts);
        assertThat(devices).containsOnlyKeys("X_1", "Y_2");
        assertThat(devices.get("X_1").daemons()).containsExactly("osd.0", "osd.1");
        assertThat(devices.get("X_1").isOn("h")).isTrue();
        assertThat(devices.get("X_1").isOn("i")).isFalse();
        assertThat(DeviceBook.failing(devices, 30 * 86_400, NOW)).extracting(Device::id).containsExactly("X_1");
        assertThat(DeviceBook.failing(devices, 86_400, NOW)).isEmpty();
    }
}
