package dev.inkfish.mon.store;

import dev.inkfish.mon.Count;
import dev.inkfish.mon.Tally;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Text;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// The store on RocksDB: key is namespace, a zero byte, name. Each transaction is one batch, synced to disk
/// before [#apply] returns.
public final class RocksMonStore implements MonStore {
    private final Options options;
    private final WriteOptions sync;
    private final WriteOptions noSync;
    private final RocksDB db;
    private Tally tally = new Tally();

    /// @throws UncheckedIOException where the directory cannot be opened, or another process has it open
    public RocksMonStore(Path directory) {
        RocksDB.loadLibrary();
        options = new Options().setCreateIfMissing(true).setWriteBufferSize(8 << 20).setMaxOpenFiles(256)
                .setKeepLogFileNum(2).setInfoLogLevel(org.rocksdb.InfoLogLevel.WARN_LEVEL);
        sync = new WriteOptions().setSync(true);
        noSync = new WriteOptions();
        try {
            db = RocksDB.open(options, directory.toString());
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public void countIn(Tally counts) {
        tally = counts;
    }

    @Override
    public @Nullable Bytes get(String namespace, String key) {
        long began = System.nanoTime();
        try {
            byte[] value = db.get(key(namespace, key));
            return value == null ? null : Bytes.wrap(value);
        } catch (RocksDBException e) {
            throw failure(e);
        } finally {
            tally.one(Count.GET);
            tally.add(Count.GET_LATENCY, System.nanoTime() - began);
        }
    }

    @Override
    public NavigableMap<String, Bytes> scan(String namespace, String prefix) {
        NavigableMap<String, Bytes> found = new TreeMap<>();
        byte[] start = key(namespace, prefix);
        int nameOffset = Text.encode(namespace).length + 1;
        try (RocksIterator iterator = db.newIterator()) {
            for (iterator.seek(start); iterator.isValid(); iterator.next()) {
                byte[] key = iterator.key();
                if (key.length < start.length || !Arrays.equals(start, 0, start.length, key, 0, start.length)) {
                    break;
                }
                found.put(Text.decode(key, nameOffset, key.length - nameOffset), Bytes.wrap(iterator.value()));
            }
            iterator.status();
        } catch (RocksDBException e) {
            throw failure(e);
        }
        return found;
    }

    @Override
    public void compact() {
        tally.one(Count.COMPACT);
        try {
            db.compactRange();
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public void apply(MonTransaction transaction) {
        write(transaction, sync);
    }

    @Override
    public void applyLater(MonTransaction transaction) {
        write(transaction, noSync);
    }

    @Override
    public void sync() {
        try {
            db.syncWal();
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public void walk(Place after, Visitor visitor) {
        byte[] start = key(after.namespace(), after.key());
        try (ReadOptions reading = new ReadOptions().setVerifyChecksums(true).setFillCache(false);
                RocksIterator iterator = db.newIterator(reading)) {
            for (iterator.seek(start); iterator.isValid(); iterator.next()) {
                byte[] key = iterator.key();
                int zero = 0;
                while (key[zero] != 0) {
                    zero++;
                }
                if (!Arrays.equals(key, start) && !visitor.visit(
                        Text.decode(key, 0, zero), Text.decode(key, zero + 1, key.length - zero - 1),
                        Bytes.wrap(iterator.value()))) {
                    return;
                }
            }
            iterator.status();
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public void dump(DataOutputStream out) throws IOException {
        try (RocksIterator iterator = db.newIterator()) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                out.writeInt(iterator.key().length);
                out.write(iterator.key());
                out.writeInt(iterator.value().length);
                out.write(iterator.value());
            }
            iterator.status();
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public void load(DataInputStream in, MonTransaction then) throws IOException {
        try (WriteBatch batch = new WriteBatch()) {
            try (RocksIterator iterator = db.newIterator()) {
                for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                    batch.delete(iterator.key());
                }
                iterator.status();
            }
            while (in.available() > 0) {
                byte[] key = in.readNBytes(in.readInt());
                batch.put(key, in.readNBytes(in.readInt()));
            }
            fill(batch, then);
            db.write(sync, batch);
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    private void write(MonTransaction transaction, WriteOptions how) {
        try (WriteBatch batch = new WriteBatch()) {
            fill(batch, transaction);
            long began = System.nanoTime();
            db.write(how, batch);
            tally.add(how == sync ? Count.SUBMIT_SYNC_LATENCY : Count.SUBMIT_LATENCY, System.nanoTime() - began);
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    private static void fill(WriteBatch batch, MonTransaction transaction) throws RocksDBException {
        for (MonTransaction.Change change : transaction.changes()) {
            byte[] key = key(change.namespace(), change.key());
            Bytes value = change.value();
            if (value == null) {
                batch.delete(key);
            } else {
                batch.put(key, value.toArray());
            }
        }
    }

    @Override
    public void close() {
        db.close();
        sync.close();
        noSync.close();
        options.close();
    }

    private static byte[] key(String namespace, String key) {
        byte[] first = Text.encode(namespace);
        byte[] second = Text.encode(key);
        byte[] all = Arrays.copyOf(first, first.length + 1 + second.length);
        System.arraycopy(second, 0, all, first.length + 1, second.length);
        return all;
    }

    private static UncheckedIOException failure(RocksDBException e) {
        return new UncheckedIOException(new IOException("monitor store: " + e.getMessage(), e));
    }
}
