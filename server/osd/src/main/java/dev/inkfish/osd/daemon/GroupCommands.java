package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.osd.pg.Pg;
import dev.inkfish.osd.pg.PgStateHistory;
import dev.inkfish.wire.SpgId;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an OSD tells of the states that its groups went through, and scrubs that are to come soon. On the control thread.
final class GroupCommands {
    private static final String SCRUB = " name=pgid,type=CephPgid,req=false name=time,type=CephInt,req=false";

    private record States(SpgId pgid, String current, List<PgStateHistory.Span> spans) {}

    private final OsdStateCommands groups;
    private final LostCommands primaries;

    GroupCommands(OsdStateCommands groups, LostCommands primaries) {
        this.groups = groups;
        this.primaries = primaries;
    }

    void register(CommandTable table) {
        table.add("dump_pgstate_history", "show recent state history", "osd", "r", call -> groups.gather(
                call, pg -> List.of(new States(pg.pgid(), pg.states().current(), pg.states().spans())), all -> history(call, all)));
        table.add("dump_pg_recovery_stats", "dump pg recovery statistics", "osd", "r", call ->
                groups.gather(call, pg -> List.of(pg.states().totals()), all -> totals(call, all)));
        table.add("reset_pg_recovery_stats", "reset pg recovery statistics", "osd", "rw", call -> groups.tell(call, pg -> pg.states().reset()));
        table.add("scrub" + SCRUB, "Trigger a scheduled scrub ", "osd", "rw", call -> backdate(call, false));
        table.add("deep_scrub" + SCRUB, "Trigger a scheduled deep scrub ", "osd", "rw", call -> backdate(call, true));
    }

    private CommandResult backdate(CommandContext call, boolean deep) {
        return primaries.onPrimary(call, pg -> {
            Formatter f = call.formatter("json-pretty").openObject("result").dump("deep", deep);
            return CommandResult.data(f.dump("stamp", Stamp.text(pg.backdateScrub(deep, call.integer("time", 0)))).close());
        });
    }

    private static Formatter history(CommandContext call, List<States> all) {
        all.sort(Comparator.comparing(States::pgid));
        Formatter f = call.formatter("json-pretty").openObject("pgstate_history").openArray("pgs");
        for (States each : all) {
            f.openObject("pg").dump("pg", each.pgid.toString()).dump("currently", each.current).openArray("history");
            each.spans.forEach(span -> {
                f.openObject("epochs").dump("epoch", Integer.toString(span.epoch())).openArray("states");
                span.states().forEach(stay -> f.openObject("state").dump("state", stay.state())
                        .dump("enter", Stamp.text(stay.enter())).dump("exit", Stamp.text(stay.exit())).close());
                f.close().close();
            });
            f.close().close();
        }
        return f.close().close();
    }

    private static Formatter totals(CommandContext call, List<SortedMap<String, PgStateHistory.Total>> all) {
        SortedMap<String, PgStateHistory.Total> sums = new TreeMap<>();
        all.forEach(each -> each.forEach((state, total) -> sums.merge(state, total, PgStateHistory.Total::plus)));
        Formatter f = call.formatter("json-pretty").openArray("pg_recovery_stats");
        sums.forEach((state, total) -> {
            f.openObject("recovery_state").dump("enter", total.entered()).dump("exit", total.left());
            f.dump("total_time", seconds(total.sum())).dump("min_time", seconds(total.min())).dump("max_time", seconds(total.max()));
            f.openArray("nested_states");
            List.of(state.split("/")).forEach(part -> f.dump("state", part));
            f.close().close();
        });
        return f.close();
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }
}
