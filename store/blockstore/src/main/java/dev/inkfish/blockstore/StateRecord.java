package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// Where a replay has to start, as the key-value store has it: version u8, osd fsid, generation u64, sequence u64,
/// offset u64; from version 2 on the id of a shared journal, and the number of its frame u64.
final class StateRecord {
    private static final int VERSION = 1;
    private static final int VERSION_SHARED = 2;

    private StateRecord() {}

    static void write(KeyValues store, UUID fsid, Journal.Position position) {
        KvBatch batch = new KvBatch();
        WireWriter value = new WireWriter(64);
        UUID shared = position.shared();
        value.u8(shared == null ? VERSION : VERSION_SHARED).uuid(fsid);
        value.u64(position.generation()).u64(position.sequence()).u64(position.offset());
        if (shared != null) {
            value.uuid(shared).u64(position.frame());
        }
        batch.put(Keys.STATE, value.toBytes());
        store.write(batch.whole());
    }

    /// @throws CephException if the key-value store is not this OSD's
    static Journal.Position read(KeyValues store, Superblock superblock) {
        byte[] value = store.get(Keys.STATE);
        if (value == null) {
            throw new CephException(Errno.EINVAL, "the key-value store has no state of osd." + superblock.whoami());
        }
        WireReader in = Bytes.wrap(value).reader();
        int version = in.u8();
        if (version != VERSION && version != VERSION_SHARED) {
            throw new CephException(Errno.EINVAL, "the key-value store has a state of version " + version);
        }
        UUID owner = in.uuid();
        if (!owner.equals(superblock.osdFsid())) {
            throw new CephException(Errno.EINVAL, "the key-value store belongs to osd " + owner);
        }
        return version == VERSION
                ? new Journal.Position(in.u64(), in.u64(), in.u64())
                : new Journal.Position(in.u64(), in.u64(), in.u64(), in.uuid(), in.u64());
    }
}
