package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What all monitors of a quorum can do (`mon_feature_t`).
@CephType("mon_feature_t")
public record MonFeatures(long bits) {
    private static final List<String> NAMES = List.of(
            "kraken", "luminous", "mimic", "osdmap-prune", "nautilus", "octopus", "pacific", "elector-pinging");

    public static final MonFeatures NONE = new MonFeatures(0);
    /// All of Ceph 16.
    public static final MonFeatures PACIFIC = new MonFeatures(0xff);

    /// Null where there is none of that name.
    public static @Nullable MonFeatures named(String name) {
        int bit = NAMES.indexOf(name);
        return bit < 0 ? null : new MonFeatures(1L << bit);
    }

    /// The names of the bits that are set.
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((bits >>> bit & 1) != 0) {
                names.add(bit < NAMES.size() ? NAMES.get(bit) : "unknown");
            }
        }
        return names;
    }

    /// As Ceph prints them: `[kraken,luminous]`, or `[none]`.
    @Override
    public String toString() {
        return bits == 0 ? "[none]" : "[" + String.join(",", names()) + "]";
    }

    public static MonFeatures decode(WireReader in) {
        return in.versioned(1, (r, version) -> new MonFeatures(r.u64()));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.u64(bits));
    }
}
