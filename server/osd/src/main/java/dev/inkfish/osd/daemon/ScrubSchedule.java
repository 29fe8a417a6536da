package dev.inkfish.osd.daemon;

import dev.inkfish.command.Formatter;
import dev.inkfish.conf.Conf;
import dev.inkfish.osd.pg.PgShell;
import dev.inkfish.osd.scrub.ScrubMode;
import dev.inkfish.osd.scrub.ScrubSettings;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.message.MOSDScrub2;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// When scrubs may begin: how many at a time, at which hours, under how much load (`OSD::sched_scrub`).
final class ScrubSchedule {
    static final long TICK_MILLIS = 1000;

    private static final Path LOAD = Path.of("/proc/loadavg");

    private final OsdDaemon daemon;
    private final Conf conf;
    /// Scrubs that this OSD takes part in.
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger local = new AtomicInteger();
    private final AtomicInteger remote = new AtomicInteger();
    private volatile ScrubSettings settings;

    ScrubSchedule(OsdDaemon daemon) {
        this.daemon = daemon;
        this.conf = daemon.config().conf();
        this.settings = read(conf);
        conf.onChange(changed -> settings = read(conf));
    }

    private static ScrubSettings read(Conf conf) {
        return new ScrubSettings(
                (int) conf.integer("osd_scrub_chunk_min"),
                (int) conf.integer("osd_scrub_chunk_max"),
                (long) (conf.decimal("osd_scrub_sleep") * 1000),
                (int) conf.integer("osd_scrub_max_preemptions"),
                Math.max(4096, conf.integer("osd_deep_scrub_stride")),
                conf.integer("osd_deep_scrub_update_digest_min_age"),
                conf.integer("osd_deep_scrub_large_omap_object_key_threshold"),
                conf.integer("osd_deep_scrub_large_omap_object_value_sum_threshold"),
                conf.integer("osd_max_object_size"),
                conf.decimal("osd_scrub_min_interval"),
                conf.decimal("osd_scrub_max_interval"),
                conf.decimal("osd_deep_scrub_interval"),
                conf.decimal("osd_scrub_interval_randomize_ratio"),
                conf.decimal("osd_deep_scrub_randomize_ratio"),
                conf.flag("osd_scrub_auto_repair"),
                (int) conf.integer("osd_scrub_auto_repair_num_errors"));
    }

    ScrubSettings settings() {
        return settings;
    }

    /// May be called on any shard.
    boolean reserve(PgShell.ScrubRole role) {
        if (taken.incrementAndGet() <= Math.max(1, conf.integer("osd_max_scrubs"))) {
            counter(role).incrementAndGet();
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    void release(PgShell.ScrubRole role) {
        taken.decrementAndGet();
        counter(role).decrementAndGet();
    }

    private AtomicInteger counter(PgShell.ScrubRole role) {
        return role == PgShell.ScrubRole.PRIMARY ? local : remote;
    }

    void dump(Formatter f) {
        f.dump("scrubs_local", local.get());
        f.dump("scrubs_remote", remote.get());
        f.dump("osd_max_scrubs", conf.integer("osd_max_scrubs"));
    }

    /// Every second.
    void tick() {
        if (daemon.isStopping()) {
            return;
        }
        boolean lucky = ThreadLocalRandom.current().nextDouble() >= conf.decimal("osd_scrub_backoff_ratio");
        boolean permitted = lucky && isTime(LocalDateTime.now()) && isLoadLow();
        daemon.shards().forEach(shard -> shard.post(() -> shard.scrubTick(lucky, permitted)));
    }

    private boolean isTime(LocalDateTime now) {
        int day = now.getDayOfWeek().getValue() % 7;
        return within(day, "osd_scrub_begin_week_day", "osd_scrub_end_week_day")
                && within(now.getHour(), "osd_scrub_begin_hour", "osd_scrub_end_hour");
    }

    /// The same number twice is always; an end before the beginning goes over midnight, or Saturday.
    private boolean within(int value, String begin, String end) {
        long from = conf.integer(begin);
        long to = conf.integer(end);
        return from < to ? value >= from && value < to : value >= from || value < to;
    }

    private boolean isLoadLow() {
        try {
            double load = Double.parseDouble(Files.readString(LOAD).split(" ", 2)[0]);
            return load / Runtime.getRuntime().availableProcessors() < conf.decimal("osd_scrub_load_threshold");
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    /// The manager asks, for an administrator.
    void onRequest(MOSDScrub2 request) {
        if (!request.fsid().equals(daemon.fsid())) {
            return;
        }
        ScrubMode mode = new ScrubMode(request.deep() || request.repair(), request.repair());
        for (SpgId pgid : request.pgs()) {
            OsdShard shard = daemon.shardOf(pgid.pgid());
            shard.post(() -> shard.requestScrub(pgid, mode));
        }
    }
}
