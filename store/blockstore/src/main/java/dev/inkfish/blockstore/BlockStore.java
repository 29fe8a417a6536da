package dev.inkfish.blockstore;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.StoreFullException;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.Loan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The object store on disk. See the package for how it works.
public final class BlockStore implements ObjectStore {
    private static final int[] NONE = {};

    private final Superblock superblock;
    private final Media media;
    private final StoreState state;
    private final Pipeline pipeline;
    private final NavigableMap<CollectionId, Coll> collections = new ConcurrentSkipListMap<>();
    /// Held for writing by a check, for reading by transactions.
    private final ReentrantReadWriteLock quiet = new ReentrantReadWriteLock();
    /// Entries that could not be read when the store was opened, a sentence each; none but in [#openToCheck].
    private final List<String> unreadable = new ArrayList<>();
    private boolean closed;

    /// Makes a store in a directory, which may exist but must not hold one.
    ///
    /// A file or link `block` that is there already, as a link to a device, is used as it is.
    public static void mkfs(Path directory, UUID clusterFsid, UUID osdFsid, int whoami, Options options) {
        mkfs(directory, clusterFsid, osdFsid, whoami, options, null);
    }

    /// As the other. With a shared journal, the store's own gets its space on the disk when it is used.
    public static void mkfs(
            Path directory, UUID clusterFsid, UUID osdFsid, int whoami, Options options, @Nullable SharedJournal shared) {
        Media.create(
                directory, new Superblock(Superblock.VERSION, clusterFsid, osdFsid, whoami), options, shared != null);
    }

    /// Opens what is in the directory.
    ///
    /// @throws CephException ENOENT if there is no store or a part of it is missing, EBUSY if another process has
    ///     it open, EINVAL if its parts do not belong together or have another version, EIO if it cannot be read
    public static BlockStore open(Path directory, Options options) {
        return open(directory, options, null);
    }

    /// As the other, committing through the shared journal if the directory is on its file system. That must
    /// be closed after the store.
    public static BlockStore open(Path directory, Options options, @Nullable SharedJournal shared) {
        Media media = Media.open(directory, options);
        try {
            BlockStore store = new BlockStore(
                    media, options, shared != null && shared.sharesDiskWith(directory) ? shared : null);
            store.refuseUnreadable();
            store.pipeline.start("osd." + media.superblock().whoami() + "-store");
            return store;
        } catch (IOException e) {
            media.close();
            throw new CephException(Errno.EIO, "cannot read " + directory + ": " + e);
        } catch (RuntimeException e) {
            media.close();
            throw e;
        }
    }

    /// Opens what may be damaged, checks it and closes it again. What the journal holds is brought in its place first.
    ///
    /// @throws CephException as [#open], but for entries that cannot be read: these are in the report
    public static FsckReport fsck(Path directory, Options options, FsckMode mode, FsckDepth depth) {
        Media media = Media.open(directory, options);
        try (BlockStore store = new BlockStore(media, options)) {
            return store.fsck(mode, depth);
        } catch (IOException e) {
            media.close();
            throw new CephException(Errno.EIO, "cannot read " + directory + ": " + e);
        }
    }

    /// Replays the journal; starts no threads. Check [#refuseUnreadable] before anything is changed.
    BlockStore(Media media, Options options) throws IOException {
        this(media, options, null);
    }

    BlockStore(Media media, Options options, @Nullable SharedJournal shared) throws IOException {
        this.media = media;
        superblock = media.superblock();
        Journal journal = new Journal(media.journal());
        BlockDevice device = new BlockDevice(media.block());
        Recovery recovery = new Recovery(media, journal, device);
        Journal.Position position = recovery.run(shared);
        Allocator allocator = new Allocator(Math.toIntExact(media.block().size() / Shard.BLOCK));
        PendingKeys keys = new PendingKeys(media.keyValues());
        state = new StoreState(options, device, keys, allocator, position.generation());
        load();
        pipeline = new Pipeline(
                journal, device, media.keyValues(), keys, allocator, options, superblock.osdFsid(),
                recovery.member(), position.sequence());
    }

    public Superblock superblock() {
        return superblock;
    }

    Pipeline pipeline() {
        return pipeline;
    }

    StoreState state() {
        return state;
    }

    Media media() {
        return media;
    }

    Collection<Coll> collections() {
        return collections.values();
    }

