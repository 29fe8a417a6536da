package dev.inkfish.app;

import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.conf.CrashDump;
import dev.inkfish.conf.log.DaemonLogs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/// Until when a command runs: a signal asks it to end, and the process waits until it has.
final class Lifetime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);
    private static final int STOP_SECONDS = 30;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private static final int HALTED = 134;
    /// How the threads of daemons begin their names.
    private static final Pattern DAEMON = Pattern.compile("^(mon|mgr|osd)\\.[^-\\s]+");

    /// From now on a bug, which ends the thread it happens on, ends the process: what is committed is safe on disk,
    /// and what is in memory is not to be trusted any more.
    ///
    /// @param file says where the report of it goes
    /// @param entity whose bug it is where the thread's name does not tell
    Lifetime(ConfFile file, String entity) {
        Thread.setDefaultUncaughtExceptionHandler((thread, bug) -> {
            LOG.error("halting: a bug on thread {}", thread.getName(), bug);
            Matcher named = DAEMON.matcher(thread.getName());
            String who = named.find() ? named.group() : entity;
            String[] parts = who.split("\\.", 2);
            Conf conf = Conf.of(parts[0], parts.length > 1 ? parts[1] : "", file);
            LOG.error("crash report: {}", CrashDump.write(conf, who, thread.getName(), bug));
            Runtime.getRuntime().halt(HALTED);
        });
        openLibraries();
        Signal.handle(new Signal("HUP"), signal -> DaemonLogs.reopen());
        Runtime.getRuntime().addShutdownHook(new Thread(this::askAndWait, "shutdown"));
    }

    /// Opens every jar, by asking all of them for what none has: classes that are loaded later come from these files, also after
    /// a package's upgrade has put others in their place.
    private static void openLibraries() {
        try {
            ClassLoader.getSystemClassLoader().getResources("no/such/entry").hasMoreElements();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void askAndWait() {
        asked.countDown();
        try {
            ended.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void awaitSignal() throws InterruptedException {
        asked.await();
    }

    /// What was to be stopped has stopped.
    @Override
    public void close() {
        ended.countDown();
    }
}
