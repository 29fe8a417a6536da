package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.CephException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Three stores with a shared journal that one of them, having failed, does not empty any more: the others leave for their
/// own journals, and the power is cut at some point of that.
class SharedLeaveTest {
    private static final Options OPTIONS = Options.DEFAULTS.withDeferredThreshold(16 << 10);
    private static final int STORES = 3;
    private static final int SEEDS = 100;

    /// Where the power was cut.
    private enum Moment {
        /// With transactions in the shared journal that are not in the key-value store.
        LEAVING_UNAPPLIED,
        /// With transactions that came back from the shared journal, in none yet.
        LEAVING_UNWRITTEN,
        LEAVING,
        /// With transactions committed since.
        GONE
    }

    @Test
    void nothingIsLostOnTheWayFromOneJournalToTheOther() throws IOException {
        Map<Moment, Integer> moments = new EnumMap<>(Moment.class);
        long first = Long.getLong("crash.seed", 1);
        int seeds = Integer.getInteger("crash.seeds", SEEDS);
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                new Run(seed).run(moments);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        if (seeds >= SEEDS) {
            for (Moment each : Moment.values()) {
                assertThat(moments.getOrDefault(each, 0)).as("power cuts %s", each).isPositive();
            }
        }
    }

    private static final class Run {
        private final Random random;
        private final List<ModelledStore> osds = new ArrayList<>();
        private final SimMachine disk = new SimMachine(1 << 20, 1 << 20);
        private final SimFile file;
        private final SharedJournal journal;
        private final List<SharedFrame> underWay = new ArrayList<>();
        private boolean submitting;
        /// Stores make checkpoints when the journal makes them.
        private boolean lazy;

        Run(long seed) throws IOException {
            random = new Random(seed);
            lazy = random.nextBoolean();
            file = new SimFile(disk, 512 << 10);
            journal = new SharedJournal(null, file, new UUID(7, seed));
            for (int i = 0; i < STORES; i++) {
                ModelledStore osd = new ModelledStore(i, seed * STORES + i, random);
                osd.machine.sharedJournals = id -> file;
                osd.store = new BlockStore(osd.machine.media(), OPTIONS, journal);
                osds.add(osd);
            }
        }

        void run(Map<Moment, Integer> moments) throws IOException {
            osds.forEach(each -> each.machine.meanwhile = this::submitMeanwhile);
            for (int steps = random.nextInt(60); steps > 0; steps--) {
                step();
            }
            ModelledStore failing = osds.get(random.nextInt(STORES));
            failing.failed = true;
            failing.store.pipeline().fail(new IOException("test"));
            for (int steps = 0; steps < 2_000 && !isLeaving(); steps++) {
                step();
            }
            leave();
            for (ModelledStore osd : osds) {
                osd.machine.neverFail();
                osd.machine.meanwhile = () -> {};
                if (osd.store.pipeline().stage() != Pipeline.Stage.STAYS) {
                    moments.merge(moment(osd), 1, Integer::sum);
                }
                osd.machine.crash(random);
            }
            file.crash(random);
            Set<UUID> named = new HashSet<>(SharedLabel.read(file).members());
            for (ModelledStore osd : osds) {
                osd.machine.sharedJournals = id -> {
                    assertThat(named).as("whoever needs it is on its label").contains(osd.machine.superblock.osdFsid());
                    return file;
                };
                osd.store = new BlockStore(osd.machine.media(), OPTIONS);
                osd.compare(random);
            }
        }

        /// The first steps of leaving. A disk may fail in the middle of one.
        private void leave() {
            if (random.nextBoolean()) {
                osds.get(random.nextInt(STORES)).machine.failAfter(random.nextInt(20));
            }
            lazy = false;
            try {
                for (int steps = random.nextInt(25); steps > 0; steps--) {
                    step();
                }
            } catch (IOException | UncheckedIOException | CephException e) {
                assertThat(osds).anyMatch(each -> each.machine.hasFailed());
            }
        }

        private boolean isLeaving() {
            return osds.stream().anyMatch(each -> each.store.pipeline().stage() != Pipeline.Stage.STAYS);
        }

        private Moment moment(ModelledStore osd) {
            Pipeline pipeline = osd.store.pipeline();
            if (pipeline.stage() == Pipeline.Stage.GONE) {
                return Moment.GONE;
            }
            if (pipeline.unapplied() > 0) {
                return Moment.LEAVING_UNAPPLIED;
            }
            return osd.committed < osd.submitted.size() ? Moment.LEAVING_UNWRITTEN : Moment.LEAVING;
        }

        /// While one store writes, another may get a transaction.
        private void submitMeanwhile() {
            ModelledStore osd = osds.get(random.nextInt(STORES));
            if (!submitting && !osd.failed && random.nextInt(4) == 0) {
                submit(osd);
            }
        }

        private void submit(ModelledStore osd) {
            submitting = true;
            try {
                osd.submit();
            } finally {
                submitting = false;
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

        private void step() throws IOException {
            if (random.nextInt(6) == 0) {
                stepOfJournal();
                return;
            }
            ModelledStore osd = osds.get(random.nextInt(STORES));
            if (osd.failed) {
                return;
            }
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3, 4 -> submit(osd);
                case 5 -> osd.store.pipeline().commitStep();
                case 6 -> osd.store.pipeline().applyStep();
                case 7 -> osd.store.state().device.flush();
                default -> {
                    if (!lazy) {
                        osd.store.pipeline().checkpoint();
                    }
                }
            }
        }
    }
}
