package dev.inkfish.app;

import dev.inkfish.conf.ConfFile;
import dev.inkfish.mgr.daemon.MgrDaemon;
import dev.inkfish.net.EventLoops;
import dev.inkfish.osd.daemon.OsdDaemon;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// One daemon in this process: `inkfish mon`, `inkfish mgr`, `inkfish osd`.
abstract class RoleCommand implements Callable<Integer> {
    private static final int LOOPS = 2;
    private static final int ABORTED = 1;

    @Mixin
    private Site site = new Site();

    @Option(names = "--id", required = true, description = "which one: the part behind the dot of its name")
    protected String id = "";

    abstract AutoCloseable start(ConfFile file, EventLoops loops) throws IOException;

    @Override
    public Integer call() throws Exception {
        ConfFile file = site.read();
        try (Lifetime lifetime = new Lifetime(file, getClass().getAnnotation(Command.class).name() + "." + id);
                CrashPosts posts = CrashPosts.start(file);
                EventLoops loops = EventLoops.create("net", LOOPS);
                AutoCloseable daemon = start(file, loops)) {
            lifetime.awaitSignal();
        }
        return 0;
    }

    @Command(name = "mon", mixinStandardHelpOptions = true, description = "Runs one monitor.")
    static final class Mon extends RoleCommand {
        @Override
        AutoCloseable start(ConfFile file, EventLoops loops) throws IOException {
            return Monitors.start(file, id, loops, null);
        }
    }

    @Command(name = "mgr", mixinStandardHelpOptions = true, description = "Runs one manager.")
    static final class Mgr extends RoleCommand {
        @Override
        AutoCloseable start(ConfFile file, EventLoops loops) throws IOException {
            MgrDaemon daemon = Daemons.startMgr(file, id, loops, null);
            daemon.whenAborted(() -> Runtime.getRuntime().halt(ABORTED));
            return daemon;
        }
    }

    @Command(name = "osd", mixinStandardHelpOptions = true, description = "Runs one OSD.")
    static final class Osd extends RoleCommand {
        @Override
        AutoCloseable start(ConfFile file, EventLoops loops) throws IOException {
            int number = number(id);
            Daemons.OsdStore disk = Daemons.openStore(file, number, StoreJournals.none(file));
            if (!OsdDaemon.isMade(disk.store())) {
                disk.store().close();
                throw new UserError("osd." + id + " was not made yet: inkfish add-osd does it");
            }
            OsdDaemon daemon = Daemons.startOsd(file, number, disk, loops, null);
            // nobody would start again what does not end
            daemon.whenEnded(why -> Runtime.getRuntime().halt(why == OsdDaemon.Ending.RESIGNED ? 0 : ABORTED));
            return daemon;
        }

        static int number(String id) {
            try {
                return Integer.parseInt(id);
            } catch (NumberFormatException e) {
                throw new UserError("--id " + id + ": an OSD's id is a number");
            }
        }
    }
}
