package dev.inkfish.mgr.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.inkfish.crush.RuleShape;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.StaleUpmaps;
import dev.inkfish.osdmap.UpmapItem;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Upmaps against those of `osdmaptool` on the same maps, which it makes.
class UpmapOptimizerTest {
    private static final Path TOOL = Path.of("/usr/bin/osdmaptool");
    private static final long POOL = 1;
    private static final int ENOUGH = 10_000;

    @TempDir
    Path directory;

    @BeforeEach
    void hasTools() {
        assumeTrue(Files.isExecutable(TOOL) && Files.isExecutable(Path.of("/usr/bin/crushtool")), "no osdmaptool");
    }

    @ParameterizedTest
    @CsvSource({"12, 3, 6, 0", "40, 4, 4, 1", "30, 3, 4, 2", "16, 4, 6, 3"})
    void isAsEvenAsOsdmaptools(int osds, int perHost, int pgBits, int seed) throws Exception {
        OsdMap map = map(osds, perHost, pgBits, seed);
        double before = new UpmapOptimizer(map, POOL, 1).largestDeviation();
        NavigableMap<PgId, List<UpmapItem>> theirs = osdmaptools();
        double their = new UpmapOptimizer(UpmapOptimizer.with(map, theirs), POOL, 1).largestDeviation();
        NavigableMap<PgId, List<UpmapItem>> ours = new UpmapOptimizer(map, POOL, 1).optimize(ENOUGH);
        OsdMap balanced = UpmapOptimizer.with(map, ours);
        double our = new UpmapOptimizer(balanced, POOL, 1).largestDeviation();
        assertThat(our).isLessThanOrEqualTo(Math.max(their, 1));
        assertThat(ours.size()).isLessThanOrEqualTo(theirs.size());
        assertThat(our).isLessThan(before);
        assertThat(StaleUpmaps.of(balanced).isEmpty()).isTrue();
        ours.forEach((pg, items) -> assertThat(map.place(pg).up()).isNotEqualTo(balanced.place(pg).up()));
        hostsStayApart(balanced);
        // it finds nothing to take away of ours
        Path file = directory.resolve("balanced");
        Files.write(file, balanced.encode(Features.PACIFIC).toArray());
        assertThat(run(TOOL.toString(), file.toString(), "--upmap-cleanup", "-")).doesNotContain("rm-pg-upmap");
    }

    private static void hostsStayApart(OsdMap map) {
        RuleShape shape = RuleShape.of(map.crush(), 0);
        PgPool pool = map.pool(POOL);
        assertThat(shape).isNotNull();
        for (int seed = 0; pool != null && shape != null && seed < pool.pgNum(); seed++) {
            assertThat(shape.allows(map.place(new PgId(POOL, seed)).up(), pool.size())).isTrue();
        }
    }

    @Test
    void changesNoMoreThanItMay() throws Exception {
        OsdMap map = map(12, 3, 6, 7);
        assertThat(new UpmapOptimizer(map, POOL, 1).optimize(3)).hasSize(3);
        assertThat(new UpmapOptimizer(map, POOL, ENOUGH).optimize(3)).isEmpty();
        assertThat(new UpmapOptimizer(map, 99, 1).optimize(3)).isEmpty();
    }

    /// When the weights that made exceptions necessary are even again, they go rather than that more are made.
    @Test
    void takesExceptionsAwayFirst() throws Exception {
        OsdMap even = map(12, 3, 6, 0);
        OsdMapIncremental lighter = new OsdMapIncremental(even.fsid(), even.epoch() + 1);
        for (int osd = 0; osd < 3; osd++) {
            lighter.newWeight.put(osd, 0x8000);
        }
        OsdMap uneven = even.apply(lighter);
        OsdMap balanced = UpmapOptimizer.with(uneven, new UpmapOptimizer(uneven, POOL, 1).optimize(ENOUGH));
        OsdMapIncremental back = new OsdMapIncremental(even.fsid(), balanced.epoch() + 1);
        for (int osd = 0; osd < 3; osd++) {
            back.newWeight.put(osd, 0x10000);
        }
        OsdMap again = balanced.apply(back);
        OsdMap done = UpmapOptimizer.with(again, new UpmapOptimizer(again, POOL, 1).optimize(ENOUGH));
        OsdMap fresh = UpmapOptimizer.with(even, new UpmapOptimizer(even, POOL, 1).optimize(ENOUGH));
        assertThat(new UpmapOptimizer(done, POOL, 1).largestDeviation()).isLessThanOrEqualTo(1);
        assertThat(done.pgUpmapItems().size()).isLessThanOrEqualTo(balanced.pgUpmapItems().size() + fresh.pgUpmapItems().size());
    }

