package dev.inkfish.osd.daemon;

import dev.inkfish.osd.pg.PgShell;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.MLog;
import dev.inkfish.wire.mon.LogEntry;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lines for the cluster's log. Those of a moment travel together; what the monitors did not get is lost. On the control
/// thread.
final class ClusterLog {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterLog.class);
    private static final long GATHER_MILLIS = 100;
    private static final int MAX_WAITING = 1000;

    private final OsdDaemon daemon;
    private final List<LogEntry> waiting = new ArrayList<>();
    private boolean scheduled;
    private long sequence;

    ClusterLog(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    void add(PgShell.LogLevel level, String text) {
        int priority =
                switch (level) {
                    case DEBUG -> LogEntry.DEBUG;
                    case INFO -> LogEntry.INFO;
                    case WARN -> LogEntry.WARN;
                    case ERROR -> LogEntry.ERROR;
                };
        if (level != PgShell.LogLevel.DEBUG) {
            LOG.warn("osd.{}: {}", daemon.whoami(), text);
        }
        if (waiting.size() >= MAX_WAITING) {
            return;
        }
        waiting.add(new LogEntry(
                new EntityAuthName(EntityType.OSD, Integer.toString(daemon.whoami())),
                EntityName.osd(daemon.whoami()),
                daemon.publicMessenger().addrs(),
                OsdDaemon.now(),
                ++sequence,
                priority,
                text,
                "cluster"));
        if (!scheduled) {
            scheduled = true;
            daemon.later(GATHER_MILLIS, this::send);
        }
    }

    private void send() {
        scheduled = false;
        daemon.monClient().send(new MLog(0, daemon.fsid(), List.copyOf(waiting)));
        waiting.clear();
    }
}