    /// Collections, and which blocks are in use, from the metadata.
    private void load() {
        state.allocator.mark(0);
        Usage usage = new Usage(state);
        Map<Integer, Long> pools = new HashMap<>();
        read(Keys.COLLECTIONS, (key, value) -> {
            Coll collection = new Coll(Keys.decodeCollection(value));
            collection.number = Keys.collectionOf(key);
            collection.exists = true;
            collections.put(collection.id, collection);
            pools.put(collection.number, collection.pool());
            state.collectionSeen(collection.number);
        });
        read(Keys.OBJECTS, (key, value) ->
                usage.onode(value.reader(), pools.getOrDefault(Keys.collectionOf(key), PoolUsage.NONE)));
        read(Keys.SHARDS, (key, value) -> usage.shard(value.reader(), Keys.onodeOf(key)));
        state.stored.set(usage.stored());
        state.allocated.set(usage.allocated());
    }

    private void read(Keys.Span span, BiConsumer<Bytes, Bytes> entry) {
        state.keys.scan(span.from(), span.end(), (key, value) -> {
            try {
                entry.accept(key, value);
            } catch (DecodeException e) {
                unreadable.add("unreadable entry " + key.toHex() + ": " + e.getMessage());
            }
            return true;
        });
    }

    List<String> unreadable() {
        return unreadable;
    }

    /// Blocks that an unreadable entry refers to would be given to other objects.
    private void refuseUnreadable() {
        if (!unreadable.isEmpty()) {
            throw new CephException(Errno.EIO, "osd." + superblock.whoami() + "'s metadata is damaged, in " + unreadable.size()
                    + " places: " + unreadable.getFirst() + " (inkfish store fsck shows all)");
        }
    }

    @Override
    public void submit(CollectionId collection, Transaction transaction, Runnable onCommit) {
        pipeline.admit();
        try {
            trySubmit(transaction, onCommit);
        } catch (Workspace.NoSpace first) {
            // what was freed lately can be used after a checkpoint
            try {
                pipeline.settle();
                trySubmit(transaction, onCommit);
            } catch (IOException e) {
                throw new CephException(Errno.EIO, "the disk failed: " + e);
            } catch (Workspace.NoSpace second) {
                throw new StoreFullException(second.getMessage());
            }
        }
    }

    private void trySubmit(Transaction transaction, Runnable onCommit) {
        NavigableMap<CollectionId, Coll> named = named(transaction);
        quiet.readLock().lock();
        named.values().forEach(c -> c.lock.writeLock().lock());
        try {
            Workspace workspace = new Workspace(state, named);
            try {
                workspace.execute(transaction);
                checkLimit(workspace);
                for (Workspace.DirectWrite write : workspace.directWrites()) {
                    writeDirectly(write, transaction.isReadSoon());
                }
            } catch (IOException e) {
                workspace.abandon();
                throw new CephException(Errno.EIO, "read failed: " + e);
            } catch (RuntimeException e) {
                workspace.abandon();
                throw e;
            }
            publish(workspace, onCommit);
        } finally {
            named.values().forEach(c -> c.lock.writeLock().unlock());
            quiet.readLock().unlock();
        }
    }

    private void writeDirectly(Workspace.DirectWrite write, boolean readSoon) {
        try {
            state.device.write(write.start(), write.data(), readSoon);
        } catch (IOException e) {
            pipeline.fail(e);
            pipeline.checkAlive();
        }
    }

    private void checkLimit(Workspace workspace) {
        long bytes = 1024L + workspace.batch().bytes() + workspace.contents().size() * (Shard.BLOCK + 8L);
        if (bytes > pipeline.transactionLimit()) {
            throw new CephException(Errno.E2BIG, "a transaction of " + bytes + " bytes beside its large writes");
        }
    }

    /// The collections of a transaction, in the order in which they are locked; those that do not exist too.
    private NavigableMap<CollectionId, Coll> named(Transaction transaction) {
        NavigableMap<CollectionId, Coll> named = new TreeMap<>();
        Function<CollectionId, Coll> find = id -> collections.computeIfAbsent(id, Coll::new);
        for (Transaction.Op op : transaction.ops()) {
            named.computeIfAbsent(op.collection(), find);
            if (op instanceof Transaction.MoveRename move) {
                named.computeIfAbsent(move.targetCollection(), find);
            }
        }
        return named;
    }

