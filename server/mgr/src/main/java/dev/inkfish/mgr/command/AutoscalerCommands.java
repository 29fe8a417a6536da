package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.TextTable;
import dev.inkfish.mgr.core.Autoscaler.Advice;
import dev.inkfish.mgr.core.MgrCore;
import java.util.List;
import java.util.function.Supplier;

/// `osd pool autoscale-status`
final class AutoscalerCommands implements MgrModuleCommands {
    private final Supplier<MgrCore> core;

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
                    ModuleText.bytes(6, each.logicalUsed()),
                    each.targetBytes() > 0 ? ModuleText.bytes(6, each.targetBytes()) : "",
                    each.rate(),
                    ModuleText.bytes(6, each.capacity()),
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
