package dev.inkfish.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.LogEntry;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SessionMessagesTest {
    private static final UUID FSID = UUID.fromString("c30eb8be-c15f-4278-b758-1c4f3660158e");
    private static final Bytes DATA = Bytes.utf8("data");

    private static List<Message> samples() {
        NavigableMap<String, Bytes> keys = new TreeMap<>();
        keys.put("config/a", DATA);
        keys.put("config/gone", null);
        LogEntry line = new LogEntry(
                EntityAuthName.parse("client.admin"), EntityName.client(4711), EntityAddrVec.EMPTY,
                new Utime(1, 2), 3, LogEntry.WARN, "text", "cluster");
        return List.of(
                new MMonGetMap(),
                new MMonMap(DATA),
                new MPing(""),
                new MPing("{}"),
                new MMonSubscribe(
                        new TreeMap<>(Map.of(
                                "osdmap", new MMonSubscribe.Item(7, true), "config", new MMonSubscribe.Item(0, false))),
                        "host"),
                new MMonSubscribeAck(300, FSID),
                new MAuth(2, DATA, 5),
                new MAuthReply(2, -13, 4711, DATA, "no"),
                new MMonGetVersion(9, "osdmap"),
                new MMonGetVersionReply(9, 12, 1),
                new MConfig(new TreeMap<>(Map.of("debug_ms", "1"))),
                new MOSDMap(FSID, new TreeMap<>(Map.of(4, DATA)), new TreeMap<>(Map.of(3, DATA)), 1, 4),
                new MLog(7, FSID, List.of(line)),
                new MLogAck(FSID, 3, "cluster"),
                new MMonCommand(FSID, List.of("{}"), DATA),
                new MMonCommandAck(-22, "what?", List.of("{}"), DATA),
                new MCommand(FSID, List.of("{}"), DATA),
                new MCommandReply(0, "", DATA),
                new MKVData(31, "config/", true, keys));
    }

    @Test
    void messagesComeBackAndShorterOnesAreRefused() {
        for (Message message : samples()) {
            WireWriter out = new WireWriter();
            message.encodeFront(out, Features.PACIFIC);
            Bytes front = out.toBytes();
            MessageHeader header = new MessageHeader(
                    message.type(), message.version(Features.PACIFIC), message.compatVersion(Features.PACIFIC), 127, 1, 0);
            assertThat(MessageType.decode(header, front, Bytes.EMPTY, message.data())).isEqualTo(message);
            for (int cut = 0; cut < front.length(); cut++) {
                Bytes shorter = front.slice(0, cut);
                try {
                    // some end in a field that old senders left off, and a ping may be empty
                    assertThat(MessageType.decode(header, shorter, Bytes.EMPTY, DATA)).isNotNull();
                    if (cut > 0 || !(message instanceof MPing)) {
                        assertThat(message).isInstanceOfAny(MAuth.class, MLogAck.class, MOSDMap.class);
                    }
                } catch (DecodeException expected) {
                    assertThat(expected).hasMessageNotContaining("null");
                }
            }
        }
    }

    @Test
    void anOldSubscriptionIsRefused() {
        MessageHeader header = new MessageHeader(MMonSubscribe.TYPE, 1, 1, 127, 0, 0);
        assertThatThrownBy(() -> MessageType.decode(header, Bytes.zeros(8), Bytes.EMPTY, Bytes.EMPTY))
                .isInstanceOf(DecodeException.class);
    }
}
