package dev.inkfish.bench;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.PgId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/// What a map costs, in milliseconds, warm: `MapBench osdmap…`, files of `osdmaptool --createsimple`. A line a map: OSDs,
/// groups, bytes, encode, decode, apply an increment of one OSD, the increment's bytes, placements per second.
public final class MapBench {
    private static final long SPAN_NANOS = 800_000_000L;

    private MapBench() {}

    public static void main(String[] args) throws IOException {
        for (String file : args) {
            measure(OsdMap.decode(Bytes.wrap(Files.readAllBytes(Path.of(file)))));
        }
    }

    private static void measure(OsdMap simple) {
        OsdMapIncremental change = OsdMapIncremental.after(simple);
        for (int osd = 0; osd < simple.maxOsd(); osd++) {
            change.newState.put(osd, OsdMap.UP);
            change.newWeight.put(osd, OsdMap.IN);
        }
        OsdMap map = simple.apply(change);
        long features = map.encodingFeatures();
        long pool = map.pools().firstKey();
        int groups = map.pools().firstEntry().getValue().pgNum();
        Bytes encoded = map.encode(features);
        OsdMapIncremental one = OsdMapIncremental.after(map);
        one.fsid = map.fsid();
        one.newState.put(map.maxOsd() / 2, OsdMap.UP);
        Bytes increment = one.encode(features);
        int[] next = {0};
        double place = millis(() -> {
            next[0] = (next[0] + 1) % groups;
            return map.place(new PgId(pool, next[0]));
        });
        System.out.printf(
                "%d %d %d %.3f %.3f %.3f %d %.0f%n",
                map.maxOsd(),
                groups,
                encoded.length(),
                millis(() -> map.encode(features)),
                millis(() -> OsdMap.decode(encoded)),
                millis(() -> map.apply(OsdMapIncremental.decode(increment))),
                increment.length(),
                1000 / place);
    }

    /// Of the second of two spans.
    private static double millis(Supplier<?> what) {
        double each = 0;
        for (int span = 0; span < 2; span++) {
            long began = System.nanoTime();
            long now = began;
            long count = 0;
            while (now - began < SPAN_NANOS) {
                if (what.get() == null) {
                    throw new IllegalStateException();
                }
                count++;
                now = System.nanoTime();
            }
            each = (now - began) / 1e6 / count;
        }
        return each;
    }
}
