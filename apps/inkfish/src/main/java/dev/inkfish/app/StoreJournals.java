package dev.inkfish.app;

import dev.inkfish.blockstore.SharedJournal;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The journals that this process's OSDs share: one for those whose directories lie side by side.
final class StoreJournals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreJournals.class);

    /// Beyond that, checkpoints are seldom enough.
    private static final long LARGEST = 1L << 30;

    /// How many OSDs have their directory in one.
    private final TreeMap<Path, Integer> stores = new TreeMap<>();
    private final TreeMap<Path, SharedJournal> open = new TreeMap<>();

    /// @param osds the numbers of all that this process runs
    StoreJournals(ConfFile file, Collection<String> osds) {
        for (String id : osds) {
            Conf conf = Conf.of("osd", id, file);
            if (conf.flag("osd_shared_journal") && !conf.string("osd_objectstore").equals("memstore")) {
                stores.merge(place(conf), 1, Integer::sum);
            }
        }
    }

    /// For a process with one OSD.
    static StoreJournals none(ConfFile file) {
        return new StoreJournals(file, List.of());
    }

    private static Path place(Conf conf) {
        Path parent = Path.of(conf.string("osd_data")).toAbsolutePath().normalize().getParent();
        return parent == null ? Path.of("/") : parent;
    }

    /// @param size of a journal of the OSD's own; the shared one is as large as those of all would be
    /// @return null if the OSD has nobody to share with
    synchronized @Nullable SharedJournal of(Conf conf, long size) {
        Path place = place(conf);
        int sharing = stores.getOrDefault(place, 0);
        if (sharing < 2) {
            return null;
        }
        SharedJournal journal = open.get(place);
        if (journal == null) {
            try {
                journal = SharedJournal.in(place, Math.min(size * sharing, Math.max(size, LARGEST)));
                open.put(place, journal);
            } catch (IOException e) {
                LOG.warn("each OSD in {} uses a journal of its own: {}", place, e.toString());
                stores.remove(place);
            }
        }
        return journal;
    }

    /// When the OSDs are closed.
    @Override
    public synchronized void close() {
        open.values().forEach(SharedJournal::close);
        open.clear();
    }
}
