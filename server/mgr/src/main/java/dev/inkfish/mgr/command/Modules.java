package dev.inkfish.mgr.command;

import dev.inkfish.conf.Conf;
import dev.inkfish.mgr.core.MgrCore;
import java.util.List;
import java.util.function.Supplier;

/// The list of modules. To add one, write its class and enter it here.
public final class Modules {
    private Modules() {}

    public static List<MgrModuleCommands> all(Supplier<MgrCore> core, Conf conf) {
        Devices devices = new Devices(core);
        CrashCommands crashes = new CrashCommands(core);
        return List.of(new DeviceCommands(devices), new DeviceHealthCommands(core, devices), new PgCommands(core), new ForceCommands(core),
                new OsdCommands(core), new OsdRemovalCommands(core),
                new ReweightCommands(core, conf), new ConfigCommands(core), new ProgressCommands(core),
                new AutoscalerCommands(core), new BalancerCommands(core), new StatusCommands(core),
                new IostatCommands(core), crashes, new InsightsCommands(core, crashes), new OrchestratorCommands(), new TelemetryCommands(),
                new ServiceCommands(core));
    }
}
