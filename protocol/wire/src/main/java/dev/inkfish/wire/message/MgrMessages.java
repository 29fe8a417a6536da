package dev.inkfish.wire.message;

import java.util.Map;

/// Messages of the manager.
final class MgrMessages {
    private MgrMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        table.put(MMgrMap.TYPE, MMgrMap::decode);
        table.put(MServiceMap.TYPE, MServiceMap::decode);
        table.put(MMgrDigest.TYPE, MMgrDigest::decode);
        table.put(MMgrConfigure.TYPE, MMgrConfigure::decode);
        table.put(MMgrClose.TYPE, MMgrClose::decode);
        table.put(MMgrUpdate.TYPE, MMgrUpdate::decode);
        table.put(MMgrCommand.TYPE, MMgrCommand::decode);
        table.put(MMgrCommandReply.TYPE, MMgrCommandReply::decode);
        table.put(MMgrOpen.TYPE, MMgrOpen::decode);
        table.put(MMgrReport.TYPE, MMgrReport::decode);
        table.put(MMonMgrReport.TYPE, MMonMgrReport::decode);
        table.put(MMgrBeacon.TYPE, MMgrBeacon::decode);
        table.put(MOSDForceRecovery.TYPE, MOSDForceRecovery::decode);
        table.put(MOSDScrub2.TYPE, MOSDScrub2::decode);
        table.put(MPGStats.TYPE, MPGStats::decode);
        table.put(MPGStatsAck.TYPE, MPGStatsAck::decode);
    }
}
