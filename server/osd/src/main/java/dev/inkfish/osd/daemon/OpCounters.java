package dev.inkfish.osd.daemon;

/// What a shard's client operations and sub-operations add up to (`l_osd_op …`). Plain numbers of one thread.
final class OpCounters {
    /// Of one kind of operation.
    static final class Kind {
        long count;
        long bytesIn;
        long bytesOut;
        long nanos;

        void add(long in, long out, long took) {
            count++;
            bytesIn += in;
            bytesOut += out;
            nanos += took;
        }

        void add(Kind other) {
            count += other.count;
            bytesIn += other.bytesIn;
            bytesOut += other.bytesOut;
            nanos += other.nanos;
        }
    }

    final Kind all = new Kind();
    final Kind reads = new Kind();
    final Kind writes = new Kind();
    final Kind readWrites = new Kind();
    /// Changes that came from primaries.
    final Kind replicated = new Kind();
    long inFlight;
    long delayedForMap;
    long groups;
    long primaries;

    void add(OpCounters other) {
        all.add(other.all);
        reads.add(other.reads);
        writes.add(other.writes);
        readWrites.add(other.readWrites);
        replicated.add(other.replicated);
        inFlight += other.inFlight;
        delayedForMap += other.delayedForMap;
        groups += other.groups;
        primaries += other.primaries;
    }
}
