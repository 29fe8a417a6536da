package dev.inkfish.blockstore;

import dev.inkfish.wire.Crc32c;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The front of a shared journal's file: which journal it is, and which stores may have records in it. There are two
/// places, written in turns, so that one is whole whatever happens.
///
/// Label: magic u64, version u32, members u32, count of labels written u64, id (two u64), file size u64, each
/// member's fsid (two u64); crc32c in the last four bytes of its 4 KiB.
///
/// @param members osd fsids
record SharedLabel(UUID id, long count, List<UUID> members) {
    static final int PLACES = 2;
    static final int MAX_MEMBERS = 200;
    private static final int VERSION = 1;
    private static final long MAGIC = 0x6c6e6a6465726873L; // "shredjnl"
    private static final int CRC_AT = Frames.ALIGN - 4;

    /// The newest in the file; null if there is none, or the file is cut off.
    static @Nullable SharedLabel read(StoreFile file) throws IOException {
        SharedLabel newest = null;
        for (int place = 0; place < PLACES && file.size() >= PLACES * Frames.ALIGN; place++) {
            ByteBuffer in = Frames.allocate(Frames.ALIGN);
            file.read(in, (long) place * Frames.ALIGN);
            SharedLabel label = decode(in.flip(), file.size());
            if (label != null && (newest == null || label.count > newest.count)) {
                newest = label;
            }
        }
        return newest;
    }

    private static @Nullable SharedLabel decode(ByteBuffer in, long size) {
        if (in.getLong() != MAGIC || in.getInt() != VERSION || in.getInt(CRC_AT) != checksum(in)) {
            return null;
        }
        int members = in.getInt();
        long count = in.getLong();
        UUID id = new UUID(in.getLong(), in.getLong());
        if (in.getLong() != size || members < 0 || members > MAX_MEMBERS) {
            return null;
        }
        List<UUID> fsids = new ArrayList<>(members);
        for (int i = 0; i < members; i++) {
            fsids.add(new UUID(in.getLong(), in.getLong()));
        }
        return new SharedLabel(id, count, List.copyOf(fsids));
    }

    /// Writes it over the one before the last, and makes it durable.
    void write(StoreFile file) throws IOException {
        ByteBuffer out = Frames.allocate(Frames.ALIGN);
        out.putLong(MAGIC).putInt(VERSION).putInt(members.size()).putLong(count);
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).putLong(file.size());
        for (UUID member : members) {
            out.putLong(member.getMostSignificantBits()).putLong(member.getLeastSignificantBits());
        }
        out.putInt(CRC_AT, checksum(out));
        file.write(out.clear(), count % PLACES * Frames.ALIGN);
        file.sync();
    }

    private static int checksum(ByteBuffer label) {
        byte[] bytes = new byte[CRC_AT];
        label.get(0, bytes);
        return Crc32c.update(-1, bytes, 0, CRC_AT);
    }

    SharedLabel next(List<UUID> newMembers) {
        return new SharedLabel(id, count + 1, List.copyOf(newMembers));
    }
}
