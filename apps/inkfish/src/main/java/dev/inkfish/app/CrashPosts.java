package dev.inkfish.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.conf.CrashDump;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Posts the reports that daemons of this host left when they ended by a bug, as `ceph-crash` does: to the manager, by the
/// first of `client.crash.HOST`, `client.crash` and `client.admin` that has a key here; then they go to `posted`.
final class CrashPosts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CrashPosts.class);
    private static final long FIRST_MILLIS = 3000;
    private static final long AGAIN_MILLIS = 60_000;
    /// The manager may not be there yet; where nobody may post here, it is tried less and less often.
    private static final long RETRY_MILLIS = 10_000;
    private static final String POSTED = "posted";
    static final String USER = "client.crash";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ConfFile file;
    private final Path directory;
    private final Thread thread;

    private CrashPosts(ConfFile file) {
        this.file = file;
        this.directory = CrashDump.directory(Conf.of("client", "crash", file));
        this.thread = Thread.ofVirtual().name("crash-posts").unstarted(this::run);
    }

    /// Where a host has the key that may post reports and nothing else.
    static Path keyring(Path data) {
        return data.resolve("crash").resolve("keyring");
    }

    static CrashPosts start(ConfFile file) {
        CrashPosts posts = new CrashPosts(file);
        posts.thread.start();
        return posts;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            Thread.sleep(FIRST_MILLIS);
            long retry = RETRY_MILLIS;
            List<Path> told = List.of();
            while (true) {
                List<Path> waiting = waiting();
                boolean done = waiting.isEmpty() || postAll(waiting);
                if (!done && !waiting.equals(told)) {
                    LOG.warn("{} crash reports in {} are not posted yet", waiting.size(), directory);
                    told = waiting;
                }
                Thread.sleep(done ? AGAIN_MILLIS : retry);
                retry = done ? RETRY_MILLIS : Math.min(2 * retry, AGAIN_MILLIS);
            }
        } catch (InterruptedException e) {
            // the process ends
        }
    }

    private List<Path> waiting() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(each -> Files.exists(each.resolve("done"))).sorted().toList();
        } catch (IOException e) {
            LOG.warn("crash reports cannot be listed: {}", e.toString());
            return List.of();
        }
    }

    private boolean postAll(List<Path> reports) throws InterruptedException {
        String host = new Conf("client", "crash").hostname();
        for (String id : List.of("crash." + host, "crash", "admin")) {
            Conf conf = Conf.of("client", id, file);
            EntityAuthName name = EntityAuthName.parse("client." + id);
            try (AdminClient client = AdminClient.connect(conf, name, Credentials.of(conf, name, List.of()))) {
                for (Path report : reports) {
                    post(client, report);
                }
                return true;
            } catch (IOException | UserError | CephException e) {
                LOG.debug("crash reports are not posted by {}: {}", name, e.getMessage());
            }
        }
        return false;
    }

    private void post(AdminClient client, Path report) throws IOException, InterruptedException {
        String command = JSON.createObjectNode().put("prefix", "crash post").toString();
        client.command(command, Bytes.wrap(Files.readAllBytes(report.resolve("meta"))));
        Files.createDirectories(directory.resolve(POSTED));
        Files.move(report, directory.resolve(POSTED).resolve(report.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        LOG.info("posted the crash report {}", report.getFileName());
    }
}
