package dev.inkfish.app;

import dev.inkfish.osd.daemon.OsdDaemon;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hears that an OSD's disk has failed, and has the OSD step down: others take over its groups.
final class DiskWatch implements Consumer<Throwable> {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

    private final int osd;
    private @Nullable OsdDaemon daemon;
    private @Nullable Throwable failure;

    DiskWatch(int osd) {
        this.osd = osd;
    }

    @Override
    public synchronized void accept(Throwable cause) {
        LOG.error("osd.{}: the disk failed", osd, cause);
        failure = cause;
        tell();
    }

    /// The OSD that runs on the store; told at once if the disk has failed meanwhile.
    synchronized void watch(OsdDaemon running) {
        daemon = running;
        tell();
    }

    private void tell() {
        if (daemon != null && failure != null) {
            daemon.diskFailed("failed: " + failure.getMessage());
        }
    }
}
