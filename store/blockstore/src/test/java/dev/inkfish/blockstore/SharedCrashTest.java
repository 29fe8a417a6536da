package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// As [CrashTest], three stores with a shared journal. Sometimes one store fails alone: the others go on. After the power
/// cut some are opened alone, some together again, some later.
class SharedCrashTest {
    private static final Options OPTIONS = Options.DEFAULTS.withDeferredThreshold(16 << 10);
    private static final int STORES = 3;

    static LongStream seeds() {
        long first = Long.getLong("crash.seed", 1);
        return LongStream.range(first, first + Integer.getInteger("crash.seeds", 12));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatCommittedIsThere(long firstSeed) throws IOException {
        for (long seed = firstSeed * 10; seed < firstSeed * 10 + 10; seed++) {
            try {
                new Run(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static final class Run {
        private final Random random;
        private final List<ModelledStore> osds = new ArrayList<>();
        /// The disk that the shared journals are on.
        private final SimMachine disk = new SimMachine(1 << 20, 1 << 20);
        private final Map<UUID, SimFile> files = new TreeMap<>();
        private final Map<UUID, Set<UUID>> left = new TreeMap<>();
        private @Nullable SharedJournal journal;
        private @Nullable SimFile current;
        private final List<SharedFrame> underWay = new ArrayList<>();

        Run(long seed) throws IOException {
            random = new Random(seed);
            for (int i = 0; i < STORES; i++) {
                ModelledStore osd = new ModelledStore(i, seed * STORES + i, random);
                osd.machine.sharedJournals = id -> {
                    SimFile file = files.get(id);
                    if (file == null) {
                        throw new CephException(Errno.ENOENT, "no shared journal " + id);
                    }
                    return file;
                };
                osds.add(osd);
            }
        }

        void run() throws IOException {
            for (int round = 0; round < 4; round++) {
                recover();
                if (random.nextInt(3) > 0) {
                    disk.failAfter(random.nextInt(200));
                }
                if (random.nextBoolean()) {
                    osds.get(random.nextInt(STORES)).machine.failAfter(random.nextInt(60));
                }
                boolean failed = false;
                for (int steps = 100 + random.nextInt(300); steps > 0 && !failed; steps--) {
                    failed = step();
                }
                if (!failed && random.nextInt(3) == 0) {
                    disk.neverFail();
                    stop();
                }
            }
            recover();
        }

        /// @return whether the disk of the journal failed
        private boolean step() {
            ModelledStore osd = osds.get(random.nextInt(STORES));
            try {
                int turn = random.nextInt(100);
                if (turn < 20) {
                    stepOfJournal();
                } else if (turn == 20) {
                    journal.grow(current.size());
                } else if (!osd.failed) {
                    step(osd);
                }
                return false;
            } catch (IOException | UncheckedIOException | CephException e) {
                return failed(e);
            }
        }

        /// Frames reach the disk several at a time, in any order.
        private void stepOfJournal() throws IOException {
            if (random.nextBoolean()) {
                journal.commitStep();
                return;
            }
            SharedFrame begun = journal.begin();
            if (begun != null) {
                underWay.add(begun);
            }
            underWay.removeIf(each -> each.written);
            if (!underWay.isEmpty() && random.nextInt(3) > 0) {
                journal.write(underWay.remove(random.nextInt(underWay.size())));
            }
        }

        private void step(ModelledStore osd) throws IOException {
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3, 4 -> osd.submit();
                case 5 -> osd.store.pipeline().commitStep();
                case 6 -> osd.store.pipeline().applyStep();
                case 7 -> {
                    if (random.nextBoolean()) {
                        osd.store.state().device.flush();
                    } else {
                        osd.store.pipeline().checkpoint();
                    }
                }
                default -> throw new AssertionError();
            }
        }

        private boolean failed(Exception e) {
            boolean found = disk.hasFailed();
            for (ModelledStore each : osds) {
                if (each.machine.hasFailed() && !each.failed) {
                    found = true;
                    each.failed = true;
                    each.store.pipeline().fail(e);
                }
            }
            if (!found) {
                throw new AssertionError(e);
            }
            return disk.hasFailed();
        }

        /// All that has not failed stops in good order: such stores can be opened alone.
        private void stop() {
            for (ModelledStore osd : osds) {
                if (osd.machine.hasFailed() || osd.failed) {
                    continue;
                }
                osd.store.close();
                if (osd.store.pipeline().hasFailed()) {
                    // another was to be brought to its place for this one's sake, and failed
                    assertThat(osds).anyMatch(each -> each.machine.hasFailed());
                    continue;
                }
                assertThat(osd.committed).isEqualTo(osd.submitted.size());
            }
        }

        private void recover() throws IOException {
            cut();
            boolean together = random.nextInt(4) > 0;
            List<ModelledStore> waiting = new ArrayList<>(osds);
            boolean opened = false;
            while (!waiting.isEmpty()) {
                boolean dies = random.nextInt(5) == 0;
                if (dies) {
                    disk.failAfter(random.nextInt(10));
                    waiting.getFirst().machine.failAfter(random.nextInt(10));
                }
                try {
                    if (!opened) {
                        begin();
                        opened = true;
                    }
                    open(waiting.getFirst(), together ? journal : null);
                    waiting.removeFirst();
                } catch (IOException | UncheckedIOException e) {
                    assertThat(dies).isTrue();
                }
                if (dies) {
                    cut();
                    waiting = new ArrayList<>(osds);
                    opened = false;
                }
            }
            osds.forEach(each -> each.compare(random));
            if (!together) {
                cut();
                begin();
                for (ModelledStore each : osds) {
                    open(each, journal);
                    each.compare(random);
                }
            }
        }

        private void cut() {
            disk.neverFail();
            for (ModelledStore osd : osds) {
                osd.machine.neverFail();
                osd.machine.crash(random);
            }
            files.values().forEach(each -> each.crash(random));
        }

        /// What [SharedFiles] does.
        private void begin() throws IOException {
            left.clear();
            underWay.clear();
            SimFile file = null;
            for (UUID each : List.copyOf(files.keySet())) {
                SharedLabel label = SharedLabel.read(files.get(each));
                if (!label.members().isEmpty()) {
                    left.put(each, new HashSet<>(label.members()));
                } else {
                    file = files.remove(each);
                }
            }
            if (file == null) {
                disk.neverFail();
                file = new SimFile(disk, random.nextBoolean() ? 512 << 10 : 2 << 20);
                new SharedLabel(new UUID(0, 0), 0, List.of()).write(file);
            }
            UUID id = new UUID(random.nextLong(), random.nextLong());
            files.put(id, file);
            // sometimes a part only is filled at first
            journal = new SharedJournal(null, file, id, Math.min(file.size(), (random.nextBoolean() ? 1 : 2) << 20));
            current = file;
        }

        private void open(ModelledStore osd, @Nullable SharedJournal shared) throws IOException {
            osd.store = new BlockStore(osd.machine.media(), OPTIONS, shared);
            if (shared != null) {
                left.values().forEach(each -> each.remove(osd.machine.superblock.osdFsid()));
                left.entrySet().removeIf(each -> each.getValue().isEmpty() && files.remove(each.getKey()) != null);
            }
        }
    }
}
