package dev.inkfish.osdmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The first sixty increments that a real Ceph 16 monitor made: OSDs booting, failing and coming back, pools
/// coming and going. Each carries the crc of the full map it leads to.
class IncrementsTest {
    private static List<Bytes> increments() throws IOException {
        try (InputStream file = IncrementsTest.class.getResourceAsStream("/increments.bin")) {
            WireReader in = Bytes.wrap(file.readAllBytes()).reader();
            List<Bytes> increments = new ArrayList<>();
            while (in.remaining() > 0) {
                increments.add(in.bytes());
            }
            return increments;
        }
    }

    @Test
    void everyIncrementAndEveryMapIsThatOfCeph() throws IOException {
        OsdMap map = OsdMap.empty();
        for (Bytes encoded : increments()) {
            OsdMapIncremental inc = OsdMapIncremental.decode(encoded);
            assertThat(inc.encode(inc.encodeFeatures)).isEqualTo(encoded);
            map = map.apply(inc);
            assertThat(map.encodingFeatures()).isEqualTo(inc.encodeFeatures);
            Bytes full = map.encode(inc.encodeFeatures);
            assertThat(OsdMap.crcOf(full)).as("epoch %d", inc.epoch).isEqualTo(inc.fullCrc);
            assertThat(OsdMap.decode(full).encode(inc.encodeFeatures)).isEqualTo(full);
        }
        assertThat(map.epoch()).isEqualTo(60);
    }

    @Test
    void olderPeersGetOlderForms() throws IOException {
        OsdMap map = OsdMap.empty();
        for (Bytes encoded : increments()) {
            map = map.apply(OsdMapIncremental.decode(encoded));
        }
        long luminous = Features.PACIFIC & ~(1L << 2 | 1L << 16 | 1L << 20 | 1L << 28);
        long jewel = luminous & ~(1L << 21);
        for (long features : new long[] {luminous, jewel}) {
            OsdMap older = OsdMap.decode(map.encode(features));
            assertThat(older.epoch()).isEqualTo(map.epoch());
            assertThat(older.poolNames()).isEqualTo(map.poolNames());
            for (long pool : map.pools().keySet()) {
                assertThat(older.place(new PgId(pool, 5))).isEqualTo(map.place(new PgId(pool, 5)));
            }
        }
    }

    @Test
    void aFlippedBitIsNoticed() throws IOException {
        Bytes encoded = increments().get(10);
        byte[] damaged = encoded.toArray();
        damaged[200] ^= 4;
        assertThatThrownBy(() -> OsdMapIncremental.decode(Bytes.wrap(damaged))).isInstanceOf(DecodeException.class);
    }
}
