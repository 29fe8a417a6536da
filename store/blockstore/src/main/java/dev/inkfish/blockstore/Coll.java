package dev.inkfish.blockstore;

import dev.inkfish.objectstore.CollectionId;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// A collection, or the place of one. Its lock guards what the collection's objects are: transactions hold it
/// for writing until they are in the journal's queue, reads for reading.
final class Coll {
    final CollectionId id;
    final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    /// Part of its objects' keys; a later collection of the same name has another.
    int number;
    /// Guarded by the lock, for writing.
    volatile boolean exists;

    Coll(CollectionId id) {
        this.id = id;
    }

    /// The pool of its group.
    long pool() {
        return id.pgid() == null ? PoolUsage.NONE : id.pgid().pgid().pool();
    }
}
