package dev.inkfish.wire.message;

import java.util.Map;

/// Messages of sessions with monitors that every peer uses: authentication, subscriptions, maps, ping, commands.
final class SessionMessages {
    private SessionMessages() {}

    static void register(Map<Integer, MessageType.Decoder> table) {
        table.put(MMonGetMap.TYPE, MMonGetMap::decode);
        table.put(MMonMap.TYPE, MMonMap::decode);
        table.put(MPing.TYPE, MPing::decode);
        table.put(MMonSubscribe.TYPE, MMonSubscribe::decode);
        table.put(MMonSubscribeAck.TYPE, MMonSubscribeAck::decode);
        table.put(MAuth.TYPE, MAuth::decode);
        table.put(MAuthReply.TYPE, MAuthReply::decode);
        table.put(MMonGetVersion.TYPE, MMonGetVersion::decode);
        table.put(MMonGetVersionReply.TYPE, MMonGetVersionReply::decode);
        table.put(MConfig.TYPE, MConfig::decode);
        table.put(MOSDMap.TYPE, MOSDMap::decode);
        table.put(MLog.TYPE, MLog::decode);
        table.put(MLogAck.TYPE, MLogAck::decode);
        table.put(MMonCommand.TYPE, MMonCommand::decode);
        table.put(MMonCommandAck.TYPE, MMonCommandAck::decode);
        table.put(MCommand.TYPE, MCommand::decode);
        table.put(MCommandReply.TYPE, MCommandReply::decode);
        table.put(MKVData.TYPE, MKVData::decode);
    }
}
