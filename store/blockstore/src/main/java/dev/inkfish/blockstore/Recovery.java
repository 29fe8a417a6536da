package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Brings what the journal holds in its place, and begins a new generation of it.
final class Recovery {
    private static final int BATCH = 4 << 20;

    private final Media media;
    private final Journal journal;
    private final BlockDevice device;
    private final List<Bytes> parts = new ArrayList<>();
    private int count;
    private int bytes;
    private SharedJournal.@Nullable Member member;

    Recovery(Media media, Journal journal, BlockDevice device) {
        this.media = media;
        this.journal = journal;
        this.device = device;
    }

    /// @param shared the journal to use from now on, if it takes the store; null: the store's own
    /// @return where the journal begins now
    Journal.Position run(@Nullable SharedJournal shared) throws IOException {
        Journal.Position from = readState();
        long last = from.shared() == null
                ? journal.replay(from, this::transaction)
                : replayShared(from, from.shared());
        apply();
        device.sync();
        Journal.Position begin = journal.begin(from.generation() + 1, last);
        UUID fsid = media.superblock().osdFsid();
        SharedJournal.Member joining = shared == null ? null : shared.join(fsid);
        if (joining != null) {
            begin = joining.positionAfter(begin.generation(), last);
        }
        Pipeline.writeState(media.keyValues(), fsid, begin);
        media.keyValues().flush();
        if (joining != null) {
            joining.joined();
            member = joining;
        }
        return begin;
    }

    /// The store's part of the shared journal; null if it does not use one.
    SharedJournal.@Nullable Member member() {
        return member;
    }

    private long replayShared(Journal.Position from, UUID id) throws IOException {
        try (StoreFile file = media.sharedJournals().open(id)) {
            return SharedReplay.replay(file, media.superblock().osdFsid(), from, this::transaction);
        }
    }

    private Journal.Position readState() {
        byte[] value = media.keyValues().get(Keys.STATE);
        if (value == null) {
            throw new CephException(Errno.EINVAL, "the key-value store has no state of osd." + media.superblock().whoami());
        }
        WireReader in = Bytes.wrap(value).reader();
        int version = in.u8();
        if (version != Pipeline.STATE_VERSION && version != Pipeline.STATE_VERSION_SHARED) {
            throw new CephException(Errno.EINVAL, "the key-value store has a state of version " + version);
        }
        var owner = in.uuid();
        if (!owner.equals(media.superblock().osdFsid())) {
            throw new CephException(Errno.EINVAL, "the key-value store belongs to osd " + owner);
        }
        return version == Pipeline.STATE_VERSION
                ? new Journal.Position(in.u64(), in.u64(), in.u64())
                : new Journal.Position(in.u64(), in.u64(), in.u64(), in.uuid(), in.u64());
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
