package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/// The maps that a simulated OSD has: all up to the newest but those that were trimmed before it came to them.
final class MapsWithGaps implements MapSource {
    private final IntFunction<MapView> all;
    /// The last map before each gap, and the first one behind it.
    private final TreeMap<Integer, Integer> gaps = new TreeMap<>();

    MapsWithGaps(IntFunction<MapView> all) {
        this.all = all;
    }

    void skip(int last, int next) {
        gaps.put(last, next);
    }

    boolean hasGaps() {
        return !gaps.isEmpty();
    }

    /// Where there is a gap.
    int firstMissing() {
        return gaps.firstKey() + 1;
    }

    @Override
    public MapView at(int epoch) {
        Map.Entry<Integer, Integer> gap = gaps.lowerEntry(epoch);
        assertThat(gap == null || epoch >= gap.getValue()).as("map " + epoch + " is there").isTrue();
        return all.apply(epoch);
    }

    @Override
    public int after(int epoch) {
        Map.Entry<Integer, Integer> gap = gaps.floorEntry(epoch);
        return gap == null ? epoch + 1 : Math.max(gap.getValue(), epoch + 1);
    }
}