    /// Makes the outcome visible and sends it on its way. Nothing here fails.
    private void publish(Workspace workspace, Runnable onCommit) {
        KvBatch batch = workspace.batch();
        List<Integer> freed = workspace.freed();
        boolean counts = !workspace.references().isEmpty();
        if (counts) {
            state.refCounts.lock.lock();
        }
        try {
            if (counts) {
                freed.addAll(state.refCounts.add(workspace.references(), batch));
            }
            List<BlockDevice.Content> contents = new ArrayList<>(workspace.contents().size());
            workspace.contents().forEach((block, data) -> contents.add(new BlockDevice.Content(block, data)));
            state.keys.add(batch.changes());
            Submitted submitted = new Submitted(
                    batch,
                    contents,
                    !workspace.directWrites().isEmpty(),
                    freed.isEmpty() ? NONE : freed.stream().mapToInt(Integer::intValue).toArray(),
                    onCommit);
            state.device.defer(submitted);
            pipeline.enqueue(submitted);
        } finally {
            if (counts) {
                state.refCounts.lock.unlock();
            }
        }
        workspace.existence().forEach((collection, exists) -> collection.exists = exists);
        long stored = 0;
        long pool = PoolUsage.NONE;
        for (Workspace.Slot slot : workspace.slots()) {
            stored += (slot.after == null ? 0 : slot.after.stored()) - (slot.before == null ? 0 : slot.before.stored());
            Coll collection = slot.name.collection();
            pool = Math.max(pool, collection.pool()); // a transaction belongs to one group
            if (slot.after == null) {
                state.onodes.remove(collection.number, slot.name.object());
            } else {
                state.onodes.put(collection.number, slot.name.object(), slot.after);
            }
        }
        state.stored.addAndGet(stored);
        long blocks = workspace.allocatedBlocks() - freed.size();
        state.allocated.addAndGet(blocks);
        if (stored != 0 || blocks != 0) {
            state.pool(pool).add(stored, blocks);
        }
    }

    @Override
    public List<CollectionId> listCollections() {
        return collections.values().stream().filter(c -> c.exists).map(c -> c.id).toList();
    }

    @Override
    public boolean collectionExists(CollectionId collection) {
        Coll found = collections.get(collection);
        return found != null && found.exists;
    }

    @Override
    public boolean exists(CollectionId collection, GhObject object) {
        Coll found = collections.get(collection);
        if (found == null) {
            return false;
        }
        found.lock.readLock().lock();
        try {
            return found.exists && state.onode(found, object) != null;
        } finally {
            found.lock.readLock().unlock();
        }
    }

    @Override
    public long size(CollectionId collection, GhObject object) {
        return with(collection, object, onode -> onode.size);
    }

    @Override
    public Bytes read(CollectionId collection, GhObject object, long offset, long length) {
        return with(collection, object, onode -> {
            if (offset < 0 || length < 0) {
                throw new IllegalArgumentException("read of " + offset + "~" + length);
            }
            if (offset >= onode.size) {
                return Bytes.EMPTY;
            }
            long count = Math.min(length, onode.size - offset);
            return read(object, onode, Bytes.EMPTY, List.of(new Extent(offset, count)));
        });
    }

    @Override
    public Bytes read(CollectionId collection, GhObject object, Bytes head, List<Extent> extents) {
        return with(collection, object, onode -> read(object, onode, head, extents));
    }

    private Bytes read(GhObject object, Onode onode, Bytes head, List<Extent> extents) {
        long total = head.length();
        for (Extent each : extents) {
            total += each.length();
        }
        Loan loan = ReadBuffers.borrow(total, head.length());
        ByteBuffer target = loan != null ? loan.memory() : ByteBuffer.allocate(Math.toIntExact(total));
        try {
            head.putTo(target);
            int crc = head.crc32c(-1);
            for (Extent each : extents) {
                target.limit(target.position() + (int) each.length());
                crc = ObjectReader.read(onode, state.keys, state.device, each.offset(), target, crc);
            }
            if (loan != null) {
                loan.crc(crc);
            }
        } catch (IOException e) {
            throw new CephException(Errno.EIO, "read of " + object + " failed: " + e);
        }
        return loan != null ? Bytes.of(loan) : Bytes.wrap(target.array());
    }

    @Override
    public List<Extent> extents(CollectionId collection, GhObject object, long offset, long length) {
        return with(collection, object, onode -> ObjectReader.extents(onode, state.keys, offset, length));
    }

    @Override
    public @Nullable Bytes attr(CollectionId collection, GhObject object, String name) {
        Coll found = lockForReading(collection);
        try {
            return find(found, object).attrs.get(name);
        } finally {
            found.lock.readLock().unlock();
        }
    }

    @Override
    public NavigableMap<String, Bytes> attrs(CollectionId collection, GhObject object) {
        return with(collection, object, onode -> new TreeMap<>(onode.attrs));
    }

    @Override
    public Bytes omapHeader(CollectionId collection, GhObject object) {
        return with(collection, object, onode -> {
            Bytes header = onode.hasOmap ? state.keys.get(Keys.omapHeader(onode.id)) : null;
            return header == null ? Bytes.EMPTY : header;
        });
    }

