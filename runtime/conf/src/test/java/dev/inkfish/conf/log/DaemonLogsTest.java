package dev.inkfish.conf.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.inkfish.conf.Conf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Levels that change while daemons run, files of several daemons of one process, and their turning over.
class DaemonLogsTest {
    private static final Logger OSD = Logger.getLogger("dev.inkfish.osd.daemon.OsdDaemon");
    private static final Logger NET = Logger.getLogger("dev.inkfish.net.MessageLog");

    @TempDir
    Path dir;

    @BeforeEach
    void install() {
        DaemonLogs.install();
    }

    @AfterEach
    void reset() throws IOException {
        LogManager.getLogManager().readConfiguration();
    }

    private Conf daemon(String type, String id) {
        Conf conf = new Conf(type, id);
        conf.set(Conf.Layer.FILE, "log_file", dir + "/$name.log");
        conf.set(Conf.Layer.FILE, "err_to_stderr", "false");
        DaemonLogs.add(conf);
        return conf;
    }

    private String log(String name) throws IOException {
        return Files.readString(dir.resolve(name + ".log"));
    }

    @Test
    void linesOfLatelyAreWrittenOnceMoreWhenAskedFor() throws IOException {
        daemon("osd", "1");
        daemon("osd", "2");
        OSD.info("osd.1: one");
        OSD.info("osd.1: another");
        OSD.info("osd.2: elsewhere");
        DaemonLogs.dump("osd.1");
        String dump = log("osd.1").substring(log("osd.1").indexOf("--- begin dump of recent events ---\n"));
        assertTrue(dump.lines().toList().get(1).matches(" +-1> .*osd.1: one"), dump);
        assertTrue(dump.lines().toList().get(2).matches(" +0> .*osd.1: another"), dump);
        assertTrue(dump.contains("--- logging levels ---\n") && dump.endsWith("--- end dump of recent events ---\n"), dump);
        assertFalse(dump.contains("elsewhere") || log("osd.2").contains("dump"));
    }

    @Test
    void aLevelChangesWhileTheDaemonRuns() throws IOException {
        Conf conf = daemon("osd", "1");
        OSD.fine("osd.1: not yet");
        conf.set(Conf.Layer.OVERRIDE, "debug_osd", "20");
        OSD.fine("osd.1: now");
        OSD.finest("osd.1: and this");
        conf.set(Conf.Layer.OVERRIDE, "debug_osd", "0");
        OSD.info("osd.1: too quiet for it");
        OSD.warning("osd.1: a warning");
        String text = log("osd.1");
        assertFalse(text.contains("not yet"));
        assertTrue(text.contains(" 10 osd.1: now\n"), text);
        assertTrue(text.contains(" 20 osd.1: and this\n"), text);
        assertFalse(text.contains("too quiet"));
        assertTrue(text.contains("  0 osd.1: a warning\n"), text);
        assertFalse(OSD.isLoggable(Level.FINE));
    }

    @Test
    void messagesAreSeenAtOne() throws IOException {
        Conf conf = daemon("osd", "1");
        assertFalse(NET.isLoggable(Level.FINE));
        conf.set(Conf.Layer.MON, "debug_ms", "1/5");
        NET.fine("osd.1: --> client.3");
        assertTrue(log("osd.1").contains("  1 osd.1: --> client.3\n"));
    }

    @Test
    void aLineIsItsDaemons() throws IOException {
        Conf loud = daemon("osd", "1");
        daemon("osd", "12");
        loud.set(Conf.Layer.OVERRIDE, "debug_osd", "10");
        OSD.fine("osd.1: one");
        OSD.fine("osd.12: twelve, whose level is lower");
        OSD.info("osd.12: twelve");
        assertTrue(log("osd.1").contains("one"));
        assertFalse(log("osd.1").contains("twelve"));
        assertFalse(log("osd.12").contains("lower"));
        assertTrue(log("osd.12").contains("osd.12: twelve\n"));
    }

    @Test
    void aFileThatWasMovedAwayIsOpenedAnew() throws IOException {
        daemon("osd", "1");
        OSD.info("osd.1: before");
        Files.move(dir.resolve("osd.1.log"), dir.resolve("osd.1.log.1"));
        OSD.info("osd.1: still the old one");
        DaemonLogs.reopen();
        OSD.info("osd.1: after");
        assertTrue(Files.readString(dir.resolve("osd.1.log.1")).contains("still"));
        assertEquals(1, log("osd.1").lines().count());
    }
}
