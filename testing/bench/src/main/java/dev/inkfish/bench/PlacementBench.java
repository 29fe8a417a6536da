package dev.inkfish.bench;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.Placement;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.PgId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// An OSD map as `osdmaptool --createsimple` makes it, in the file that `-Dosdmap=FILE` names: `testing/bench/jmh` does it
/// and times `osdmaptool --test-map-pgs` on the same file.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PlacementBench {
    private Bytes encoded = Bytes.EMPTY;
    private OsdMap map = OsdMap.empty();
    private long pool;
    private int groups;
    private int next;

    @Setup
    public void read() throws IOException {
        encoded = Bytes.wrap(Files.readAllBytes(Path.of(System.getProperty("osdmap"))));
        map = upAndIn(OsdMap.decode(encoded));
        encoded = map.encode(MessageBench.FEATURES);
        pool = map.pools().firstKey();
        groups = map.pools().get(pool).pgNum();
    }

    /// The tool's own `--mark-up-in` is not saved.
    private static OsdMap upAndIn(OsdMap map) {
        OsdMapIncremental change = OsdMapIncremental.after(map);
        for (int osd = 0; osd < map.maxOsd(); osd++) {
            change.newState.put(osd, OsdMap.UP);
            change.newWeight.put(osd, OsdMap.IN);
        }
        return map.apply(change);
    }

    /// One group's place, each in turn.
    @Benchmark
    public Placement place() {
        next = (next + 1) % groups;
        return map.place(new PgId(pool, next));
    }

    @Benchmark
    public OsdMap decode() {
        return OsdMap.decode(encoded);
    }

    @Benchmark
    public Bytes encode() {
        return map.encode(MessageBench.FEATURES);
    }
}
