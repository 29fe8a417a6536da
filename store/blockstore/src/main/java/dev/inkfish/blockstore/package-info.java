/// The on-disk object store (the counterpart of `src/os/bluestore`).
///
/// A transaction's way: [BlockStore] locks its collections and lets a [Workspace] work out its effects, as
/// key-value changes and block contents. They become visible through [PendingKeys], [BlockDevice] and the
/// onode cache, and enter the [Pipeline]: one thread appends them to the [Journal] and syncs it (then the
/// commit listeners run), one applies the key-value changes to RocksDB, one writes deferred blocks and
/// checkpoints. The stores of a process may have one [SharedJournal], whose thread appends and syncs for all. `docs/data-format.md` has the formats.
@NullMarked
package dev.inkfish.blockstore;

import org.jspecify.annotations.NullMarked;
