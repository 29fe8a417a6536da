package dev.inkfish.mgr.rbd.foreign;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// QEMU's formats qcow and qcow2 (`QCOWFormat`; `docs/interop/qcow2.txt` of QEMU). Two levels of tables map an image's clusters
/// to those of the file. Compressed and encrypted ones, and backing files, are not read, nor by librbd. Clusters of zeros that
/// keep their place are refused: librbd 16 reads what lies there, a byte off, and an image must not change when it is copied.
final class QcowImage implements ForeignImage {
    private static final int MAGIC = 0x514649fb;
    private static final int HEADER = 104;
    /// What every entry of the table of snapshots begins with.
    private static final int SNAPSHOT = 40;
    private static final int MAX_TABLE = 32 << 20;
    private static final int MAX_SNAPSHOTS = 65536;
    private static final int CACHED_TABLES = 128;
    private static final long OFFSET_1 = (1L << 63) - 1;
    private static final long OFFSET_2 = 0x00ff_ffff_ffff_fe00L;
    private static final long COMPRESSED_1 = 1L << 63;
    private static final long COMPRESSED_2 = 1L << 62;
    private static final long ALL_ZERO = 1;
    /// Of the incompatible features, the one that changes nothing for who reads.
    private static final long DIRTY = 1;

    /// @param l1 places of the tables of the second level
    private record State(long size, long[] l1) {}

    private final ByteSource file;
    private final int version;
    private final int clusterBits;
    private final int l2Bits;
    private final State head;
    private final List<State> snapshots;
    private final ConcurrentHashMap<Long, long[]> tables = new ConcurrentHashMap<>();

    private QcowImage(ByteSource file, int version, int clusterBits, int l2Bits, State head, List<State> snapshots) {
        this.file = file;
        this.version = version;
        this.clusterBits = clusterBits;
        this.l2Bits = l2Bits;
        this.head = head;
        this.snapshots = snapshots;
    }

    /// @throws CephException EINVAL for what is none, EOPNOTSUPP for features that are not read
    static QcowImage open(ByteSource file) {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        file.read(0, header.array(), 0, (int) Math.min(HEADER, file.size()));
        int version = header.getInt(4);
        if (header.getInt(0) != MAGIC || version < 1 || version > 3) {
            throw new CephException(Errno.EINVAL, "not a qcow file");
        }
        if (header.getLong(8) != 0) {
            throw unsupported("a backing file");
        }
        return version == 1 ? openOld(file, header) : openNew(file, header, version);
    }

    private static QcowImage openOld(ByteSource file, ByteBuffer header) {
        int clusterBits = clusterBits(header.get(32));
        int l2Bits = header.get(33);
        if (l2Bits < 6 || l2Bits > 18) {
            throw new CephException(Errno.EINVAL, "tables of 2^" + l2Bits + " entries");
        }
        if (header.getInt(36) != 0) {
            throw unsupported("encryption");
        }
        long size = header.getLong(24);
        long count = (size >>> clusterBits + l2Bits) + 1;
        State head = new State(size, table(file, header.getLong(40), count));
        return new QcowImage(file, 1, clusterBits, l2Bits, head, List.of());
    }

    private static QcowImage openNew(ByteSource file, ByteBuffer header, int version) {
        int clusterBits = clusterBits((byte) header.getInt(20));
        if (header.getInt(32) != 0) {
            throw unsupported("encryption");
        }
        if (version > 2 && (header.getLong(72) & ~DIRTY) != 0) {
            throw unsupported("features " + Long.toHexString(header.getLong(72)));
        }
        State head = new State(header.getLong(24), table(file, header.getLong(40), header.getInt(36)));
        int count = header.getInt(60);
        if (count < 0 || count > MAX_SNAPSHOTS) {
            throw new CephException(Errno.EINVAL, count + " snapshots");
        }
        List<State> snapshots = new ArrayList<>();
        long at = header.getLong(64);
        for (int i = 0; i < count; i++) {
            ByteBuffer entry = ByteBuffer.wrap(file.read(at, SNAPSHOT));
            int extra = entry.getInt(36);
            long size = extra >= 16 ? ByteBuffer.wrap(file.read(at + SNAPSHOT + 8, Long.BYTES)).getLong() : head.size;
            snapshots.add(new State(size, table(file, entry.getLong(0), entry.getInt(8))));
            at += SNAPSHOT + Integer.toUnsignedLong(extra) + entry.getChar(12) + entry.getChar(14) + 7 & ~7L;
        }
        return new QcowImage(file, version, clusterBits, clusterBits - 3, head, snapshots);
    }

    private static int clusterBits(byte bits) {
        if (bits < 9 || bits > 21) {
            throw new CephException(Errno.EINVAL, "clusters of 2^" + bits + " bytes");
        }
        return bits;
    }

    private static CephException unsupported(String what) {
        return new CephException(Errno.EOPNOTSUPP, what + " in a qcow file is not supported");
    }

    private static long[] table(ByteSource file, long offset, long count) {
        if (count < 0 || count > MAX_TABLE / Long.BYTES) {
            throw new CephException(Errno.EINVAL, "a table of " + count + " entries");
        }
        long[] entries = new long[(int) count];
        ByteBuffer.wrap(file.read(offset, (int) count * Long.BYTES)).asLongBuffer().get(entries);
        return entries;
    }

    private State at(long snap) {
        return ForeignImage.pick(snapshots, head, snap);
    }

    /// Where in the file a cluster of the image is; [#NOTHING] where it is not there.
    private long cluster(State state, long number) {
        long first = number >>> l2Bits;
        long mask = version == 1 ? OFFSET_1 : OFFSET_2;
        long table = first < state.l1.length ? state.l1[(int) first] & mask : 0;
        if (table == 0) {
            return NOTHING;
        }
        long entry = tableAt(table)[(int) (number & (1L << l2Bits) - 1)];
        if ((entry & (version == 1 ? COMPRESSED_1 : COMPRESSED_2)) != 0) {
            throw unsupported("compression");
        }
        if (version == 3 && (entry & ALL_ZERO) != 0) {
            if ((entry & mask) != 0) {
                throw unsupported("a cluster of zeros that keeps its place");
            }
            return NOTHING;
        }
        return entry & mask;
    }

    private long[] tableAt(long offset) {
        long[] known = tables.get(offset);
        if (known == null) {
            if (tables.size() >= CACHED_TABLES) {
                tables.clear();
            }
            known = table(file, offset, 1L << l2Bits);
            tables.put(offset, known);
        }
        return known;
    }

    @Override
    public long size(long snap) {
        return at(snap).size;
    }

    @Override
    public List<Long> origins(long snap, long offset, long length) {
        State state = at(snap);
        List<Long> origins = new ArrayList<>();
        for (long number = offset >>> clusterBits; number << clusterBits < offset + length; number++) {
            origins.add(cluster(state, number));
        }
        return origins;
    }

    @Override
    public void read(long snap, long offset, byte[] target, int at, int length) {
        State state = at(snap);
        long clusterSize = 1L << clusterBits;
        for (long from = offset; from < offset + length; ) {
            long inside = from & clusterSize - 1;
            int count = (int) Math.min(clusterSize - inside, offset + length - from);
            long cluster = cluster(state, from >>> clusterBits);
            // the last cluster of a file need not be whole
            int there = (int) Math.min(count, Math.max(0, file.size() - cluster - inside));
            if (cluster != NOTHING && there > 0) {
                file.read(cluster + inside, target, at + (int) (from - offset), there);
            }
            from += count;
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