    @Override
    public NavigableMap<Bytes, Bytes> omapGet(CollectionId collection, GhObject object, Collection<Bytes> keys) {
        return with(collection, object, onode -> {
            NavigableMap<Bytes, Bytes> result = new TreeMap<>();
            for (Bytes key : onode.hasOmap ? keys : List.<Bytes>of()) {
                Bytes value = state.keys.get(Keys.omap(onode.id, key));
                if (value != null) {
                    result.put(key, value);
                }
            }
            return result;
        });
    }

    @Override
    public void omapScan(CollectionId collection, GhObject object, Bytes from, OmapVisitor visitor) {
        with(collection, object, onode -> {
            if (onode.hasOmap) {
                state.keys.scan(
                        Keys.omap(onode.id, from),
                        Keys.omapEnd(onode.id),
                        (key, value) -> visitor.visit(Keys.omapKeyOf(key), value));
            }
            return true;
        });
    }

    @Override
    public List<GhObject> list(CollectionId collection, GhObject start, GhObject end, int max) {
        Coll found = lockForReading(collection);
        try {
            List<GhObject> result = new ArrayList<>();
            if (max > 0) {
                Bytes from = Keys.object(found.number, start);
                state.keys.scan(from, Keys.object(found.number, end), (key, value) -> {
                    result.add(Keys.objectOf(key));
                    return result.size() < max;
                });
            }
            return result;
        } finally {
            found.lock.readLock().unlock();
        }
    }

    @Override
    public void compact() {
        media.keyValues().compact();
    }

    @Override
    public void flushJournal() {
        try {
            pipeline.settle();
        } catch (IOException e) {
            throw new CephException(Errno.EIO, "the disk failed: " + e);
        }
    }

    @Override
    public int cachedObjects() {
        return state.onodes.size();
    }

    @Override
    public void dropCache() {
        state.onodes.clear();
    }

    @Override
    public NavigableMap<Long, PoolStats> poolStats() {
        TreeMap<Long, PoolStats> pools = new TreeMap<>();
        state.pools().forEach((pool, usage) -> {
            if (pool != PoolUsage.NONE && (usage.stored.get() != 0 || usage.allocated.get() != 0)) {
                pools.put(pool, new PoolStats(usage.stored.get(), usage.allocated.get() * Shard.BLOCK));
            }
        });
        return pools;
    }

    @Override
    public StoreStats stats() {
        long blocks = state.allocator.blocks();
        long omap = media.keyValues().approximateSize(Keys.OMAPS.from(), Keys.OMAPS.end());
        long all = media.keyValues().approximateSize(Bytes.EMPTY, Bytes.wrap(new byte[] {(byte) 0xff}));
        long allocated = state.allocated.get() * Shard.BLOCK;
        return new StoreStats(
                blocks * Shard.BLOCK,
                (blocks - 1) * Shard.BLOCK - allocated,
                state.stored.get(),
                allocated,
                omap,
                Math.max(0, all - omap));
    }

    @Override
    public long room() {
        try {
            return Math.max(0, media.block().capacity() - Shard.BLOCK - state.allocated.get() * Shard.BLOCK);
        } catch (IOException e) {
            throw new CephException(Errno.EIO, "the disk failed: " + e);
        }
    }

    /// Checks every reference, count and checksum.
    public FsckReport fsck(FsckMode mode) {
        return fsck(mode, FsckDepth.DATA);
    }

    /// Transactions wait meanwhile; reads do not.
    public FsckReport fsck(FsckMode mode, FsckDepth depth) {
        quiet.writeLock().lock();
        try {
            pipeline.settle();
            return new Fsck(this, depth).run(mode);
        } catch (IOException e) {
            throw new CephException(Errno.EIO, "check of osd." + superblock.whoami() + " failed: " + e);
        } finally {
            quiet.writeLock().unlock();
        }
    }

    private <T> T with(CollectionId collection, GhObject object, Function<Onode, T> action) {
        Coll found = lockForReading(collection);
        try {
            return action.apply(find(found, object));
        } finally {
            found.lock.readLock().unlock();
        }
    }

    private Coll lockForReading(CollectionId collection) {
        Coll found = collections.get(collection);
        if (found != null) {
            found.lock.readLock().lock();
            if (found.exists) {
                return found;
            }
            found.lock.readLock().unlock();
        }
        throw new CephException(Errno.ENOENT, "no collection " + collection);
    }

    private Onode find(Coll collection, GhObject object) {
        Onode onode = state.onode(collection, object);
        if (onode == null) {
            throw new CephException(Errno.ENOENT, "no object " + object + " in " + collection.id);
        }
        return onode;
    }

    /// Brings everything in its place. What was submitted commits before this returns, unless the disk failed.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            pipeline.stop();
        } catch (IOException | RuntimeException e) {
            pipeline.fail(e);
        } finally {
            media.close();
        }
    }
}
