package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
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
    private @Nullable SharedMember member;

    Recovery(Media media, Journal journal, BlockDevice device) {
        this.media = media;
        this.journal = journal;
        this.device = device;
    }

    /// @param shared the journal to use from now on, if it takes the store; null: the store's own
    /// @return where the journal begins now
    Journal.Position run(@Nullable SharedJournal shared) throws IOException {
        Journal.Position from = StateRecord.read(media.keyValues(), media.superblock());
        long last = from.shared() == null
                ? journal.replay(from, this::transaction)
                : replayShared(from, from.shared());
        apply();
        device.sync();
        Journal.Position begin = journal.begin(from.generation() + 1, last);
        UUID fsid = media.superblock().osdFsid();
        SharedMember joining = shared == null ? null : shared.join(fsid);
        if (joining != null) {
            begin = joining.positionAfter(begin.generation(), last);
        }
        StateRecord.write(media.keyValues(), fsid, begin);
        media.keyValues().flush();
        if (joining != null) {
            joining.joined();
            member = joining;
        }
        return begin;
    }

    /// The store's part of the shared journal; null if it does not use one.
    @Nullable SharedMember member() {
        return member;
    }

    private long replayShared(Journal.Position from, UUID id) throws IOException {
        try (StoreFile file = media.sharedJournals().open(id)) {
            return SharedReplay.replay(file, media.superblock().osdFsid(), from, this::transaction);
        }
    }

    private void transaction(Journal.Replayed transaction) throws IOException {
        for (BlockDevice.Content content : transaction.contents()) {
            device.write(content.block(), content.data(), false);
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
