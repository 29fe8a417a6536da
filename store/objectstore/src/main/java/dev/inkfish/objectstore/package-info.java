/// What an OSD asks of a disk: collections of objects, each with data, attributes and an omap, changed
/// by transactions that are durable as a whole or not at all (`src/os/ObjectStore.h`).
///
/// **The durability order.** [dev.inkfish.objectstore.ObjectStore#submit] makes a transaction visible to
/// readers before it returns; its commit listener runs once the transaction, and every one submitted
/// earlier to the same collection, survives a power cut. Nothing may be promised to anybody before.
@NullMarked
package dev.inkfish.objectstore;

import org.jspecify.annotations.NullMarked;
