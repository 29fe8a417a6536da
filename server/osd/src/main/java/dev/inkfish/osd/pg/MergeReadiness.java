package dev.inkfish.osd.pg;

import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.message.MOSDPGReadyToMerge;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an OSD's groups say of their coming merges, until source and target agree: then the monitors are told
/// (`OSDService::send_ready_to_merge`). A group says it anew in each interval.
public final class MergeReadiness {
    private final TreeMap<PgId, Ready> ready = new TreeMap<>();
    private final TreeMap<PgId, MOSDPGReadyToMerge> sent = new TreeMap<>();

    /// A group that is clean and takes no writes, or cannot become so in this interval.
    ///
    /// @param epoch of the map in which this holds
    /// @param can false if its acting set is too small: the merge is to be put off
    public record Ready(
            PgId pgid, PgId source, int epoch, Eversion version, int lastEpochStarted, int lastEpochClean, boolean can) {
        boolean isSource() {
            return pgid.equals(source);
        }
    }

    /// @return what is to be told now
    public @Nullable MOSDPGReadyToMerge add(PgId target, Ready told) {
        ready.put(told.pgid(), told);
        Ready source = ready.get(told.source());
        Ready into = ready.get(target);
        boolean refused = !told.can();
        boolean agreed = source != null && into != null && source.can() && into.can()
                && into.source().equals(told.source());
        if (!refused && !agreed) {
            return null;
        }
        MOSDPGReadyToMerge message = refused
                ? new MOSDPGReadyToMerge(told.source(), Eversion.ZERO, Eversion.ZERO, 0, 0, false, told.epoch())
                : new MOSDPGReadyToMerge(
                        told.source(),
                        source.version(),
                        into.version(),
                        into.lastEpochStarted(),
                        into.lastEpochClean(),
                        true,
                        Math.min(source.epoch(), into.epoch()));
        sent.put(told.source(), message);
        return message;
    }

    /// The group's interval is over.
    public void forget(PgId pgid) {
        Ready gone = ready.remove(pgid);
        if (gone != null) {
            sent.remove(gone.source());
        }
    }

    /// What a new session with a monitor must hear again.
    public Iterable<MOSDPGReadyToMerge> sent() {
        return sent.values();
    }
}
