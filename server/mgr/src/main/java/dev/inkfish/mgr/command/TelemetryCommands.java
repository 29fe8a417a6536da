package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandHandler;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.List;

/// `telemetry …`: off. No report is made, and nothing is ever sent anywhere.
final class TelemetryCommands implements MgrModuleCommands {
    private static final String LICENSE = "sharing-1-0";

    @Override
    public String name() {
        return "telemetry";
    }

    @Override
    public void register(CommandTable table) {
        add(table, "status", "Show current configuration", "r", call -> CommandResult.data(PythonJson.pretty(status())));
        add(table, "send name=endpoint,type=CephChoices,strings=ceph|device,n=N,req=false name=license,type=CephString,req=false",
                "Force sending data to Ceph telemetry", "rw", TelemetryCommands::never);
        add(table, "show name=channels,type=CephString,n=N,req=False", "Show last report or report to be sent", "r",
                TelemetryCommands::never);
        add(table, "show-device", "Show last device report or device report to be sent", "r", TelemetryCommands::never);
        add(table, "show-all", "Show report of all channels", "r", TelemetryCommands::never);
        add(table, "on name=license,type=CephString,req=false", "Enable telemetry reports from this cluster", "rw", call -> {
            if (!call.string("license").equals(LICENSE)) {
                throw new CephException(Errno.EPERM, "Telemetry data is licensed under the Community Data License Agreement - "
                        + "Sharing - Version 1.0 (https://cdla.io/sharing-1-0/).\nTo enable, add '--license " + LICENSE
                        + "' to the 'ceph telemetry on' command.");
            }
            return never(call);
        });
        add(table, "off", "Disable telemetry reports from this cluster", "rw", call -> CommandResult.status(""));
    }

    private static void add(CommandTable table, String rest, String help, String perm, CommandHandler handler) {
        table.add("telemetry " + rest, help, "mgr", perm, Command.FLAG_MGR, handler);
    }

    private static CommandResult never(CommandContext call) {
        throw new CephException(Errno.EOPNOTSUPP, "telemetry is off for good: no report is made, and nothing is ever sent");
    }

    private static ObjectNode status() {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        for (String channel : List.of("basic", "crash", "device", "ident")) {
            status.put("channel_" + channel, false);
        }
        for (String none : List.of("contact", "description", "device_url", "last_upload", "organization", "proxy", "url")) {
            status.putNull(none);
        }
        return status.put("enabled", false).put("interval", 24).put("last_opt_revision", 1).put("leaderboard", false)
                .put("log_level", "").put("log_to_cluster", false).put("log_to_cluster_level", "info")
                .put("log_to_file", false);
    }
}
