package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The thrasher, shortened: three hosts in network namespaces, half a minute of faults under a checked load. Needs root.
class ThrashTest {
    private static final Path THRASHER = Path.of("..", "thrash", "thrash.py");

    private static String output(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return "exit " + process.waitFor() + "\n" + out;
    }

    @Test
    void nothingAcknowledgedIsLostWhileHostsDieAndAreCutOff() throws IOException, InterruptedException {
        assumeTrue(Files.exists(THRASHER), "the thrasher is not at hand");
        String probe = "ip netns add inkfish-probe && ip netns del inkfish-probe && losetup -f";
        String able = output(new ProcessBuilder("bash", "-c", probe).redirectErrorStream(true).start());
        if (!able.startsWith("exit 0")) {
            abort("needs root, network namespaces and loop devices: " + able);
        }
        Path dir = Files.createTempDirectory("inkfish-thrash");
        String number = Long.toString(ProcessHandle.current().pid() % 200);
        ProcessBuilder thrasher = new ProcessBuilder("/usr/bin/python3", THRASHER.toString(), "--seed", "4", "--seconds", "25",
                "--pace", "0.4", "--dir", dir.toString(), "--prefix", "t" + number, "--subnet", "10.99." + number).redirectErrorStream(true);
        thrasher.environment().put("JAVA_HOME", System.getProperty("java.home"));
        thrasher.environment().put("INKFISH_CLASSPATH", System.getProperty("java.class.path"));
        String said = output(thrasher.start());
        System.out.println(said);
        assertThat(said).startsWith("exit 0").contains("nothing lost, nothing wrong");
        assertThat(List.of(said.split("\n"))).anyMatch(line -> line.contains("active+clean after"));
    }
}
