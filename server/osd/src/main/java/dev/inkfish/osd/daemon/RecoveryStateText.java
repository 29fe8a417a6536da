package dev.inkfish.osd.daemon;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.osd.pg.PeeringView;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgShard;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// `recovery_state` of `pg query`: the states that a group is in, the innermost first.
final class RecoveryStateText {
    private static final String PEERING = "Started/Primary/Peering";

    private RecoveryStateText() {}

    static void write(PeeringView view, Formatter f) {
        f.openArray("recovery_state");
        open(f, view.name(), view.since());
        asked(view.asked(), f);
        if (!view.comment().isEmpty()) {
            f.dump("comment", view.comment());
        }
        if (view.progress() != null) {
            progress(view.progress(), f);
        }
        f.close();
        if (view.prior() != null) {
            open(f, PEERING, view.peeringSince());
            prior(view.prior(), f);
            f.close();
        }
        if (view.name().startsWith("Started")) {
            open(f, "Started", view.startedSince());
            f.close();
        }
        f.close();
    }

    private static void open(Formatter f, String name, Utime since) {
        f.openObject("state").dump("name", name).dump("enter_time", Stamp.text(since));
    }

    private static void asked(PeeringView.@Nullable Asked asked, Formatter f) {
        if (asked == null) {
            return;
        }
        if (asked.list().equals("auth_log_shard")) {
            f.dump(asked.list(), asked.members().first().toString());
            return;
        }
        f.openArray(asked.list());
        asked.members().forEach(member -> f.openObject("osd").dump("osd", member.toString()).close());
        f.close();
    }

    private static void progress(PeeringView.Progress progress, Formatter f) {
        f.openArray("might_have_unfound");
        LostCommands.mightHave(f, progress.mightHave());
        f.close();
        f.openObject("recovery_progress");
        shards(f, "backfill_targets", progress.targets());
        f.openArray("waiting_on_backfill").close();
        f.dump("last_backfill_started", progress.position().toString());
        f.openObject("backfill_info").dump("begin", "MIN").dump("end", "MIN").openArray("objects").close().close();
        f.openArray("peer_backfill_info").close();
        f.openArray("backfills_in_flight").close();
        f.openArray("recovering");
        progress.recovering().forEach(object -> f.dump("object", object.toString()));
        f.close();
        f.openObject("pg_backend");
        f.openArray("pull_from_peer").close();
        f.openArray("pushing").close();
        f.close().close();
    }

    private static void prior(PeeringView.Prior prior, Formatter f) {
        f.openArray("past_intervals");
        if (!prior.past().isEmpty()) {
            intervals(prior.past(), f);
        }
        f.close();
        shards(f, "probing_osds", prior.probing());
        if (prior.blocked()) {
            f.dump("blocked", "peering is blocked due to down osds");
        }
        f.openArray("down_osds_we_would_probe");
        prior.down().forEach(osd -> f.dump("osd", osd));
        f.close();
        f.openArray("peering_blocked_by");
        prior.blockedBy().forEach((osd, lostAt) -> f.openObject("osd")
                .dump("osd", osd)
                .dump("current_lost_at", lostAt)
                .dump("comment", "starting or marking this osd lost may let us proceed")
                .close());
        f.close();
    }

    private static void intervals(PastIntervals past, Formatter f) {
        f.openObject("past_interval").dump("first", Integer.toString(past.first())).dump("last", Integer.toString(past.last()));
        participants(f, "all_participants", past.participants());
        f.openArray("intervals");
        for (PastIntervals.Interval interval : past.intervals()) {
            f.openObject("pg_interval_t")
                    .dump("first", Integer.toString(interval.first()))
                    .dump("last", Integer.toString(interval.last()))
                    .dump("acting", String.join(",", interval.acting().stream().map(PgShard::toString).toList()));
            f.close();
        }
        f.close().close();
    }

    private static void participants(Formatter f, String name, SortedSet<PgShard> members) {
        f.openArray(name);
        members.forEach(member -> f.openObject("osd").dump("osd", member.osd()).close());
        f.close();
    }

    private static void shards(Formatter f, String name, SortedSet<PgShard> members) {
        f.openArray(name);
        members.forEach(member -> f.dump("osd", member.toString()));
        f.close();
    }
}
