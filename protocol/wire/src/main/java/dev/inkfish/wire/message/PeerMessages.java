package dev.inkfish.wire.message;

import java.util.Map;

/// Messages among OSDs: heartbeats, peering, replication, recovery.
final class PeerMessages {
    private PeerMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        table.put(MOSDPing.TYPE, MOSDPing::decode);
        table.put(MOSDPGNotify2.TYPE, MOSDPGNotify2::decode);
        table.put(MOSDPGQuery2.TYPE, MOSDPGQuery2::decode);
        table.put(MOSDPGInfo2.TYPE, MOSDPGInfo2::decode);
        table.put(MOSDPGLog.TYPE, MOSDPGLog::decode);
        table.put(MOSDPGRemove.TYPE, MOSDPGRemove::decode);
        table.put(MOSDRepOp.TYPE, MOSDRepOp::decode);
        table.put(MOSDRepOpReply.TYPE, MOSDRepOpReply::decode);
        table.put(MOSDPGPush.TYPE, MOSDPGPush::decode);
        table.put(MOSDPGPull.TYPE, MOSDPGPull::decode);
        table.put(MOSDPGPushReply.TYPE, MOSDPGPushReply::decode);
        table.put(MOSDPGScan.TYPE, MOSDPGScan::decode);
        table.put(MOSDPGBackfill.TYPE, MOSDPGBackfill::decode);
        table.put(MOSDPGBackfillRemove.TYPE, MOSDPGBackfillRemove::decode);
        table.put(MOSDScrubReserve.TYPE, MOSDScrubReserve::decode);
        table.put(MOSDRepScrub.TYPE, MOSDRepScrub::decode);
        table.put(MOSDRepScrubMap.TYPE, MOSDRepScrubMap::decode);
    }
}
