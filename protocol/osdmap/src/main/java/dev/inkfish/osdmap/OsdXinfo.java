package dev.inkfish.osdmap;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What else the monitors remember of an OSD (`osd_xinfo_t`).
///
/// @param laggyProbability as it travels: 0 is never, 0xffffffff always laggy
/// @param laggyInterval seconds between being marked laggy and recovering, on average
/// @param oldWeight the weight before the OSD was marked out automatically
/// @param deadEpoch the last epoch at which it was confirmed dead, not just down
@CephType("osd_xinfo_t")
public record OsdXinfo(
        Utime downStamp,
        int laggyProbability,
        int laggyInterval,
        long features,
        int oldWeight,
        Utime lastPurgedSnapsScrub,
        int deadEpoch) {
    public static final OsdXinfo NONE = new OsdXinfo(Utime.ZERO, 0, 0, 0, 0, Utime.ZERO, 0);

    public OsdXinfo withDownStamp(Utime stamp) {
        return new OsdXinfo(stamp, laggyProbability, laggyInterval, features, oldWeight, lastPurgedSnapsScrub, deadEpoch);
    }

    public OsdXinfo withLaggy(int probability, int interval) {
        return new OsdXinfo(downStamp, probability, interval, features, oldWeight, lastPurgedSnapsScrub, deadEpoch);
    }

    public OsdXinfo withFeatures(long bits) {
        return new OsdXinfo(downStamp, laggyProbability, laggyInterval, bits, oldWeight, lastPurgedSnapsScrub, deadEpoch);
    }

    public OsdXinfo withOldWeight(int weight) {
        return new OsdXinfo(downStamp, laggyProbability, laggyInterval, features, weight, lastPurgedSnapsScrub, deadEpoch);
    }

    public OsdXinfo withLastPurgedSnapsScrub(Utime stamp) {
        return new OsdXinfo(downStamp, laggyProbability, laggyInterval, features, oldWeight, stamp, deadEpoch);
    }

    public OsdXinfo withDeadEpoch(int epoch) {
        return new OsdXinfo(downStamp, laggyProbability, laggyInterval, features, oldWeight, lastPurgedSnapsScrub, epoch);
    }

    /// The probability as a fraction, in single precision as Ceph has it.
    public double laggy() {
        return (float) Integer.toUnsignedLong(laggyProbability) / 4294967295.0f;
    }

    public static OsdXinfo decode(WireReader in) {
        return in.versioned(4, (r, v) -> new OsdXinfo(
                Utime.decode(r),
                r.u32(),
                r.u32(),
                v >= 2 ? r.u64() : 0,
                v >= 3 ? r.u32() : 0,
                v >= 4 ? Utime.decode(r) : Utime.ZERO,
                v >= 4 ? r.u32() : 0));
    }

    public void encode(WireWriter out, long features) {
        // version 4, octopus: the last two fields
        boolean octopus = Features.has(features, Features.SERVER_OCTOPUS);
        out.versioned(octopus ? 4 : 3, 1, () -> {
            downStamp.encode(out);
            out.u32(laggyProbability).u32(laggyInterval).u64(this.features).u32(oldWeight);
            if (octopus) {
                lastPurgedSnapsScrub.encode(out);
                out.u32(deadEpoch);
            }
        });
    }
}
