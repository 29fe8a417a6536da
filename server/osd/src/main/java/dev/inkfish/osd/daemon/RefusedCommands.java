package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.wire.Errno;

/// Commands of Ceph's OSDs that are known and not served: they say why (EOPNOTSUPP). The same reasons are in
/// `docs/protocol.md`.
final class RefusedCommands {
    private static final String STORE = "this OSD's store is not BlueStore";

    private RefusedCommands() {}

    static void register(CommandTable table) {
        table.add("heap name=heapcmd,type=CephChoices,strings=dump|start_profiler|stop_profiler|release|get_release_rate|set_release_rate|stats"
                        + " name=value,type=CephString,req=false",
                "show heap usage info (available only if compiled with tcmalloc)", "osd", "rw", call -> CommandResult.error(
                        Errno.EOPNOTSUPP, "could not issue heap profiler command -- not using tcmalloc!"));
        // Debian's Ceph answers so, too: there is no such allocator
        table.add("get_heap_property name=property,type=CephString", "get malloc extension heap property", "osd", "r", call ->
                CommandResult.data(noProperty(call).dump("value", 0).close()));
        table.add("set_heap_property name=property,type=CephString name=value,type=CephInt", "update malloc extension heap property",
                "osd", "rw", call -> CommandResult.data(noProperty(call).close()));
        refuse(table, "dump_op_pq_state", "dump op priority queue state", "operations have no priorities here");
        refuse(table, "bluefs stats", "Dump internal statistics for bluefs.", STORE);
        refuse(table, "bluefs files list", "print files in bluefs", STORE);
        refuse(table, "bluefs debug_inject_read_zeros", "Injects 8K zeros into next BlueFS read. Debug only.", STORE);
        refuse(table, "bluestore bluefs device info name=alloc_size,type=CephInt,req=false", "Shows space report for bluefs devices."
                + " This also includes an estimation for space available to bluefs at main device. alloc_size, if set, specifies"
                + " the custom bluefs allocation unit size for the estimation above.", STORE);
        refuse(table, "bluestore allocator fragmentation block", "give allocator fragmentation (0-no fragmentation, 1-absolute"
                + " fragmentation)", STORE);
        refuse(table, "bluestore allocator dump block", "dump allocator free regions", STORE);
        refuse(table, "bluestore allocator score block", "give score on allocator fragmentation (0-no fragmentation, 1-absolute"
                + " fragmentation)", STORE);
        refuse(table, "calc_objectstore_db_histogram", "Generate key value histogram of kvdb(rocksdb) which used by bluestore",
                STORE);
        refuse(table, "dump_objectstore_kv_stats", "print statistics of kvdb which used by bluestore", STORE);
        refuse(table, "smart name=devid,type=CephString,req=false", "probe OSD devices for SMART data.",
                "an OSD does not ask its disk");
        refuse(table, "dump_mempools", "get mempool stats", "memory is the Java heap: perf dump java");
        // as Debian's Ceph again
        table.add("cpu_profiler name=arg,type=CephChoices,strings=status|flush", "run cpu profiling on daemon", "osd", "rw",
                call -> CommandResult.data("cpu_profiler support not linked in"));
        refuse(table, "scrub_purged_snaps", "Scrub purged_snaps vs snapmapper index", "that comparison is not there");
        refuse(table, "reset_purged_snaps_last", "Reset the superblock's purged_snaps_last",
                "an OSD keeps no record of its own of the snapshots that were purged");
    }

    private static Formatter noProperty(CommandContext call) {
        return call.formatter("json-pretty").openObject("result").dump("error", "invalid property").dump("success", false);
    }

    private static void refuse(CommandTable table, String signature, String help, String reason) {
        table.add(signature, help, "osd", "rw", call -> CommandResult.unsupported(signature, reason));
    }
}
