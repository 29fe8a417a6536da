package dev.inkfish.osd.daemon;

import dev.inkfish.conf.Conf;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether this OSD gets on with its work (`HeartbeatMap`): no shard is held up, as by a read that does not return, and the
/// disk goes on committing. After `osd_op_thread_timeout` without that it answers no heartbeats, so that others take over,
/// and does not boot; after `osd_op_thread_suicide_timeout` it ends. Looked at by the control thread once a second.
final class ThreadHealth {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadHealth.class);
    /// Between two looks; longer, and the whole process was stopped.
    private static final long STOPPED_NANOS = 5_000_000_000L;

    /// Since when nothing has been committed that should be.
    private static final class Commits {
        private long last;
        private long since;

        private void look(long now, boolean pending, long committed) {
            if (!pending || committed != last) {
                since = now;
            }
            last = committed;
        }
    }

    /// One shard. All but `answered` is the control thread's.
    private static final class Pulse {
        private final OsdShard shard;
        /// Of the shard when it last answered.
        private volatile long committed;
        private volatile boolean commitsPending;
        private volatile boolean answered = true;
        private final Commits commits = new Commits();
        private long aliveAt;

        private Pulse(OsdShard shard, long now) {
            this.shard = shard;
            forget(now);
        }

        private void forget(long now) {
            aliveAt = now;
            commits.since = now;
        }

        /// @return for how many nanoseconds it has not got on
        private long look(long now) {
            if (answered) {
                aliveAt = now;
                commits.look(now, commitsPending, committed);
                answered = false;
                shard.post(() -> {
                    committed = shard.committed();
                    commitsPending = shard.submitted() != committed;
                    answered = true;
                });
            }
            return now - Math.min(aliveAt, commits.since);
        }
    }

    private final OsdDaemon daemon;
    private final List<Pulse> pulses = new ArrayList<>();
    private final Commits maps = new Commits();
    private volatile long lastLook = System.nanoTime();
    private volatile long stuck;
    private volatile long timeout = Long.MAX_VALUE;

    ThreadHealth(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    void tick() {
        long now = System.nanoTime();
        if (pulses.isEmpty()) {
            daemon.shards().forEach(shard -> pulses.add(new Pulse(shard, now)));
            maps.since = now;
        }
        if (now - lastLook > STOPPED_NANOS) {
            pulses.forEach(pulse -> pulse.forget(now));
            maps.since = now;
        }
        boolean before = isHealthy();
        long mapsCommitted = daemon.maps().committed();
        maps.look(now, daemon.maps().submitted() != mapsCommitted, mapsCommitted);
        long longest = now - maps.since;
        for (Pulse pulse : pulses) {
            longest = Math.max(longest, pulse.look(now));
        }
        Conf conf = daemon.config().conf();
        timeout = conf.integer("osd_op_thread_timeout") * 1_000_000_000L;
        stuck = longest;
        lastLook = now;
        if (isHealthy() != before) {
            LOG.warn("osd.{} {}", daemon.whoami(), before
                    ? "does not get on for " + longest / 1_000_000_000L + " s: it answers no heartbeats" : "gets on again");
        }
        long suicide = conf.integer("osd_op_thread_suicide_timeout") * 1_000_000_000L;
        if (suicide > 0 && longest > suicide) {
            LOG.error("osd.{} has not got on for {} s; it ends", daemon.whoami(), longest / 1_000_000_000L);
            daemon.abort();
        }
    }

    /// From any thread.
    boolean isHealthy() {
        return timeout <= 0 || stuck <= timeout && System.nanoTime() - lastLook <= timeout;
    }
}
