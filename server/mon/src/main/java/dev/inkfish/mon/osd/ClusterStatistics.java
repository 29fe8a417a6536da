package dev.inkfish.mon.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.message.MStatfsReply;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the manager has reported about space and pools.
public interface ClusterStatistics {
    /// Before any manager has reported.
    ClusterStatistics NONE = new ClusterStatistics() {
        @Override
        public MStatfsReply statfs(UUID fsid, long pool) {
            return new MStatfsReply(fsid, 0, 0, 0, 0, 0);
        }

        @Override
        public @Nullable Bytes poolStat(long pool, long features) {
            return null;
        }
    };

    /// @param pool -1 for the whole cluster
    MStatfsReply statfs(UUID fsid, long pool);

    /// `pool_stat_t`, encoded; null where nothing is known.
    @Nullable Bytes poolStat(long pool, long features);
}
