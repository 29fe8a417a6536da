package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.TextTable;
import dev.inkfish.mgr.core.Autoscaler.Advice;
import dev.inkfish.mgr.core.ByteText;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// `osd pool autoscale-status`, the switch for all pools, and what the autoscaler does by itself.
final class AutoscalerCommands implements MgrModuleCommands {
    private final Supplier<MgrCore> core;
    private final AutoscaleProgress progress = new AutoscaleProgress();
    private Utime looked = Utime.ZERO;

    AutoscalerCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "pg_autoscaler";
    }

    @Override
    public void register(CommandTable table) {
        table.add("osd pool autoscale-status name=format,type=CephString,req=false",
                "report on pool pg_num sizing recommendation and intent", "osd", "r", Command.FLAG_MGR, call -> {
                    List<Advice> advice = core.get().autoscaler().advise(core.get().pgMap());
                    boolean json = call.string("format").startsWith("json");
                    return CommandResult.data(json ? PythonJson.pretty(json(advice)) : table(advice));
                });
        table.add("osd pool get noautoscale", "Get the noautoscale flag to see if all pools are setting the autoscaler on or off "
                + "as well as newly created pools in the future.", "mgr", "w", Command.FLAG_MGR,
                call -> CommandResult.status("noautoscale is " + (isOff() ? "on" : "off")));
        table.add("osd pool unset noautoscale", "Unset the noautoscale flag so all pools will have autoscale enabled (including "
                + "newly created pools in the future).", "mgr", "w", Command.FLAG_MGR, call -> turn(call, false));
        table.add("osd pool set noautoscale", "set the noautoscale for all pools (including newly created pools in the future) "
                + "and complete all on-going progress events regarding PG-autoscaling.", "mgr", "w", Command.FLAG_MGR,
                call -> turn(call, true));
    }

    private boolean isOff() {
        return core.get().store().flag(name(), "noautoscale");
    }

    private CommandResult turn(CommandContext call, boolean off) {
        String what = off ? "set" : "unset";
        String mode = off ? "off" : "on";
        if (isOff() == off) {
            return CommandResult.status("noautoscale is already " + what + "!");
        }
        core.get().store().setOption(name(), "noautoscale", Boolean.toString(off), set -> {
            if (set.code() < 0) {
                call.reply(set);
                return;
            }
            List<String> commands = new ArrayList<>();
            commands.add(JsonNodeFactory.instance.objectNode().put("prefix", "config set").put("who", "global")
                    .put("name", "osd_pool_default_pg_autoscale_mode").put("value", mode).toString());
            core.get().pgMap().osdMap().poolNames().values().forEach(pool -> commands.add(
                    JsonNodeFactory.instance.objectNode().put("prefix", "osd pool set").put("pool", pool)
                            .put("var", "pg_autoscale_mode").put("val", mode).toString()));
            runAll(commands, set, done -> {
                if (off) {
                    progress.endAll(core.get().progress(), call.now());
                }
                call.reply(done.code() < 0 ? done : CommandResult.status(
                        "noautoscale is " + what + ", all pools now have autoscale " + mode));
            });
        });
        return CommandResult.later();
    }

    /// One after the other, until one fails.
    private void runAll(List<String> commands, CommandResult.Done last, Consumer<CommandResult.Done> answer) {
        if (commands.isEmpty() || last.code() < 0) {
            answer.accept(last);
            return;
        }
        core.get().effects().askMonitors(commands.getFirst(),
                done -> runAll(commands.subList(1, commands.size()), done, answer));
    }

    // ---- by itself

    @Override
    public void serve(Utime now) {
        progress.follow(core.get().progress(), core.get().pgMap().osdMap(), now);
        if (looked.isZero()) {
            looked = now; // reports must come in first
        }
        if (now.toNanos() - looked.toNanos() < core.get().store().seconds(name(), "sleep_interval") * 1e9) {
            return;
        }
        looked = now;
        core.get().autoscaler().due(core.get().pgMap()).forEach(each -> {
            String command = JsonNodeFactory.instance.objectNode().put("prefix", "osd pool set").put("pool", each.name())
                    .put("var", "pg_num").put("val", Long.toString(each.groups())).toString();
            core.get().effects().askMonitors(command, done -> {
                if (done.code() < 0) {
                    core.get().effects().log("pg_num of pool " + each.name() + ": " + done.outs());
                } else {
                    progress.begin(core.get().progress(), each.id(), each.pool().pgNum(), (int) each.groups(), now);
                }
            });
        });
    }

    @Override
    public void rest() {
        looked = Utime.ZERO;
    }

    private static String table(List<Advice> advice) {
        TextTable table = new TextTable().left("POOL");
        for (String heading : List.of("SIZE", "TARGET SIZE", "RATE", "RAW CAPACITY", "RATIO", "TARGET RATIO",
                "EFFECTIVE RATIO", "BIAS", "PG_NUM", "NEW PG_NUM")) {
            table.right(heading);
        }
        table.left("AUTOSCALE").left("BULK").left("");
        for (Advice each : advice) {
            table.row(
                    each.name(),
                    ByteText.of(6, each.logicalUsed()),
                    each.targetBytes() > 0 ? ByteText.of(6, each.targetBytes()) : "",
                    each.rate(),
                    ByteText.of(6, each.capacity()),
                    TextTable.fixed(each.capacityRatio(), 4),
                    each.targetRatio() > 0 ? TextTable.fixed(each.targetRatio(), 4) : "",
                    each.effectiveRatio() > 0 ? TextTable.fixed(each.effectiveRatio(), 4) : "",
                    each.bias(),
                    each.pool().pgNumTarget(),
                    each.adjust() ? each.groups() : "",
                    each.pool().autoscaleModeName(),
                    each.bulk() ? "True" : "False",
                    "");
        }
        return table.toString();
    }

    private static ArrayNode json(List<Advice> advice) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (Advice each : advice) {
            list.addObject()
                    .put("actual_capacity_ratio", each.actualRawUsed() / each.capacity())
                    .put("actual_raw_used", each.actualRawUsed())
                    .put("bias", each.bias())
                    .put("bulk", each.bulk())
                    .put("capacity_ratio", each.capacityRatio())
                    .put("crush_root_id", each.root())
                    .put("effective_target_ratio", each.effectiveRatio())
                    .put("logical_used", (long) each.logicalUsed())
                    .put("pg_autoscale_mode", each.pool().autoscaleModeName())
                    .put("pg_num_final", each.groups())
                    .put("pg_num_ideal", each.ideal())
                    .put("pg_num_target", each.pool().pgNumTarget())
                    .put("pool_id", each.id())
                    .put("pool_name", each.name())
                    .put("raw_used", each.rawUsed())
                    .put("raw_used_rate", each.rate())
                    .put("subtree_capacity", each.capacity())
                    .put("target_bytes", each.targetBytes())
                    .put("target_ratio", each.targetRatio())
                    .put("would_adjust", each.adjust());
        }
        return list;
    }
}
