package dev.inkfish.osd.ops;

/// What a request does to the group's statistics, while it runs.
final class StatsDraft {
    long bytes;
    long objects;
    long clones;
    long omapObjects;
    long whiteouts;
    long readOps;
    long readKib;
    long writeOps;
    long writeKib;

    void read(long count) {
        readOps++;
        readKib += kib(count);
    }

    void write(long count) {
        writeOps++;
        writeKib += kib(count);
    }

    PgMutation.ObjectStatsDelta toDelta() {
        return new PgMutation.ObjectStatsDelta(
                bytes, objects, clones, omapObjects, 0, 0, whiteouts, readOps, readKib, writeOps, writeKib);
    }

    /// Rounded up for each operation, as Ceph counts.
    private static long kib(long bytes) {
        return (bytes + 1023) >> 10;
    }
}
