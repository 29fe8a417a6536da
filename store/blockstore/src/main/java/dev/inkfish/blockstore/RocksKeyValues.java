package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// RocksDB without its own log: the [Journal] is the log.
final class RocksKeyValues implements KeyValues {
    private final RocksDB db;
    private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
    private final ReadOptions readOptions = new ReadOptions();
    private final List<AbstractNativeReference> natives = new ArrayList<>();

    static {
        RocksDB.loadLibrary();
    }

    /// @param create whether a database is made; otherwise it must be there
    RocksKeyValues(Path directory, Options options, boolean create) {
        LRUCache cache = own(new LRUCache(options.kvCache()));
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(own(new BloomFilter(10)))
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFormatVersion(5);
        org.rocksdb.Options rocks = own(new org.rocksdb.Options())
                .setCreateIfMissing(create)
                .setErrorIfExists(create)
                .setWriteBufferSize(options.kvMemtable())
                .setMaxWriteBufferNumber(3)
                .setMinWriteBufferNumberToMerge(1)
                .setMaxBackgroundJobs(2)
                .setTargetFileSizeBase(32 << 20)
                .setMaxBytesForLevelBase(128 << 20)
                .setLevel0FileNumCompactionTrigger(4)
                .setLevelCompactionDynamicLevelBytes(true)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setMaxOpenFiles(256)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(4 << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setStatsDumpPeriodSec(0)
                .setParanoidChecks(true)
                .setTableFormatConfig(table);
        try {
            db = RocksDB.open(rocks, directory.toString());
        } catch (RocksDBException e) {
            natives.reversed().forEach(AbstractNativeReference::close);
            throw failure("cannot open " + directory, e);
        }
    }

    private <T extends AbstractNativeReference> T own(T reference) {
        natives.add(reference);
        return reference;
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
        try {
            return db.get(readOptions, key.toArray());
        } catch (RocksDBException e) {
            throw failure("get", e);
        }
    }

    @Override
    public Cursor scan(Bytes from, Bytes end) {
        return new RocksCursor(from, end);
    }

    @Override
    public void write(byte[] batch) {
        try (WriteBatch writes = new WriteBatch(batch)) {
            db.write(writeOptions, writes);
        } catch (RocksDBException e) {
            throw failure("write", e);
        }
    }

    @Override
    public void compact() {
        try {
            db.compactRange();
        } catch (RocksDBException e) {
            throw failure("compact", e);
        }
    }

    @Override
    public void flush() {
        try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
            db.flush(options);
        } catch (RocksDBException e) {
            throw failure("flush", e);
        }
    }

    @Override
    public long approximateSize(Bytes from, Bytes end) {
        try (Slice first = new Slice(from.toArray());
                Slice last = new Slice(end.toArray())) {
            return Arrays.stream(db.getApproximateSizes(
                            List.of(new Range(first, last)),
                            SizeApproximationFlag.INCLUDE_FILES,
                            SizeApproximationFlag.INCLUDE_MEMTABLES))
                    .sum();
        }
    }

    @Override
    public void close() {
        db.cancelAllBackgroundWork(true);
        db.close();
        readOptions.close();
        writeOptions.close();
        natives.reversed().forEach(AbstractNativeReference::close);
    }

    private static CephException failure(String what, RocksDBException e) {
        return new CephException(Errno.EIO, "key-value store: " + what + ": " + e.getMessage());
    }

    private final class RocksCursor implements Cursor {
        private final Slice limit;
        private final ReadOptions bounded;
        private final RocksIterator iterator;

        RocksCursor(Bytes from, Bytes end) {
            limit = new Slice(end.toArray());
            bounded = new ReadOptions().setIterateUpperBound(limit);
            iterator = db.newIterator(bounded);
            iterator.seek(from.toArray());
            check();
        }

        @Override
        public boolean valid() {
            return iterator.isValid();
        }

        @Override
        public Bytes key() {
            return Bytes.wrap(iterator.key());
        }

        @Override
        public Bytes value() {
            return Bytes.wrap(iterator.value());
        }

        @Override
        public void next() {
            iterator.next();
            check();
        }

        /// The end of the range and a failed read both look like "not valid".
        private void check() {
            if (!iterator.isValid()) {
                try {
                    iterator.status();
                } catch (RocksDBException e) {
                    throw failure("scan", e);
                }
            }
        }

        @Override
        public void close() {
            iterator.close();
            bounded.close();
            limit.close();
        }
    }
}
