package dev.inkfish.crush;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Placement and encoding against `crushtool`, over random maps.
class CrushtoolTest {
    private static final int MAPS = 40;
    private static final int INPUTS = 60;
    private static final Path TOOL = Path.of("/usr/bin/crushtool");

    @TempDir
    Path directory;

    @Test
    void everyMappingIsCrushtools() throws Exception {
        assumeTrue(Files.isExecutable(TOOL), "crushtool is not installed");
        int compared = 0;
        for (int seed = 0; seed < MAPS; seed++) {
            CrushMap map = RandomMaps.of(seed);
            Path file = directory.resolve("map" + seed);
            Files.write(file, map.encode(Features.PACIFIC).toArray());
            int replicas = 1 + seed % 6;
            int[] weights = new int[map.maxDevices()];
            List<String> mappings = mappings(file, replicas, weights, new Random(seed));
            for (String line : mappings) {
                // CRUSH rule 0 x 17 [3,1,2]
                String[] words = line.split(" ");
                int[] ours = map.map(Integer.parseInt(words[2]), Integer.parseInt(words[4]), replicas, weights, -1);
                assertThat(Arrays.toString(ours).replace(" ", "")).as("seed %d, %s", seed, line).isEqualTo(words[5]);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(MAPS * INPUTS);
    }

    private static List<String> mappings(Path file, int replicas, int[] weights, Random random) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                TOOL.toString(), "-i", file.toString(), "--test", "--show-mappings", "--min-x", "0", "--max-x",
                Integer.toString(INPUTS), "--num-rep", Integer.toString(replicas)));
        for (int device = 0; device < weights.length; device++) {
            double weight = random.nextInt(6) == 0 ? 0 : random.nextInt(4) == 0 ? 0.5 : 1;
            weights[device] = (int) (weight * 0x10000);
            command.addAll(List.of("--weight", Integer.toString(device), Double.toString(weight)));
        }
        return run(command).lines().filter(line -> line.startsWith("CRUSH rule")).toList();
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /// `crushtool` reads our encoding and writes the same bytes, whatever it prints in between.
    @Test
    void crushtoolWritesTheSameBytes() throws Exception {
        assumeTrue(Files.isExecutable(TOOL), "crushtool is not installed");
        for (int seed = 0; seed < 10; seed++) {
            Bytes encoded = RandomMaps.of(seed).encode(Features.PACIFIC);
            Path in = directory.resolve("in" + seed);
            Path out = directory.resolve("out" + seed);
            Files.write(in, encoded.toArray());
            run(List.of(TOOL.toString(), "-i", in.toString(), "--set-choose-total-tries",
                    Integer.toString(RandomMaps.of(seed).tunables().chooseTotalTries()), "-o", out.toString()));
            assertThat(Bytes.wrap(Files.readAllBytes(out))).isEqualTo(encoded);
            assertThat(CrushMap.decode(encoded).encode(Features.PACIFIC)).isEqualTo(encoded);
        }
    }
}
