package dev.inkfish.app;

import dev.inkfish.blockstore.BlockStore;
import dev.inkfish.blockstore.FsckDepth;
import dev.inkfish.blockstore.FsckMode;
import dev.inkfish.blockstore.FsckReport;
import dev.inkfish.blockstore.Options;
import dev.inkfish.blockstore.Superblock;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `inkfish store`: looks after the store of an OSD that does not run, as `ceph-bluestore-tool` does.
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        description = "Checks and repairs the store of an OSD that does not run.",
        subcommands = {
            StoreCommand.Fsck.class,
            StoreCommand.Repair.class,
            StoreCommand.QuickFix.class,
            StoreCommand.ShowLabel.class
        })
final class StoreCommand implements Callable<Integer> {
    private static final int ERRORS_REMAIN = 1;

    @Override
    public Integer call() {
        throw new UserError("say what: fsck, repair, quick-fix or show-label (inkfish store --help)");
    }

    private abstract static class OnStore implements Callable<Integer> {
        @Option(names = "--path", required = true, description = "the OSD's directory")
        protected Path path = Path.of("");

        /// Prints what was found, then one line with the outcome.
        protected static int conclude(String action, FsckReport report, FsckReport remaining) {
            report.problems().forEach(System.err::println);
            System.out.println(report.objects() + " objects, " + report.blocks() + " blocks of 4 KiB in use");
            if (remaining.clean()) {
                System.out.println(action + " success");
                return 0;
            }
            System.out.println(action + " status: remaining " + remaining.problems().size() + " error(s)"
                    + (report.problems().equals(remaining.problems()) ? "" : ": " + String.join("; ", remaining.problems())));
            return ERRORS_REMAIN;
        }

        protected FsckReport check(FsckMode mode, FsckDepth depth) throws IOException {
            try {
                return BlockStore.fsck(path, Options.DEFAULTS, mode, depth);
            } finally {
                if (Files.isDirectory(path)) {
                    Site.handOver(path, path); // opening a store makes files: they are not to be root's
                }
            }
        }

        /// Repairs, then looks again at what is left.
        protected int repair(String action, FsckDepth depth) throws IOException {
            FsckReport found = check(FsckMode.REPAIR, depth);
            return conclude(action, found, found.clean() ? found : check(FsckMode.CHECK, depth));
        }
    }

    private abstract static class Deepening extends OnStore {
        @Option(names = "--deep", description = "read the objects' contents too, each block against its checksum",
                arity = "0..1", fallbackValue = "true")
        private @Nullable String deep;

        protected FsckDepth depth() {
            return switch (deep == null ? "false" : deep) {
                case "true", "yes", "1" -> FsckDepth.DATA;
                case "false", "no", "0" -> FsckDepth.METADATA;
                default -> throw new UserError("--deep " + deep + ": yes or no");
            };
        }
    }

    @Command(
            name = "fsck",
            mixinStandardHelpOptions = true,
            description = "Checks extent maps, reference counts, free space and statistics against each other; changes nothing but "
                    + "what the journal holds. Exit code 1 if something is wrong.")
    static final class Fsck extends Deepening {
        @Override
        public Integer call() throws IOException {
            FsckReport report = check(FsckMode.CHECK, depth());
            return conclude("fsck", report, report);
        }
    }

    @Command(
            name = "repair",
            mixinStandardHelpOptions = true,
            description = "Checks, and rebuilds what can be rebuilt from the rest. Contents with a wrong checksum are left to a deep "
                    + "scrub, which has them from another OSD.")
    static final class Repair extends Deepening {
        @Override
        public Integer call() throws IOException {
            return repair("repair", depth());
        }
    }

    @Command(name = "quick-fix", mixinStandardHelpOptions = true, description = "repair without reading contents")
    static final class QuickFix extends OnStore {
        @Override
        public Integer call() throws IOException {
            return repair("quick-fix", FsckDepth.METADATA);
        }
    }

    @Command(name = "show-label", mixinStandardHelpOptions = true, description = "Shows whose store it is.")
    static final class ShowLabel extends OnStore {
        @Override
        public Integer call() throws IOException {
            Superblock label = Superblock.read(path);
            Path block = path.resolve("block");
            if (!Files.exists(block)) {
                throw new CephException(Errno.ENOENT, path + " has no block");
            }
            System.out.printf(
                    """
                    {
                        "%s": {
                            "osd_uuid": "%s",
                            "size": %d,
                            "description": "main",
                            "ceph_fsid": "%s",
                            "format": %d,
                            "whoami": "%d"
                        }
                    }
                    """,
                    block, label.osdFsid(), Files.size(block), label.clusterFsid(), label.version(), label.whoami());
            return 0;
        }
    }
}
