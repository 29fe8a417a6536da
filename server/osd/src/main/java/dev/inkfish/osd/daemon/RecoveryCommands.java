package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.stats.ObjecterDump;
import dev.inkfish.conf.Conf;
import dev.inkfish.osd.pg.LostObjects;
import dev.inkfish.osd.pg.Pg;
import dev.inkfish.wire.SpgId;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What an OSD lacks and fetches, and holding recovery up (`osd_recovery_delay_start`). On the control thread.
final class RecoveryCommands {
    private final OsdDaemon daemon;
    private final OsdStateCommands groups;

    private record Lacks(SpgId pgid, List<LostObjects.Missing> objects) {}

    RecoveryCommands(OsdDaemon daemon, OsdStateCommands groups) {
        this.daemon = daemon;
        this.groups = groups;
    }

    void register(CommandTable table) {
        table.add("debug dump_missing name=filename,type=CephFilepath", "dump missing objects to a named file", "osd", "r", call ->
                groups.gather(call, pg -> List.of(lacks(pg)), all -> missing(call, all)));
        table.add("debug kick_recovery_wq name=delay,type=CephInt,range=0", "set osd_recovery_delay_start to <val>", "osd", "rw", call ->
                CommandResult.status("kicking recovery queue. set osd_recovery_delay_start to " + delay(call, "delay")));
        table.add("set_recovery_delay name=utime,type=CephInt,req=false", "Delay osd recovery by specified seconds", "osd", "rw", call ->
                CommandResult.line("set_recovery_delay: set osd_recovery_delay_start to " + delay(call, "utime")));
        table.add("objecter_requests", ObjecterDump.HELP, "osd", "r", this::requests);
    }

    private static Lacks lacks(Pg pg) {
        return new Lacks(pg.pgid(), pg.lost().missingHere());
    }

    /// The file is never written, by Ceph neither: the answer has it all.
    private static Formatter missing(CommandContext call, List<Lacks> all) {
        all.sort(Comparator.comparing(Lacks::pgid));
        Formatter f = call.formatter("json-pretty").openArray("pgs");
        for (Lacks pg : all) {
            f.openArray(pg.pgid.toString());
            for (LostObjects.Missing each : pg.objects) {
                f.openObject("object").openObject("oid");
                LostCommands.name(f, each.object());
                boolean created = each.item().have().isZero();
                f.close().openObject("missing_info").dump("need", each.item().need().toString()).dump("have", each.item().have().toString());
                f.dump("flags", each.item().deleted() ? "delete" : "none");
                // what of an older copy could stay as it is is not kept
                f.dump("clean_regions", "clean_offsets: [], clean_omap: 0, new_object: " + (created ? 1 : 0)).close();
                if (each.sources() != null) {
                    f.dump("unfound", each.unfound()).openArray("locations");
                    each.sources().forEach(member -> f.openObject("shard").dump("osd", member.osd()).close());
                    f.close();
                }
                f.close();
            }
            f.close();
        }
        return f.close();
    }

    /// Sets the option; whatever changes it makes recovery wait ([OsdDaemon]).
    private String delay(CommandContext call, String name) {
        Conf conf = daemon.config().conf();
        conf.set(Conf.Layer.OVERRIDE, "osd_recovery_delay_start", Long.toString(call.integer(name, 0)));
        return BigDecimal.valueOf(conf.decimal("osd_recovery_delay_start")).stripTrailingZeros().toPlainString();
    }

    private CommandResult requests(CommandContext call) {
        List<ObjecterDump.Op> all = new ArrayList<>();
        int[] left = {daemon.shards().size()};
        for (OsdShard shard : daemon.shards()) {
            shard.post(() -> {
                List<ObjecterDump.Op> some = shard.objecter().requests();
                daemon.control(() -> {
                    all.addAll(some);
                    if (--left[0] == 0) {
                        all.sort(Comparator.comparingInt((ObjecterDump.Op op) -> op.target().osd()).thenComparing(ObjecterDump.Op::tid));
                        call.reply(ObjecterDump.show(call, all, List.of(), System.nanoTime()));
                    }
                });
            });
        }
        return CommandResult.later();
    }
}
