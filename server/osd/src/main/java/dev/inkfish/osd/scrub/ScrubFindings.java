package dev.inkfish.osd.scrub;

import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.InconsistentObject;
import dev.inkfish.wire.osd.InconsistentSnapSet;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgShard;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a scrub has found so far, over all of its chunks.
public final class ScrubFindings {
    public int shallowErrors;
    public int deepErrors;
    /// Members that lack an object, and those that have another than they should.
    public final TreeMap<HObject, SortedSet<PgShard>> missing = new TreeMap<>();
    public final TreeMap<HObject, SortedSet<PgShard>> inconsistent = new TreeMap<>();
    /// The version of the good copy, of objects that are in one of these maps.
    public final TreeMap<HObject, Eversion> authoritative = new TreeMap<>();
    /// The sums over the objects seen.
    public ObjectStatSum sum = ObjectStatSum.ZERO;
    public long largeOmaps;
    public long omapBytes;
    public long omapKeys;
    /// Of the present chunk; who writes them down clears them.
    public final List<InconsistentObject> objects = new ArrayList<>();
    public final List<InconsistentSnapSet> snapSets = new ArrayList<>();
    /// Digests to be noted in the objects' infos.
    public final TreeMap<HObject, Digests> digests = new TreeMap<>();
    /// For the cluster log.
    public final List<String> errorLines = new ArrayList<>();
    public final List<String> warnLines = new ArrayList<>();

    /// crc32c of data and omap; null for not known.
    public record Digests(@Nullable Integer data, @Nullable Integer omap) {}

    public int errors() {
        return shallowErrors + deepErrors;
    }

    /// Whether there is something that a repair can mend.
    public boolean isRepairable() {
        return !authoritative.isEmpty();
    }

    /// How many copies a repair replaces.
    public int bad() {
        int count = 0;
        for (SortedSet<PgShard> members : missing.values()) {
            count += members.size();
        }
        for (SortedSet<PgShard> members : inconsistent.values()) {
            count += members.size();
        }
        return count;
    }

    void add(Field field, long amount) {
        sum = sum.with(field, sum.get(field) + amount);
    }
}
