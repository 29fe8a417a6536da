package dev.inkfish.blockstore;

import dev.inkfish.wire.Crc32c;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Where [#BLOCKS] consecutive blocks of an object are on the device, and their checksums. Never changed once it
/// is part of an [Onode].
///
/// Block number 0 is the device's label, and so stands for a hole here.
final class Shard {
    static final int BLOCK = 4096;
    static final int BLOCKS = 64;
    static final long BYTES = (long) BLOCK * BLOCKS;
    static final int MEMORY = 8 * BLOCKS + 64;
    static final Shard EMPTY = new Shard();

    final int[] blocks;
    final int[] checksums;

    Shard() {
        blocks = new int[BLOCKS];
        checksums = new int[BLOCKS];
    }

    private Shard(Shard other) {
        blocks = other.blocks.clone();
        checksums = other.checksums.clone();
    }

    Shard copy() {
        return new Shard(this);
    }

    boolean isEmpty() {
        return mapped() == 0;
    }

    int mapped() {
        int count = 0;
        for (int block : blocks) {
            count += block != 0 ? 1 : 0;
        }
        return count;
    }

    static int checksum(byte[] array, int offset) {
        return Crc32c.update(-1, array, offset, BLOCK);
    }

    /// Runs of blocks that follow each other on the device (holes skipped, length, first block), then the
    /// checksums of all mapped blocks.
    void encode(WireWriter out) {
        int at = 0;
        int skipped = 0;
        while (at < BLOCKS) {
            if (blocks[at] == 0) {
                at++;
                skipped++;
                continue;
            }
            int end = at + 1;
            while (end < BLOCKS && blocks[end] == blocks[at] + (end - at)) {
                end++;
            }
            Numbers.write(out, end - at);
            Numbers.write(out, skipped);
            Numbers.write(out, blocks[at]);
            at = end;
            skipped = 0;
        }
        Numbers.write(out, 0);
        for (int i = 0; i < BLOCKS; i++) {
            if (blocks[i] != 0) {
                out.u32(checksums[i]);
            }
        }
    }

    static Shard decode(WireReader in) {
        Shard shard = new Shard();
        int[] at = {0};
        readRuns(in, (skip, first, run) -> {
            at[0] += skip;
            for (int i = 0; i < run; i++) {
                shard.blocks[at[0]++] = first + i;
            }
        });
        for (int i = 0; i < BLOCKS; i++) {
            if (shard.blocks[i] != 0) {
                shard.checksums[i] = in.u32();
            }
        }
        return shard;
    }

    /// Blocks that follow each other on the device, `skip` blocks behind the last ones.
    @FunctionalInterface
    interface RunVisitor {
        void visit(int skip, int first, int run);
    }

    /// Only the runs, for whoever wants no checksums.
    static void visit(WireReader in, RunVisitor visitor) {
        in.skip(4 * readRuns(in, visitor));
    }

    /// @return how many blocks they are
    private static int readRuns(WireReader in, RunVisitor visitor) {
        int at = 0;
        int mapped = 0;
        for (int run = Numbers.readInt(in); run != 0; run = Numbers.readInt(in)) {
            int skip = Numbers.readInt(in);
            int first = Numbers.readInt(in);
            if (skip > BLOCKS - at || run > BLOCKS - at - skip || first == 0 || first + run < 0) {
                throw new DecodeException("extent map: run of " + run + " after " + skip + " at " + at);
            }
            at += skip + run;
            mapped += run;
            visitor.visit(skip, first, run);
        }
        return mapped;
    }
}
