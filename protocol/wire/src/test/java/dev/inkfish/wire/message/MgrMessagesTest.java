package dev.inkfish.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The bytes are those that the daemons of a Ceph 16.2.15 cluster sent each other.
class MgrMessagesTest {
    @ParameterizedTest
    @CsvSource({
        "57, 2", "700, 3", "701, 4", "702, 9", "703, 11", "704, 1", "705, 1", "706, 3", "707, 1", "709, 1", "70a, 1"
    })
    void encodesWhatItDecoded(String type, int version) throws IOException {
        Bytes front = resource(type + "-" + version);
        Message message = decode(type, version, front);
        assertThat(message).isNotInstanceOf(UnknownMessage.class);
        WireWriter out = new WireWriter();
        message.encodeFront(out, Features.PACIFIC);
        assertThat(out.toBytes().toHex()).isEqualTo(front.toHex());
        assertThat(message.version(Features.PACIFIC)).isEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource({"57, 2", "702, 9", "703, 11", "704, 1"})
    void refusesWhatIsCutOff(String type, int version) throws IOException {
        Bytes front = resource(type + "-" + version);
        for (int length = 1; length < front.length() - 1; length += 1 + front.length() / 500) {
            Bytes cut = front.slice(0, length);
            assertThatThrownBy(() -> decode(type, version, cut)).isInstanceOf(DecodeException.class);
        }
    }

    /// Ceph writes hash maps in any order: the digest is compared as a value.
    @Test
    void digest() throws IOException {
        Bytes bytes = resource("706-3.data");
        PgMapDigest digest = PgMapDigest.decode(bytes.reader());
        Bytes again = WireWriter.encode(digest, PgMapDigest::encode);
        assertThat(again.length()).isEqualTo(bytes.length());
        assertThat(PgMapDigest.decode(again.reader())).isEqualTo(digest);
        assertThat(digest.pgs()).isEqualTo(9);
        assertThat(digest.byState().values().stream().mapToInt(n -> n).sum()).isEqualTo(9);
        assertThat(digest.sum().sum().get(ObjectStatSum.Field.NUM_OBJECTS)).isPositive();
        assertThat(digest.osdSumByClass()).containsOnlyKeys("hdd");
    }

    private static Message decode(String type, int version, Bytes front) {
        MessageHeader header = new MessageHeader(Integer.parseInt(type, 16), version, 1, 127, 1, 0);
        return MessageType.decode(header, front, Bytes.EMPTY, Bytes.EMPTY);
    }

    private static Bytes resource(String name) throws IOException {
        try (InputStream in = MgrMessagesTest.class.getResourceAsStream("/mgr/" + name + ".gz")) {
            return Bytes.wrap(new GZIPInputStream(in).readAllBytes());
        }
    }
}
