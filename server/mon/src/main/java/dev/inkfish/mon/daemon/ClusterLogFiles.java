package dev.inkfish.mon.daemon;

import dev.inkfish.conf.Conf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files that `mon_cluster_log_file` names, a line for each of the cluster log's (`LogMonitor`). A file is opened for each
/// line: whoever turns logs over need not tell.
final class ClusterLogFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterLogFiles.class);
    private static final List<String> LEVELS = List.of("debug", "info", "sec", "warn", "error");
    private static final String DEFAULT = "default";

    private final Conf conf;
    private boolean failed;

    ClusterLogFiles(Conf conf) {
        this.conf = conf;
    }

    void write(String channel, int priority, String line) {
        if (conf.flag("mon_cluster_log_to_stderr")) {
            System.err.println(line);
        }
        if (!conf.flag("mon_cluster_log_to_file") || priority < LEVELS.indexOf(conf.string("mon_cluster_log_file_level"))) {
            return;
        }
        String file = fileOf(conf.string("mon_cluster_log_file"), channel);
        if (file.isEmpty()) {
            return;
        }
        try {
            Path path = Path.of(file);
            if (path.getParent() != null) {
                Files.createDirectories(path.getParent());
            }
            Files.write(path, (line + "\n").getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                LOG.warn("mon.{}: the cluster's log cannot be written: {}", conf.id(), e.toString());
            }
            failed = true;
        }
    }

    /// @param option one file for all, or pairs of a channel and its file
    static String fileOf(String option, String channel) {
        Map<String, String> files = new TreeMap<>();
        for (String each : option.strip().split("[ ,;]+")) {
            int equals = each.indexOf('=');
            files.put(equals < 0 ? DEFAULT : each.substring(0, equals), each.substring(equals + 1));
        }
        return files.getOrDefault(channel, files.getOrDefault(DEFAULT, "")).replace("$channel", channel);
    }
}
