package dev.inkfish.mgr.core;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.wire.Utime;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The devices that daemons use, by the ids they tell, and how long somebody expects them to live (`DaemonState.cc`).
public final class DeviceBook {
    private static final Pattern DATE = Pattern.compile(
            "(\\d{4})-(\\d{2})-(\\d{2})(?:[T ](\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9}))?)?)?(Z|[+-]\\d{2}:?\\d{2})?");

    /// @param from zero where nothing is expected
    /// @param to zero for no end
    /// @param stamp when it was said
    public record Expectancy(Utime from, Utime to, Utime stamp) {
        public static final Expectancy NONE = new Expectancy(Utime.ZERO, Utime.ZERO, Utime.ZERO);

        String text(Utime now) {
            if (from.isZero()) {
                return "";
            }
            if (now.compareTo(from) >= 0) {
                return "now";
            }
            String least = ProgressLog.period(left(from, now));
            String most = ProgressLog.period(left(to, now));
            return to.isZero() ? ">" + least : least.equals(most) ? least : least + " to " + most;
        }

        private static long left(Utime then, Utime now) {
            return (then.toNanos() - now.toNanos()) / 1_000_000_000L;
        }
    }

    /// Where a device is.
    public record Place(String host, String name, String path) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int c = host.compareTo(other.host);
            c = c != 0 ? c : name.compareTo(other.name);
            return c != 0 ? c : path.compareTo(other.path);
        }
    }

    public record Device(String id, NavigableSet<Place> places, NavigableSet<String> daemons, Expectancy expectancy) {
        public boolean isOn(String host) {
            return places.stream().anyMatch(place -> place.host.equals(host));
        }

        public String names(String host) {
            return String.join(" ", places.stream().filter(place -> place.host.equals(host)).map(Place::name).toList());
        }

        public String everywhere() {
            return String.join(" ", places.stream().map(place -> place.host + ":" + place.name).toList());
        }

        public String lives(Utime now) {
            return expectancy.text(now);
        }

        public void dump(Formatter f) {
            f.openObject("device");
            dumpMembers(f);
            f.close();
        }

        public void dumpMembers(Formatter f) {
            f.dump("devid", id).openArray("location");
            places.forEach(place -> f.openObject("attachment").dump("host", place.host).dump("dev", place.name)
                    .dump("path", place.path).close());
            f.close().openArray("daemons");
            daemons.forEach(daemon -> f.dump("daemon", daemon));
            f.close();
            if (!expectancy.from.isZero()) {
                f.dump("life_expectancy_min", Stamp.text(expectancy.from));
                f.dump("life_expectancy_max", Stamp.text(expectancy.to));
                f.dump("life_expectancy_stamp", Stamp.text(expectancy.stamp));
            }
        }

        public String text() {
            StringBuilder out = new StringBuilder("device " + id + "\n");
            places.forEach(place -> out.append("attachment " + place.host + " " + place.name + " " + place.path + "\n\n"));
            out.append(String.join(",", daemons)).append('\n');
            if (!expectancy.from.isZero()) {
                out.append("life_expectancy " + Stamp.text(expectancy.from) + " to " + Stamp.text(expectancy.to) + " (as of "
                        + Stamp.text(expectancy.stamp) + ")\n");
            }
            return out.toString();
        }
    }

    private final NavigableMap<String, Expectancy> expectancies = new TreeMap<>();

    /// @param stored what the monitors keep, by id
    public static DeviceBook parse(NavigableMap<String, Map<?, ?>> stored) {
        DeviceBook book = new DeviceBook();
        stored.forEach((id, facts) -> {
            Utime from = time(facts.get("life_expectancy_min"));
            if (!from.isZero()) {
                book.expect(id, new Expectancy(
                        from, time(facts.get("life_expectancy_max")), time(facts.get("life_expectancy_stamp"))));
            }
        });
        return book;
    }

    private static Utime time(@Nullable Object text) {
        Utime time = text == null ? null : parse(text.toString());
        return time == null ? Utime.ZERO : time;
    }

    /// A date, perhaps with a time; null if it is none.
    public static @Nullable Utime parse(String text) {
        Matcher m = DATE.matcher(text.strip());
        if (!m.matches()) {
            return null;
        }
        try {
            LocalDate date = LocalDate.of(number(m, 1), number(m, 2), number(m, 3));
            String nanos = m.group(7) == null ? "0" : (m.group(7) + "000000000").substring(0, 9);
            LocalTime time = LocalTime.of(number(m, 4), number(m, 5), number(m, 6), Integer.parseInt(nanos));
            ZoneOffset zone = m.group(8) == null ? ZoneOffset.UTC : ZoneOffset.of(m.group(8));
            OffsetDateTime at = OffsetDateTime.of(date, time, zone);
            return new Utime((int) at.toEpochSecond(), at.getNano());
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static int number(Matcher m, int group) {
        return m.group(group) == null ? 0 : Integer.parseInt(m.group(group));
    }

    /// As the monitors keep it.
    public static Map<String, String> stored(Expectancy of) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("life_expectancy_min", Stamp.text(of.from));
        facts.put("life_expectancy_max", of.to.isZero() ? "" : Stamp.text(of.to));
        facts.put("life_expectancy_stamp", Stamp.text(of.stamp));
        return facts;
    }

    public void expect(String id, Expectancy expectancy) {
        if (expectancy.equals(Expectancy.NONE)) {
            expectancies.remove(id);
        } else {
            expectancies.put(id, expectancy);
        }
    }

    /// All that a daemon uses or somebody expects something of, by id.
    ///
    /// @param facts what daemons tell of themselves, by daemon
    public NavigableMap<String, Device> devices(NavigableMap<String, Map<?, ?>> facts) {
        NavigableMap<String, Device> found = new TreeMap<>();
        expectancies.keySet().forEach(id -> found.put(id, none(id)));
        facts.forEach((daemon, of) -> {
            Map<String, String> paths = pairs(of.get("device_paths"));
            pairs(of.get("device_ids")).forEach((name, id) -> {
                if (!id.isEmpty()) {
                    Device device = found.computeIfAbsent(id, this::none);
                    device.daemons.add(daemon);
                    device.places.add(new Place(text(of.get("hostname")), name, paths.getOrDefault(name, "")));
                }
            });
        });
        return found;
    }

    private Device none(String id) {
        return new Device(id, new TreeSet<>(), new TreeSet<>(), expectancies.getOrDefault(id, Expectancy.NONE));
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    /// `sda=ID,sdb=ID`
    private static Map<String, String> pairs(@Nullable Object text) {
        Map<String, String> pairs = new TreeMap<>();
        for (String each : List.of(text(text).split("[,; ]+"))) {
            String[] parts = each.split("=", 2);
            if (parts.length == 2) {
                pairs.put(parts[0], parts[1]);
            }
        }
        return pairs;
    }

    /// Those that are expected to fail within so many seconds and are in use.
    public static List<Device> failing(NavigableMap<String, Device> devices, double within, Utime now) {
        List<Device> found = new ArrayList<>();
        devices.values().forEach(device -> {
            Utime end = device.expectancy.to;
            if (!device.daemons.isEmpty() && !end.isZero() && end.toSeconds() - now.toSeconds() <= within) {
                found.add(device);
            }
        });
        return found;
    }
}
