package dev.inkfish.mgr.command;

import dev.inkfish.mgr.core.MgrCore;
import java.util.List;
import java.util.function.Supplier;

/// The list of modules. To add one, write its class and enter it here.
public final class Modules {
    private Modules() {}

    public static List<MgrModuleCommands> all(Supplier<MgrCore> core) {
        return List.of(new PgCommands(core), new OsdCommands(core), new ProgressCommands(core));
    }
}
