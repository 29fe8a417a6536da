package dev.inkfish.osdmap;

import dev.inkfish.wire.EntityAddrVec;
import java.util.UUID;

/// One OSD in the map, as the map's vectors hold it.
///
/// @param state bits, see [OsdMap#EXISTS] and following
/// @param weight 16.16: 0 is out, 0x10000 is in
record OsdEntry(
        int state,
        int weight,
        EntityAddrVec publicAddrs,
        EntityAddrVec clusterAddrs,
        EntityAddrVec hbBackAddrs,
        EntityAddrVec hbFrontAddrs,
        OsdInfo info,
        OsdXinfo xinfo,
        UUID uuid) {
    static final UUID NO_UUID = new UUID(0, 0);
    static final OsdEntry NONE = new OsdEntry(
            0,
            0,
            EntityAddrVec.EMPTY,
            EntityAddrVec.EMPTY,
            EntityAddrVec.EMPTY,
            EntityAddrVec.EMPTY,
            OsdInfo.NONE,
            OsdXinfo.NONE,
            NO_UUID);

    OsdEntry withState(int bits) {
        return new OsdEntry(bits, weight, publicAddrs, clusterAddrs, hbBackAddrs, hbFrontAddrs, info, xinfo, uuid);
    }

    OsdEntry withWeight(int fixed) {
        return new OsdEntry(state, fixed, publicAddrs, clusterAddrs, hbBackAddrs, hbFrontAddrs, info, xinfo, uuid);
    }

    OsdEntry withInfo(OsdInfo other) {
        return new OsdEntry(state, weight, publicAddrs, clusterAddrs, hbBackAddrs, hbFrontAddrs, other, xinfo, uuid);
    }

    OsdEntry withXinfo(OsdXinfo other) {
        return new OsdEntry(state, weight, publicAddrs, clusterAddrs, hbBackAddrs, hbFrontAddrs, info, other, uuid);
    }

    OsdEntry withUuid(UUID other) {
        return new OsdEntry(state, weight, publicAddrs, clusterAddrs, hbBackAddrs, hbFrontAddrs, info, xinfo, other);
    }

    OsdEntry withPublicAddrs(EntityAddrVec other) {
        return new OsdEntry(state, weight, other, clusterAddrs, hbBackAddrs, hbFrontAddrs, info, xinfo, uuid);
    }

    OsdEntry withClusterAddrs(EntityAddrVec other) {
        return new OsdEntry(state, weight, publicAddrs, other, hbBackAddrs, hbFrontAddrs, info, xinfo, uuid);
    }

    OsdEntry withHbBackAddrs(EntityAddrVec other) {
        return new OsdEntry(state, weight, publicAddrs, clusterAddrs, other, hbFrontAddrs, info, xinfo, uuid);
    }

    OsdEntry withHbFrontAddrs(EntityAddrVec other) {
        return new OsdEntry(state, weight, publicAddrs, clusterAddrs, hbBackAddrs, other, info, xinfo, uuid);
    }
}
