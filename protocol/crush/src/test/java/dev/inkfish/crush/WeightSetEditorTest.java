package dev.inkfish.crush;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.Features;
import java.util.List;
import java.util.TreeMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Weight sets follow the tree: what is added, moved or reweighted, and the sums above it; the same as a real 16.2.15 had
/// after the same commands.
class WeightSetEditorTest {
    private static final long POOL = 3;

    private static TreeMap<String, String> at(String host) {
        return new TreeMap<>(Map.of("root", "default", "host", host));
    }

    private static CrushMap map() {
        CrushEditor editor = CrushEditor.of(CrushEditor.initial(1));
        for (int osd = 0; osd < 4; osd++) {
            editor.insertItem(osd, 1, "osd." + osd, at(osd < 2 ? "a" : "b"));
            editor.setDeviceClass(osd, osd == 0 ? "ssd" : "hdd");
        }
        return editor.build();
    }

    private static List<Integer> row(CrushMap map, String bucket, int position) {
        int id = map.itemNames().entrySet().stream()
                .filter(e -> e.getValue().equals(bucket)).findFirst().orElseThrow().getKey();
        ChooseArg arg = map.chooseArgs().get(POOL).get(-1 - id);
        return java.util.stream.IntStream.range(0, arg.weights(position)).map(i -> arg.weight(position, i)).boxed().toList();
    }

    @Test
    void weightsBeginAsTheBucketsAndSumUpwards() {
        CrushEditor editor = CrushEditor.of(map());
        assertThat(editor.weightSets().create(POOL, 2)).isTrue();
        assertThat(editor.weightSets().create(POOL, 1)).isFalse();
        editor.weightSets().setWeight(POOL, 1, List.of(0x8000, 0x4000));
        CrushMap map = editor.build();
        assertThat(row(map, "a", 0)).containsExactly(0x10000, 0x8000);
        assertThat(row(map, "a", 1)).containsExactly(0x10000, 0x4000);
        assertThat(row(map, "default", 0)).containsExactly(0x18000, 0x20000);
        assertThat(row(map, "default", 1)).containsExactly(0x14000, 0x20000);
        assertThat(row(map, "a~hdd", 1)).containsExactly(0x4000);
        assertThat(row(map, "default~hdd", 1)).containsExactly(0x4000, 0x20000);
        CrushBucket a = map.bucket(editor.itemId("a"));
        assertThat(map.weights(POOL, a, 1)).containsExactly(0x8000, 0x4000);
        assertThat(map.weights(POOL, a, 2)).as("not in it").isEmpty();
        assertThat(map.weights(POOL + 1, a, 1)).as("no such set").isEmpty();
    }

    @Test
    void theyFollowWhatIsDoneToTheTree() {
        CrushEditor editor = CrushEditor.of(map());
        editor.weightSets().create(POOL, 1);
        editor.weightSets().setWeight(POOL, 1, List.of(0x8000));
        editor.insertItem(4, 2, "osd.4", at("a"));
        editor.removeItem(2);
        CrushMap map = CrushMap.decode(editor.build().encode(Features.PACIFIC));
        assertThat(row(map, "a", 0)).containsExactly(0x10000, 0x8000, 0x20000);
        assertThat(row(map, "b", 0)).containsExactly(0x10000);
        assertThat(row(map, "default", 0)).containsExactly(0x38000, 0x10000);

        editor = CrushEditor.of(map);
        editor.setItemWeight(1, 0x30000);
        editor.rebuildShadows();
        editor.swapBuckets(editor.itemId("a"), editor.itemId("b"));
        map = editor.build();
        assertThat(row(map, "a", 0)).containsExactly(0x10000, 0x30000, 0x20000);
        editor.weightSets().remove(POOL);
        assertThat(editor.build().chooseArgs()).doesNotContainKey(POOL);
    }

    @Test
    void anItemMayHaveTwoPlacesWithWeightsOfTheirOwn() {
        CrushEditor editor = CrushEditor.of(map());
        assertThat(editor.isAt(0, at("b"))).isFalse();
        editor.insertItem(0, 2, "osd.0", at("b"));
        assertThat(editor.isAt(0, at("a"))).isTrue();
        assertThat(editor.isAt(0, at("b"))).isTrue();
        assertThat(editor.build().bucket(editor.itemId("default")).weight()).isEqualTo(0x60000);
        editor.unlinkUnder(0, editor.itemId("b"));
        assertThat(editor.isAt(0, at("a"))).isTrue();
        assertThat(editor.isAt(0, at("b"))).isFalse();
        assertThat(editor.build().bucket(editor.itemId("default")).weight()).isEqualTo(0x40000);
    }
}
