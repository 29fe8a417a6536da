package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Brings what the journal holds in its place, and begins a new generation of it.
final class Recovery {
    private static final int STATE_VERSION = 1;
    private static final int BATCH = 4 << 20;

    private final Media media;
    private final Journal journal;
    private final BlockDevice device;
    private final List<Bytes> parts = new ArrayList<>();
    private int count;
    private int bytes;

    Recovery(Media media, Journal journal, BlockDevice device) {
        this.media = media;
        this.journal = journal;
        this.device = device;
    }

    /// @return where the journal begins now
    Journal.Position run() throws IOException {
        Journal.Position from = readState();
        long last = journal.replay(from, this::transaction);
        apply();
        device.sync();
        Journal.Position begin = journal.begin(from.generation() + 1, last);
        Pipeline.writeState(media.keyValues(), media.superblock().osdFsid(), begin);
        media.keyValues().flush();
        return begin;
    }

    private Journal.Position readState() {
        byte[] value = media.keyValues().get(Keys.STATE);
        if (value == null) {
            throw new CephException(Errno.EINVAL, "the key-value store has no state of osd." + media.superblock().whoami());
        }
        WireReader in = Bytes.wrap(value).reader();
        int version = in.u8();
        if (version != STATE_VERSION) {
            throw new CephException(Errno.EINVAL, "the key-value store has a state of version " + version);
        }
        var owner = in.uuid();
        if (!owner.equals(media.superblock().osdFsid())) {
            throw new CephException(Errno.EINVAL, "the key-value store belongs to osd " + owner);
        }
        return new Journal.Position(in.u64(), in.u64(), in.u64());
    }

    private void transaction(Journal.Replayed transaction) throws IOException {
        for (BlockDevice.Content content : transaction.contents()) {
            device.write(content.block(), content.data());
        }
        parts.add(Bytes.wrap(transaction.records()));
        count += transaction.recordCount();
        bytes += transaction.records().length;
        if (bytes > BATCH) {
            apply();
        }
    }

    private void apply() {
        if (count > 0) {
            media.keyValues().write(KvBatch.join(parts, count));
        }
        parts.clear();
        count = 0;
        bytes = 0;
    }
}
