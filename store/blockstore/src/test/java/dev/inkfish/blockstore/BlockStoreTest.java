package dev.inkfish.blockstore;

import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.StoreConformance;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

class BlockStoreTest extends StoreConformance {
    static final Options SMALL = Options.DEFAULTS.withDeviceSize(1L << 30).withJournalSize(4 << 20);

    @TempDir
    Path directory;

    private int made;
    private Path current;

    @Override
    protected ObjectStore create() {
        return create(SMALL);
    }

    private ObjectStore create(Options options) {
        current = directory.resolve("osd-" + made++);
        BlockStore.mkfs(current, new UUID(1, 1), new UUID(2, 2), 3, options);
        return BlockStore.open(current, options);
    }

    @Override
    protected ObjectStore reopen(ObjectStore store) {
        store.close();
        return BlockStore.open(current, SMALL);
    }

    @Override
    protected ObjectStore createSmall() {
        return create(SMALL.withDeviceSize(4 << 20));
    }
}
