package dev.inkfish.mgr.rbd;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How often something is done, and from what time of day on (`rbd_support/schedule.py`).
///
/// @param minutes between two runs, at least 1
/// @param start null where none was given
record ScheduleItem(long minutes, @Nullable Start start) {
    private static final Pattern INTERVAL = Pattern.compile("(\\d{1,9})([dhm]?)");
    private static final Pattern TIME = Pattern.compile(
            "(?:\\d{4}-\\d\\d-\\d\\d[T ])?(\\d{1,2}):(\\d\\d)(?::\\d\\d(?:\\.\\d+)?)?(?: ?(Z|[+-]\\d\\d:?(?:\\d\\d)?))?");
    private static final LocalDateTime EPOCH = LocalDateTime.of(1970, 1, 1, 0, 0);
    private static final long HOUR = 60;
    private static final long DAY = 24 * HOUR;

    /// A time of day; seconds are not kept.
    ///
    /// @param offset null for the manager's own zone
    record Start(LocalTime time, @Nullable ZoneOffset offset) {
        /// Ceph adds the offset, modulo a day, where one would subtract it.
        long minutesOfDay() {
            long offsetMinutes = offset == null ? 0 : Math.floorMod(offset.getTotalSeconds() / 60, DAY);
            return time.getHour() * HOUR + time.getMinute() + offsetMinutes;
        }

        @Override
        public String toString() {
            String zone = offset == null ? "" : offset.equals(ZoneOffset.UTC) ? "+00:00" : offset.getId();
            return String.format("%02d:%02d:00%s", time.getHour(), time.getMinute(), zone);
        }
    }

    /// @throws CephException EINVAL with Ceph's words
    static ScheduleItem parse(String interval, @Nullable String start) {
        Matcher matcher = INTERVAL.matcher(interval);
        if (!matcher.matches()) {
            throw new CephException(Errno.EINVAL, "Invalid interval (" + interval + ")");
        }
        long minutes = Long.parseLong(matcher.group(1)) * switch (matcher.group(2)) {
            case "d" -> DAY;
            case "h" -> HOUR;
            default -> 1;
        };
        if (minutes == 0) {
            throw new CephException(Errno.EINVAL, "Invalid interval (" + interval + ")");
        }
        return new ScheduleItem(minutes, start == null || start.isEmpty() ? null : parseStart(start));
    }

    private static Start parseStart(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw invalidStart(text, "Unknown string format: " + text);
        }
        try {
            LocalTime time = LocalTime.of(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
            String zone = matcher.group(3);
            return new Start(time, zone == null ? null : ZoneOffset.of(zone));
        } catch (DateTimeException e) {
            throw invalidStart(text, String.valueOf(e.getMessage()));
        }
    }

    private static CephException invalidStart(String text, String why) {
        return new CephException(Errno.EINVAL, "Invalid start time " + text + ": " + why);
    }

    String interval() {
        return minutes % DAY == 0 ? minutes / DAY + "d" : minutes % HOUR == 0 ? minutes / HOUR + "h" : minutes + "m";
    }

    /// The first run after that moment.
    LocalDateTime next(LocalDateTime now) {
        LocalDateTime first = EPOCH.plusMinutes(start == null ? 0 : start.minutesOfDay());
        long passed = Duration.between(first, now).dividedBy(Duration.ofMinutes(minutes));
        return first.plusMinutes((passed + 1) * minutes);
    }
}