    @Test
    void staleExceptionsAreFound() throws Exception {
        OsdMap map = map(12, 3, 4, 0);
        PgId pg = new PgId(POOL, 0);
        List<Integer> osds = map.rawPlacement(pg);
        int elsewhere = neighbour(osds.getFirst(), osds);
        List<UpmapItem> sound = List.of(new UpmapItem(osds.getFirst(), elsewhere));
        assertThat(stale(map, pg, sound)).isEmpty();
        // what it replaces is not there
        List<UpmapItem> idle = List.of(new UpmapItem(elsewhere, osds.getFirst()));
        assertThat(stale(map, pg, idle)).containsEntry(pg, List.of());
        List<UpmapItem> both = List.of(sound.getFirst(), new UpmapItem(osds.getFirst(), osds.get(1)));
        assertThat(stale(map, pg, both)).containsEntry(pg, sound);
        // two copies on one host
        List<UpmapItem> together = List.of(new UpmapItem(osds.getFirst(), neighbour(osds.get(1), osds)));
        assertThat(stale(map, pg, together)).containsEntry(pg, List.of());
        assertThat(stale(map, new PgId(POOL, 5000), sound)).containsKey(new PgId(POOL, 5000));
        assertThat(stale(map, new PgId(77, 0), sound)).containsKey(new PgId(77, 0));
        OsdMapIncremental out = new OsdMapIncremental(map.fsid(), map.epoch() + 1);
        out.newWeight.put(elsewhere, 0);
        assertThat(stale(map.apply(out), pg, sound)).containsEntry(pg, List.of());
    }

    /// A group that is about to be merged, and the one it merges into, must stay where CRUSH puts them.
    @Test
    void exceptionsEndBeforeMerges() throws Exception {
        OsdMap map = map(12, 3, 4, 0);
        PgPool pool = map.pool(POOL);
        assertThat(pool).isNotNull();
        int last = pool == null ? 0 : pool.pgNum() - 1;
        OsdMapIncremental merge = new OsdMapIncremental(map.fsid(), map.epoch() + 1);
        PgPool.Draft draft = map.pool(POOL).edit();
        draft.pgNumPending = last;
        merge.newPools.put(POOL, draft.pool());
        OsdMap merging = map.apply(merge);
        PgId source = new PgId(POOL, last);
        List<Integer> osds = map.rawPlacement(source);
        List<UpmapItem> items = List.of(new UpmapItem(osds.getFirst(), neighbour(osds.getFirst(), osds)));
        assertThat(stale(map, source, items)).isEmpty();
        assertThat(stale(merging, source, items)).containsEntry(source, List.of());
    }

    private static int neighbour(int osd, List<Integer> except) {
        int host = osd / 3 * 3;
        for (int each = host; each < host + 3; each++) {
            if (!except.contains(each)) {
                return each;
            }
        }
        throw new AssertionError("the host is full");
    }

    private static NavigableMap<PgId, List<UpmapItem>> stale(OsdMap map, PgId pg, List<UpmapItem> items) {
        return StaleUpmaps.of(UpmapOptimizer.with(map, new TreeMap<>(java.util.Map.of(pg, items)))).items();
    }

    // ---- the tools

    private OsdMap map(int osds, int perHost, int pgBits, int seed) throws Exception {
        String crush = directory.resolve("crush").toString();
        String file = directory.resolve("map").toString();
        run("crushtool", "-o", crush, "--build", "--num_osds", Integer.toString(osds), "host", "straw2",
                Integer.toString(perHost), "root", "straw2", "0");
        Random random = new Random(seed);
        for (int i = 0; seed > 0 && i < 3; i++) {
            run("crushtool", "-i", crush, "-o", crush, "--reweight-item", "osd." + random.nextInt(osds),
                    Double.toString(0.5 + random.nextInt(4) * 0.5));
        }
        run(TOOL.toString(), "--createsimple", Integer.toString(osds), file, "--with-default-pool", "--pg-bits",
                Integer.toString(pgBits), "--clobber");
        run(TOOL.toString(), file, "--import-crush", crush);
        OsdMap made = OsdMap.decode(Bytes.wrap(Files.readAllBytes(Path.of(file))));
        OsdMapIncremental all = new OsdMapIncremental(made.fsid(), made.epoch() + 1);
        for (int osd = 0; osd < osds; osd++) {
            all.newState.put(osd, OsdMap.UP);
            all.newWeight.put(osd, OsdMap.IN);
        }
        OsdMap map = made.apply(all);
        Files.write(Path.of(file), map.encode(Features.PACIFIC).toArray());
        return map;
    }

    private NavigableMap<PgId, List<UpmapItem>> osdmaptools() throws Exception {
        Path out = directory.resolve("upmaps");
        run(TOOL.toString(), directory.resolve("map").toString(), "--upmap", out.toString(), "--upmap-max", "10000",
                "--upmap-deviation", "1");
        NavigableMap<PgId, List<UpmapItem>> found = new TreeMap<>();
        for (String line : Files.readAllLines(out)) {
            String[] words = line.split(" ");
            if (words[2].equals("pg-upmap-items")) {
                List<UpmapItem> items = new ArrayList<>();
                for (int i = 4; i + 1 < words.length; i += 2) {
                    items.add(new UpmapItem(Integer.parseInt(words[i]), Integer.parseInt(words[i + 1])));
                }
                found.put(PgId.parse(words[3]), items);
            }
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
