package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.crush.CrushEditor;
import dev.inkfish.objectstore.MemStore;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.message.MOSDMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MapStoreTest {
    private static final UUID FSID = new UUID(1, 2);

    private static MOSDMap increments(int newest) {
        NavigableMap<Integer, Bytes> increments = new TreeMap<>();
        for (int epoch = 1; epoch <= newest; epoch++) {
            OsdMapIncremental inc = new OsdMapIncremental(FSID, epoch);
            if (epoch == 1) {
                inc.crush = CrushEditor.initial(0).encode(Features.PACIFIC);
            }
            if (epoch == 11) {
                PgPool.Draft pool = new PgPool.Draft();
                pool.type = PgPool.TYPE_REPLICATED;
                pool.size = 3;
                pool.pgNum = 8;
                pool.pgpNum = 8;
                inc.newPoolMax = 1;
                inc.newPools.put(1L, pool.pool());
                inc.newPoolNames.put(1L, "p");
            }
            increments.put(epoch, inc.encode(Features.PACIFIC));
        }
        return new MOSDMap(FSID, increments, new TreeMap<>(), 1, newest);
    }

    @Test
    void oldMapsAreTrimmed() {
        ObjectStore store = new MemStore();
        MapStore.create(store, FSID, 0, UUID.randomUUID(), () -> {});
        MapStore maps = MapStore.load(store);
        assertThat(maps.take(increments(900), true, () -> {})).hasSize(900);
        assertThat(maps.view(11).pools()).contains(1L);
        maps.trim(850);
        assertThat(maps.superblock().oldestMap()).isEqualTo(400);
        assertThat(maps.view(400).pools()).contains(1L);
        assertThat(MapStore.load(store).superblock().oldestMap()).isEqualTo(400);
    }

    /// An OSD was away for so long that the monitors' oldest map is newer than the one it needs next.
    @Test
    void mapsThatAreTrimmedArePassedOver() {
        ObjectStore store = new MemStore();
        MapStore.create(store, FSID, 0, UUID.randomUUID(), () -> {});
        MapStore maps = MapStore.load(store);
        MapStore others = MapStore.load(copy());
        others.take(increments(600), true, () -> {});
        maps.take(increments(20), true, () -> {});
        NavigableMap<Integer, Bytes> whole = new TreeMap<>();
        whole.put(500, others.view(500).osdMap().encode(Features.PACIFIC));
        MOSDMap first = new MOSDMap(FSID, new TreeMap<>(), whole, 500, 600);
        assertThat(maps.take(first, false, () -> {})).as("from another OSD").isEmpty();
        assertThat(maps.take(first, true, () -> {})).extracting(OsdMapView::epoch).containsExactly(500);
        MOSDMap rest = new MOSDMap(FSID, new TreeMap<>(increments(600).incrementals().tailMap(501)), new TreeMap<>(), 500, 600);
        assertThat(maps.take(rest, true, () -> {})).hasSize(100);
        for (MapStore each : List.of(maps, MapStore.load(store))) {
            assertThat(each.superblock().oldestMap()).isEqualTo(500);
            assertThat(List.of(each.after(19), each.after(20), each.after(500), each.after(600))).containsExactly(20, 500, 501, 601);
            assertThat(each.at(20).epoch()).isEqualTo(20);
        }
        maps.trim(300); // some group is at a map from before, others are further
        assertThat(MapStore.load(store).after(3)).isEqualTo(500);
        assertThat(maps.after(3)).isEqualTo(500);
    }

    private static ObjectStore copy() {
        ObjectStore store = new MemStore();
        MapStore.create(store, FSID, 1, UUID.randomUUID(), () -> {});
        return store;
    }
}
