package dev.inkfish.osd.daemon;

import dev.inkfish.command.stats.LatencyHistogram;
import java.util.List;

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

        private void reset() {
            count = 0;
            bytesIn = 0;
            bytesOut = 0;
            nanos = 0;
        }
    }

    final Kind all = new Kind();
    final Kind reads = new Kind();
    final Kind writes = new Kind();
    final Kind readWrites = new Kind();
    /// Changes that came from primaries.
    final Kind replicated = new Kind();
    final LatencyHistogram readOut = new LatencyHistogram();
    final LatencyHistogram writeIn = new LatencyHistogram();
    final LatencyHistogram readWriteIn = new LatencyHistogram();
    final LatencyHistogram readWriteOut = new LatencyHistogram();
    /// Objects whose recovery or backfill began here, and the bytes that were pushed or pulled for them.
    long recoveries;
    long recoveryBytes;
    long inFlight;
    long delayedForMap;
    long groups;
    long primaries;

    /// What only grows begins anew.
    void reset() {
        List.of(all, reads, writes, readWrites, replicated).forEach(Kind::reset);
        List.of(readOut, writeIn, readWriteIn, readWriteOut).forEach(LatencyHistogram::reset);
        recoveries = 0;
        recoveryBytes = 0;
        delayedForMap = 0;
    }

    void add(OpCounters other) {
        all.add(other.all);
        reads.add(other.reads);
        writes.add(other.writes);
        readWrites.add(other.readWrites);
        replicated.add(other.replicated);
        readOut.add(other.readOut);
        writeIn.add(other.writeIn);
        readWriteIn.add(other.readWriteIn);
        readWriteOut.add(other.readWriteOut);
        recoveries += other.recoveries;
        recoveryBytes += other.recoveryBytes;
        inFlight += other.inFlight;
        delayedForMap += other.delayedForMap;
        groups += other.groups;
        primaries += other.primaries;
    }
}
