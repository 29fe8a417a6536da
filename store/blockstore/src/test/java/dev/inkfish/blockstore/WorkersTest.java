package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class WorkersTest {
    @Test
    void whatNobodyWaitsForIsNicer() throws Exception {
        assertThat(niceness(true) - niceness(false)).isEqualTo(Niceness.BEHIND);
    }

    private static int niceness(boolean behind) throws Exception {
        BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
        Workers workers = new Workers(failure -> {});
        Workers.Step step = () -> seen.add(niceness());
        if (behind) {
            workers.startBehind("behind", seen::isEmpty, step);
        } else {
            workers.start("ahead", seen::isEmpty, step);
        }
        workers.join();
        return seen.take();
    }

    /// The calling thread's.
    private static int niceness() throws IOException {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
    }
}
