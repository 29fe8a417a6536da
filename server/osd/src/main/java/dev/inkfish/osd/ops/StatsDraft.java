package dev.inkfish.osd.ops;

/// What a request does to the group's statistics, while it runs.
final class StatsDraft {
    long bytes;
    long objects;
    long clones;
    long omapObjects;
    long whiteouts;
    long readOps;
    long readBytes;
    long writeOps;
    long writeBytes;

    void read(long count) {
        readOps++;
        readBytes += count;
    }

    void write(long count) {
        writeOps++;
        writeBytes += count;
    }

    PgMutation.ObjectStatsDelta toDelta() {
        return new PgMutation.ObjectStatsDelta(
                bytes, objects, clones, omapObjects, 0, 0, whiteouts, readOps, readBytes, writeOps, writeBytes);
    }
}
