package dev.inkfish.blockstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// A file on a disk with a volatile cache: after a crash, of what was not synced any sectors may be there, in any
/// combination.
final class SimFile implements StoreFile {
    private static final int SECTOR = 512;

    private final SimMachine machine;
    private final byte[] durable;
    private final byte[] current;
    private final List<Write> unsynced = new ArrayList<>();

    private record Write(int offset, byte[] data) {}

    SimFile(SimMachine machine, int size) {
        this.machine = machine;
        durable = new byte[size];
        current = new byte[size];
    }

    @Override
    public synchronized void read(ByteBuffer target, long position) {
        target.put(current, (int) position, target.remaining());
    }

    @Override
    public synchronized void write(ByteBuffer source, long position) throws IOException {
        if (position < 0 || position + source.remaining() > current.length) {
            throw new AssertionError("write behind the end");
        }
        byte[] data = new byte[source.remaining()];
        source.get(data);
        unsynced.add(new Write((int) position, data));
        System.arraycopy(data, 0, current, (int) position, data.length);
        machine.tick();
    }

    @Override
    public synchronized void sync() throws IOException {
        machine.tick();
        for (Write write : unsynced) {
            System.arraycopy(write.data(), 0, durable, write.offset(), write.data().length);
        }
        unsynced.clear();
    }

    @Override
    public synchronized void writeDurably(ByteBuffer source, long position) throws IOException {
        write(source, position);
        machine.tick();
        Write write = unsynced.removeLast();
        System.arraycopy(write.data(), 0, durable, write.offset(), write.data().length);
    }

    /// What is there after a power cut.
    synchronized void crash(Random random) {
        List<Write> order = new ArrayList<>(unsynced);
        int mode = random.nextInt(4);
        if (mode >= 2) {
            Collections.shuffle(order, random);
        }
        for (Write write : order) {
            if (mode == 0) {
                continue;
            }
            boolean whole = random.nextBoolean();
            boolean there = random.nextInt(3) > 0;
            for (int at = 0; at < write.data().length; at += SECTOR) {
                if (mode == 1 || (whole ? there : random.nextBoolean())) {
                    int count = Math.min(SECTOR, write.data().length - at);
                    System.arraycopy(write.data(), at, durable, write.offset() + at, count);
                }
            }
        }
        unsynced.clear();
        System.arraycopy(durable, 0, current, 0, durable.length);
    }

    /// Damages what is on the disk.
    synchronized void flip(long offset, int bit) {
        current[(int) offset] ^= (byte) (1 << bit);
        durable[(int) offset] ^= (byte) (1 << bit);
    }

    /// The first place of these bytes, or -1.
    synchronized long find(byte[] bytes) {
        outer:
        for (int at = 0; at + bytes.length <= current.length; at += Shard.BLOCK) {
            for (int i = 0; i < bytes.length; i++) {
                if (current[at + i] != bytes[i]) {
                    continue outer;
                }
            }
            return at;
        }
        return -1;
    }

    @Override
    public long size() {
        return current.length;
    }

    @Override
    public void close() {}
}
