package dev.inkfish.mon.map;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.Requests.Past;
import java.util.List;

/// What a monitor tells of requests under way and past (`ops`, `dump_historic_ops`).
final class MonOps {
    private final MonCore mon;

    MonOps(MonCore mon) {
        this.mon = mon;
    }

    CommandResult inFlight(CommandContext call) {
        List<Past> open = mon.requests().open(mon.now());
        Formatter f = call.formatter("json-pretty").openObject("ops_in_flight").openArray("ops");
        open.forEach(op -> dump(f, op, true));
        return CommandResult.data(f.close().dump("num_ops", open.size()).close());
    }

    CommandResult historic(CommandContext call) {
        int size = (int) mon.conf().integer("mon_op_history_size");
        double duration = mon.conf().seconds("mon_op_history_duration");
        List<Past> past = mon.requests().past().stream()
                .filter(op -> new Past("", op.ended(), mon.now()).seconds() < duration).toList();
        Formatter f = call.formatter("json-pretty").openObject("op_history");
        f.dump("size", size).dump("duration", (long) duration).openArray("ops");
        past.subList(Math.max(0, past.size() - size), past.size()).forEach(op -> dump(f, op, false));
        return CommandResult.data(f.close().close());
    }

    CommandResult slow(CommandContext call) {
        int size = (int) mon.conf().integer("mon_op_history_slow_op_size");
        double threshold = mon.conf().seconds("mon_op_history_slow_op_threshold");
        List<Past> slow = mon.requests().past().stream().filter(op -> op.seconds() >= threshold).toList();
        Formatter f = call.formatter("json-pretty").openObject("OpHistory slow ops");
        f.dump("num to keep", size).dump("threshold to keep", (long) threshold).openArray("Ops");
        slow.subList(Math.max(0, slow.size() - size), slow.size()).forEach(op -> dump(f, op, false));
        return CommandResult.data(f.close().close());
    }

    private void dump(Formatter f, Past op, boolean open) {
        f.openObject("op").dump("description", op.text()).dump("initiated_at", Stamp.text(op.arrived()));
        f.dump("age", new Past("", op.arrived(), mon.now()).seconds()).dump("duration", op.seconds());
        f.openObject("type_data").openArray("events");
        f.openObject("event").dump("event", "initiated").dump("time", Stamp.text(op.arrived())).dump("duration", 0.0).close();
        if (!open) {
            f.openObject("event").dump("event", "done").dump("time", Stamp.text(op.ended()))
                    .dump("duration", op.seconds()).close();
        }
        f.close().close().close();
    }
}
