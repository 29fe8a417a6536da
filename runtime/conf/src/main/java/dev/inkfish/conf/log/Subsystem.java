package dev.inkfish.conf.log;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/// A part of the code whose lines one option `debug_…` lets through (`src/common/subsys.h`).
enum Subsystem {
    OSD("osd", "dev.inkfish.osd", "dev.inkfish.objclass"),
    MON("mon", "dev.inkfish.mon"),
    PAXOS("paxos", "dev.inkfish.mon.raft", "org.apache.ratis"),
    MGR("mgr", "dev.inkfish.mgr"),
    MONC("monc", "dev.inkfish.net.MonClient"),
    MS("ms", "dev.inkfish.net", "dev.inkfish.messenger", "io.netty"),
    AUTH("auth", "dev.inkfish.cephx"),
    ASOK("asok", "dev.inkfish.net.AdminSocket"),
    OBJECTER("objecter", "dev.inkfish.rados"),
    BLUESTORE("bluestore", "dev.inkfish.blockstore", "dev.inkfish.objectstore"),
    NONE("none", "");

    private static final int ERROR = -1;
    private static final int INFO = 1;
    private static final int DEBUG = 10;
    private static final int TRACE = 20;

    private final String option;
    private final List<String> packages;

    Subsystem(String name, String... packages) {
        option = "debug_" + name;
        this.packages = List.of(packages);
    }

    String option() {
        return option;
    }

    /// Packages and classes whose loggers belong here, but for those that another names more closely.
    List<String> packages() {
        return packages;
    }

    static Subsystem of(String logger) {
        Subsystem found = NONE;
        int closest = 0;
        for (Subsystem each : values()) {
            for (String prefix : each.packages) {
                if (prefix.length() > closest && logger.startsWith(prefix)) {
                    found = each;
                    closest = prefix.length();
                }
            }
        }
        return found;
    }

    /// Ceph's number for a line: -1 for errors, 0 for warnings, and so on. Messages are at 1, as with Ceph; the log of
    /// elections is another program's, and only its errors are for operators.
    int levelOf(LogRecord record) {
        int level = record.getLevel().intValue();
        boolean foreign = !record.getLoggerName().startsWith("dev.inkfish");
        if (level >= Level.SEVERE.intValue()) {
            return ERROR;
        }
        if (foreign) {
            return level >= Level.WARNING.intValue() ? INFO + 1 : level >= Level.INFO.intValue() ? DEBUG : TRACE;
        }
        if (level >= Level.WARNING.intValue()) {
            return 0;
        }
        if (level >= Level.INFO.intValue()) {
            return this == MS || this == MONC || this == NONE || this == OBJECTER ? 0 : INFO;
        }
        return level >= Level.FINE.intValue() ? this == MS ? 1 : DEBUG : TRACE;
    }

    /// What the loggers must let through so that lines up to this number are seen.
    Level threshold(int number) {
        return number >= TRACE ? Level.FINEST : number >= (this == MS ? 1 : DEBUG) ? Level.FINE : Level.INFO;
    }
}
