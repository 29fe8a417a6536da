package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandTable;
import dev.inkfish.conf.Conf;

/// All `osd` commands of the monitor.
public final class OsdCommands {
    private final OsdMaps maps;
    private final Conf conf;
    private final PoolUse use;

    /// @param use how full pools are, as the manager last said
    public OsdCommands(OsdMaps maps, Conf conf, PoolUse use) {
        this.maps = maps;
        this.conf = conf;
        this.use = use;
    }

    /// The objects and bytes in a pool.
    public interface PoolUse {
        PoolUse UNKNOWN = pool -> new Use(0, 0);

        Use of(long pool);

        record Use(long objects, long bytes) {}
    }

    public void register(CommandTable table) {
        OsdSignatures signatures = new OsdSignatures();
        new OsdReadCommands(maps).register(signatures);
        new NumaCommands(maps).register(signatures);
        new OsdStateCommands(maps, conf).register(signatures);
        new OsdFlagCommands(maps).register(signatures);
        new OsdIdCommands(maps).register(signatures);
        new PoolCommands(maps, conf, use).register(signatures);
        new PoolGetCommand(maps).register(signatures);
        new PoolSetCommand(maps, conf).register(signatures);
        new TierCommands(maps, use).register(signatures);
        new PoolApplicationCommands(maps).register(signatures);
        new ErasureProfileCommands(maps, conf).register(signatures);
        new CrushReadCommands(maps).register(signatures);
        new CrushEditCommands(maps).register(signatures);
        new CrushClassCommands(maps).register(signatures);
        new CrushWeightSetCommands(maps).register(signatures);
        signatures.register(table);
    }
}
