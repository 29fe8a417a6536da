package dev.inkfish.conf;

import dev.inkfish.command.Formatter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a daemon leaves when it ends by a bug (`generate_crash_dump` of `signal_handler.cc`): a directory of its own in
/// `crash_dir` with the file `meta`, then an empty file `done`. `ceph-crash`, or whoever runs our daemons, posts it.
public final class CrashDump {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int MOST_FRAMES = 100;

    private CrashDump() {}

    /// Where reports lie until they are posted.
    public static Path directory(Conf conf) {
        return Path.of(conf.string("crash_dir"));
    }

    /// @param entity `osd.3`
    /// @return where it is, or null where it could not be written
    public static @Nullable Path write(Conf conf, String entity, String thread, Throwable bug) {
        Instant now = Instant.now();
        String id = STAMP.format(now) + "_" + UUID.randomUUID();
        try {
            Path place = Files.createDirectories(directory(conf).resolve(id));
            Files.writeString(place.resolve("meta"), meta(id, now, entity, thread, bug),
                    StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            Files.createFile(place.resolve("done"));
            return place;
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }

    static String meta(String id, Instant now, String entity, String thread, Throwable bug) {
        Formatter f = Formatter.of("json-pretty", "json-pretty").openObject("crash");
        f.dump("crash_id", id).dump("timestamp", STAMP.format(now));
        f.dump("process_name", "ceph-" + entity.split("\\.", 2)[0]).dump("entity_name", entity);
        f.dump("ceph_version", "16.2.15");
        f.dump("utsname_hostname", HostFacts.hostname()).dump("utsname_sysname", System.getProperty("os.name"));
        f.dump("utsname_release", System.getProperty("os.version"));
        f.dump("utsname_version", firstLine("/proc/sys/kernel/version"));
        f.dump("utsname_machine", HostFacts.machine());
        Map<String, String> release = osRelease();
        f.dump("os_name", release.getOrDefault("NAME", "")).dump("os_id", release.getOrDefault("ID", ""));
        f.dump("os_version_id", release.getOrDefault("VERSION_ID", "")).dump("os_version", release.getOrDefault("VERSION", ""));
        StackTraceElement[] frames = bug.getStackTrace();
        if (frames.length > 0) {
            StackTraceElement place = frames[0];
            String file = place.getFileName() == null ? place.getClassName() : place.getFileName();
            String function = place.getClassName() + "." + place.getMethodName();
            f.dump("assert_condition", bug.toString()).dump("assert_func", function).dump("assert_file", file);
            f.dump("assert_line", place.getLineNumber()).dump("assert_thread_name", thread);
            f.dump("assert_msg", file + ": In function '" + function + "' thread " + thread + " time " + STAMP.format(now)
                    + "\n" + file + ": " + place.getLineNumber() + ": FAILED " + bug + "\n");
        }
        f.openArray("backtrace");
        int left = MOST_FRAMES;
        for (Throwable each = bug; each != null && left > 0; each = each.getCause()) {
            f.dump("frame", "(" + each.getClass().getName() + ") [" + each.getMessage() + "]");
            for (StackTraceElement frame : each.getStackTrace()) {
                if (left-- > 0) {
                    f.dump("frame", "(" + frame.getClassName() + "." + frame.getMethodName() + "()+" + frame.getLineNumber()
                            + ") [" + frame.getFileName() + ":" + frame.getLineNumber() + "]");
                }
            }
        }
        return f.close().close().text();
    }

    private static String firstLine(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static Map<String, String> osRelease() {
        Map<String, String> values = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(Path.of("/etc/os-release"), StandardCharsets.UTF_8)) {
                String[] parts = line.split("=", 2);
                if (parts.length == 2) {
                    values.put(parts[0], parts[1].replace("\"", ""));
                }
            }
        } catch (IOException e) {
            // a machine without that file tells less
        }
        return values;
    }
}
