package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.TextTable;
import dev.inkfish.command.TextTable.Align;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `osd numa-status`, from what OSDs said when they booted.
final class NumaCommands {
    private final OsdMaps maps;

    NumaCommands(OsdMaps maps) {
        this.maps = maps;
    }

    void register(OsdSignatures on) {
        on.on("osd numa-status", this::numaStatus);
    }

    /// Which NUMA nodes an OSD's network and disks are on, and its CPUs, where it says so.
    private CommandResult numaStatus(CommandContext call) {
        Formatter f = call.formatter();
        TextTable table = new TextTable()
                .column("OSD", Align.LEFT, Align.RIGHT)
                .column("HOST", Align.LEFT, Align.LEFT)
                .column("NETWORK", Align.RIGHT, Align.RIGHT)
                .column("STORAGE", Align.RIGHT, Align.RIGHT)
                .column("AFFINITY", Align.RIGHT, Align.RIGHT)
                .column("CPUS", Align.LEFT, Align.LEFT);
        if (f != null) {
            f.openArray("osds");
        }
        for (int osd : maps.map().osds()) {
            Map<String, String> said = maps.metadata(osd);
            if (said == null || !maps.map().isUp(osd)) {
                continue;
            }
            String[] values = {"network_numa_node", "objectstore_numa_node", "numa_node", "numa_node_cpus"};
            String host = said.getOrDefault("hostname", "");
            List<Object> row = new ArrayList<>(List.of(osd, host));
            if (f != null) {
                f.openObject("osd").dump("osd", osd).dump("host", host);
            }
            for (String key : values) {
                String value = said.get(key);
                row.add(value == null ? "-" : value);
                if (f != null && value != null && key.equals("numa_node_cpus")) {
                    f.dump(key, value);
                } else if (f != null && value != null) {
                    f.dump(key, Integer.parseInt(value));
                }
            }
            table.row(row.toArray());
            if (f != null) {
                f.close();
            }
        }
        return CommandResult.data(f == null ? table.toString() : f.close().flushed());
    }
}
