package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import java.util.List;
import java.util.function.Supplier;

/// What is done to an OSD's store and its caches by hand: compaction, the journal emptied, caches dropped. On the control thread;
/// what may take long, on a thread of its own.
final class StoreCommands {
    private final OsdDaemon daemon;
    private final OsdStateCommands groups;

    StoreCommands(OsdDaemon daemon, OsdStateCommands groups) {
        this.daemon = daemon;
        this.groups = groups;
    }

    void register(CommandTable table) {
        ObjectStore store = daemon.store();
        table.add("compact", "Commpact object store's omap. WARNING: Compaction probably slows your requests", "osd", "rw",
                call -> later(call, "compact", () -> compact(call, store)));
        table.add("flush_journal", "flush the journal to permanent store", "osd", "rw", call -> later(call, "flush", () -> {
            store.flushJournal();
            return CommandResult.status("");
        }));
        table.add("flush_store_cache", "Flush bluestore internal cache", "osd", "rw", call -> {
            store.dropCache();
            return CommandResult.status("");
        });
        table.add("cache drop", "Drop all OSD caches", "osd", "rwx", call -> {
            store.dropCache();
            return groups.tell(call, pg -> pg.ops().dropCache());
        });
        table.add("cache status", "Get OSD caches statistics", "osd", "r", call ->
                groups.gather(call, pg -> List.of(pg.ops().cachedObjects()), counts -> {
                    Formatter f = call.formatter("json-pretty").openObject("cache_status");
                    f.dump("object_ctx", counts.stream().mapToInt(Integer::intValue).sum());
                    return f.dump("blockstore_onode", store.cachedObjects()).close();
                }));
    }

    private static CommandResult.Done compact(CommandContext call, ObjectStore store) {
        long began = System.nanoTime();
        store.compact();
        double took = (System.nanoTime() - began) / 1e9;
        return CommandResult.data(call.formatter("json-pretty").openObject("compact_result").dump("elapsed_time", took).close());
    }

    private CommandResult later(CommandContext call, String name, Supplier<CommandResult.Done> work) {
        Thread.ofPlatform().name("osd." + daemon.whoami() + "-" + name).daemon().start(() -> {
            CommandResult.Done done = attempt(work);
            daemon.control(() -> call.reply(done));
        });
        return CommandResult.later();
    }

    /// What the store cannot do, its client hears.
    private static CommandResult.Done attempt(Supplier<CommandResult.Done> work) {
        try {
            return work.get();
        } catch (CephException e) {
            return new CommandResult.Done(e.code(), String.valueOf(e.getMessage()), Bytes.EMPTY);
        }
    }
}
