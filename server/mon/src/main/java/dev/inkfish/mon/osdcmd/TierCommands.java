package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;

/// `osd tier`: which pool stands before which. The map records it; no OSD caches, so there are no overlays,
/// and a pool with a cache mode serves nobody.
final class TierCommands {
    private final OsdMaps maps;
    private final OsdCommands.PoolUse use;
    private final PoolEdits pools;

    TierCommands(OsdMaps maps, OsdCommands.PoolUse use) {
        this.maps = maps;
        this.use = use;
        this.pools = new PoolEdits(maps);
    }

    void register(OsdSignatures on) {
        on.on("osd tier add", this::add).on("osd tier rm", this::remove).on("osd tier remove", this::remove);
        on.on("osd tier cache-mode", this::cacheMode);
    }

    private CommandResult add(CommandContext call) {
        String base = call.string("pool");
        String tier = call.string("tierpool");
        long baseId = pools.id(base);
        long tierId = pools.id(tier);
        PgPool basePool = pools.pool(baseId);
        PgPool tierPool = pools.pool(tierId);
        String done = "pool '" + tier + "' is now (or already was) a tier of '" + base + "'";
        if (basePool.tiers().contains(tierId)) {
            return CommandResult.status(done);
        }
        checkPlaces(base, basePool, tier, tierPool);
        if (use.of(tierId).objects() != 0 && !call.string("force_nonempty").equals("--force-nonempty")) {
            throw new CephException(Errno.ENOTEMPTY,
                    "tier pool '" + tier + "' is not empty; --force-nonempty to force");
        }
        if (tierPool.isErasure()) {
            throw new CephException(Errno.EOPNOTSUPP,
                    "tier pool '" + tier + "' is an ec pool, which cannot be a tier");
        }
        if (tierPool.isPoolSnapsMode() || tierPool.isUnmanagedSnapsMode()) {
            throw new CephException(Errno.ENOTEMPTY, "tier pool '" + tier
                    + "' has snapshot state; it cannot be added as a tier without breaking the pool");
        }
        pools.change(baseId, d -> {
            d.tiers.add(tierId);
            d.snapEpoch = maps.pending().epoch;
        });
        pools.change(tierId, d -> d.tierOf = baseId);
        return CommandResult.afterCommit(done);
    }

    private void checkPlaces(String base, PgPool basePool, String tier, PgPool tierPool) {
        OsdMap map = maps.map();
        if (basePool.isTier()) {
            throw new CephException(Errno.EINVAL, "pool '" + base + "' is already a tier of '"
                    + map.poolName(basePool.tierOf()) + "', multiple tiers are not yet supported.");
        }
        if (!tierPool.tiers().isEmpty()) {
            StringBuilder names = new StringBuilder();
            tierPool.tiers().forEach(id -> names.append('\'').append(map.poolName(id)).append("',"));
            throw new CephException(Errno.EINVAL, "pool '" + tier + "' has following tier(s) already:" + names
                    + " multiple tiers are not yet supported.");
        }
        if (tierPool.isTier()) {
            throw new CephException(Errno.EINVAL, "tier pool '" + tier + "' is already a tier of '"
                    + map.poolName(tierPool.tierOf()) + "'");
        }
    }

    private CommandResult remove(CommandContext call) {
        String base = call.string("pool");
        String tier = call.string("tierpool");
        long baseId = pools.id(base);
        long tierId = pools.id(tier);
        String done = "pool '" + tier + "' is now (or already was) not a tier of '" + base + "'";
        if (!pools.pool(baseId).tiers().contains(tierId)) {
            return CommandResult.status(done);
        }
        pools.change(baseId, d -> d.tiers.remove(tierId));
        pools.change(tierId, d -> {
            d.tierOf = -1;
            d.cacheMode = PgPool.CACHE_MODE_NONE;
        });
        return CommandResult.afterCommit(done);
    }

    private CommandResult cacheMode(CommandContext call) {
        String name = call.string("pool");
        String mode = call.string("mode");
        long id = pools.id(name);
        if (!pools.pool(id).isTier()) {
            throw new CephException(Errno.EINVAL, "pool '" + name + "' is not a tier");
        }
        int number = PgPool.CACHE_MODES.indexOf(mode);
        if (number < 0) {
            throw new CephException(Errno.EINVAL, "'" + mode + "' is not a valid cache mode");
        }
        if (mode.endsWith("forward")) {
            throw new CephException(Errno.EPERM, "'" + mode + "' is no longer a supported cache mode");
        }
        if (mode.equals("readonly") && !call.flag("yes_i_really_mean_it")) {
            throw new CephException(Errno.EPERM, "'" + mode + "' is not a well-supported cache mode and may "
                    + "corrupt your data.  pass --yes-i-really-mean-it to force.");
        }
        pools.change(id, d -> {
            d.cacheMode = number;
            d.flags |= PgPool.FLAG_INCOMPLETE_CLONES;
        });
        return CommandResult.afterCommit("set cache-mode for pool '" + name + "' to " + mode);
    }
}
