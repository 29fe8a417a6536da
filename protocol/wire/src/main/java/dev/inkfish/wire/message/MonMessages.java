package dev.inkfish.wire.message;

import java.util.Map;

/// Messages that only monitors receive or send: commands, pool operations, boot, failure reports.
final class MonMessages {
    private MonMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        table.put(MMonPeer.TYPE, MMonPeer::decode);
        table.put(MGetConfig.TYPE, MGetConfig::decode);
        table.put(MMonGetPurgedSnapsReply.TYPE, MMonGetPurgedSnapsReply::decode);
        table.put(MMonGetPurgedSnaps.TYPE, MMonGetPurgedSnaps::decode);
        table.put(MMonGetOSDMap.TYPE, MMonGetOSDMap::decode);
        table.put(MRemoveSnaps.TYPE, MRemoveSnaps::decode);
        table.put(MGetPoolStatsReply.TYPE, MGetPoolStatsReply::decode);
        table.put(MGetPoolStats.TYPE, MGetPoolStats::decode);
        table.put(MStatfsReply.TYPE, MStatfsReply::decode);
        table.put(MStatfs.TYPE, MStatfs::decode);
        table.put(MPoolOpReply.TYPE, MPoolOpReply::decode);
        table.put(MPoolOp.TYPE, MPoolOp::decode);
        table.put(MOSDBeacon.TYPE, MOSDBeacon::decode);
        table.put(MOSDPGCreate2.TYPE, MOSDPGCreate2::decode);
        table.put(MOSDPGCreated.TYPE, MOSDPGCreated::decode);
        table.put(MOSDPGReadyToMerge.TYPE, MOSDPGReadyToMerge::decode);
        table.put(MOSDPGTemp.TYPE, MOSDPGTemp::decode);
        table.put(MOSDMarkMeDead.TYPE, MOSDMarkMeDead::decode);
        table.put(MOSDMarkMeDown.TYPE, MOSDMarkMeDown::decode);
        table.put(MOSDFailure.TYPE, MOSDFailure::decode);
        table.put(MOSDAlive.TYPE, MOSDAlive::decode);
        table.put(MOSDFull.TYPE, MOSDFull::decode);
        table.put(MOSDBoot.TYPE, MOSDBoot::decode);
    }
}
