package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// What an OSD remembers of itself (`OSDSuperblock`).
///
/// @param currentEpoch the newest map it has taken in
/// @param oldestMap the lowest map it keeps
/// @param newestMap the highest map it keeps
/// @param weight what it asks for; 0 for nothing
/// @param compatFeatures `CompatSet`, encoded
/// @param cleanThru its groups were clean through this epoch when it last stopped
/// @param mounted the epoch in which it was last started
/// @param purgedSnapsLast the epoch up to which it has recorded purged snapshots
@CephType("OSDSuperblock")
public record OsdSuperblock(
        UUID clusterFsid,
        int whoami,
        int currentEpoch,
        int oldestMap,
        int newestMap,
        double weight,
        Bytes compatFeatures,
        int cleanThru,
        int mounted,
        UUID osdFsid,
        int purgedSnapsLast,
        Utime lastPurgedSnapsScrub) {
    /// 8: no map of pools marked full; 9: purged snapshots.
    private static final int VERSION = 9;
    private static final int COMPAT = 5;

    /// A `CompatSet` without any feature.
    public static final Bytes NO_FEATURES = Bytes.zeros(36);

    public static OsdSuperblock decode(WireReader in) {
        return in.versioned(VERSION, (r, version) -> {
            if (version < COMPAT) {
                throw new DecodeException("superblock of version " + version);
            }
            UUID cluster = r.uuid();
            int whoami = r.u32();
            int current = r.u32();
            int oldest = r.u32();
            int newest = r.u32();
            double weight = r.f64();
            Bytes compat = compatSet(r);
            int cleanThru = r.u32();
            int mounted = r.u32();
            UUID osd = r.uuid();
            if (version >= 6) {
                r.skip(4);
            }
            if (version >= 7) {
                r.map(WireReader::u64, WireReader::u32);
            }
            return new OsdSuperblock(
                    cluster, whoami, current, oldest, newest, weight, compat, cleanThru, mounted, osd,
                    version >= 9 ? r.u32() : 0, version >= 9 ? Utime.decode(r) : Utime.ZERO);
        });
    }

    /// Three times a mask and the names of its bits.
    private static Bytes compatSet(WireReader in) {
        WireWriter out = new WireWriter();
        for (int i = 0; i < 3; i++) {
            out.u64(in.u64()).map(in.map(WireReader::u64, WireReader::string), WireWriter::u64, WireWriter::string);
        }
        return out.toBytes();
    }

    public void encode(WireWriter out) {
        out.versioned(VERSION, COMPAT, () -> {
            out.uuid(clusterFsid).u32(whoami).u32(currentEpoch).u32(oldestMap).u32(newestMap).f64(weight);
            out.raw(compatFeatures).u32(cleanThru).u32(mounted).uuid(osdFsid).u32(0).u32(0).u32(purgedSnapsLast);
            lastPurgedSnapsScrub.encode(out);
        });
    }
}
