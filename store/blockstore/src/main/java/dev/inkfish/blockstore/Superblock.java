package dev.inkfish.blockstore;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Crc32c;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import java.util.UUID;

/// Who a store belongs to: in the directory's `superblock` and in the first block of `block` and `journal`, so that
/// parts of different stores are not taken for one.
///
/// @param version of the format on disk
public record Superblock(int version, UUID clusterFsid, UUID osdFsid, int whoami) {
    static final int VERSION = 1;
    static final String FILE = "superblock";
    private static final int LABEL = 4096;
    private static final long MAGIC = 0x316b636f6c626b69L; // "ikblock1"

    /// Reads the directory's.
    public static Superblock read(Path directory) {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            throw new CephException(Errno.ENOENT, "no object store in " + directory + " (no " + FILE + ")");
        }
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
            int version = Integer.parseInt(properties.getProperty("version"));
            if (version != VERSION) {
                throw new CephException(
                        Errno.EINVAL, directory + " has format version " + version + ", this program knows " + VERSION);
            }
            return new Superblock(
                    version,
                    UUID.fromString(properties.getProperty("cluster_fsid")),
                    UUID.fromString(properties.getProperty("osd_fsid")),
                    Integer.parseInt(properties.getProperty("whoami")));
        } catch (IOException | IllegalArgumentException | NullPointerException e) {
            throw new CephException(Errno.EINVAL, "unreadable " + file + ": " + e.getMessage());
        }
    }

    /// Writes it, and beside it the files that Ceph's tools and scripts look for. The last thing mkfs does.
    void write(Path directory) throws IOException {
        write(directory.resolve("ceph_fsid"), clusterFsid + "\n");
        write(directory.resolve("fsid"), osdFsid + "\n");
        write(directory.resolve("whoami"), whoami + "\n");
        write(directory.resolve("type"), "inkfish\n");
        String text = "version=" + version + "\ncluster_fsid=" + clusterFsid + "\nosd_fsid=" + osdFsid + "\nwhoami="
                + whoami + "\n";
        write(directory.resolve(FILE), text);
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /// Puts the label into the file's first block.
    void label(StoreFile file) throws IOException {
        ByteBuffer label = ByteBuffer.allocate(LABEL).order(ByteOrder.LITTLE_ENDIAN);
        label.putLong(MAGIC)
                .putInt(version)
                .putInt(whoami)
                .putLong(clusterFsid.getMostSignificantBits())
                .putLong(clusterFsid.getLeastSignificantBits())
                .putLong(osdFsid.getMostSignificantBits())
                .putLong(osdFsid.getLeastSignificantBits())
                .putLong(file.size());
        label.putInt(LABEL - 4, Crc32c.update(-1, label.array(), 0, LABEL - 4));
        file.write(label.clear(), 0);
        file.sync();
    }

    /// Fails unless the file belongs to this store and is as long as when it was made.
    void verify(StoreFile file, String name) throws IOException {
        if (file.size() < LABEL) {
            throw new CephException(Errno.EINVAL, name + " of osd." + whoami + " is cut off");
        }
        ByteBuffer label = ByteBuffer.allocate(LABEL).order(ByteOrder.LITTLE_ENDIAN);
        file.read(label, 0);
        if (label.getLong(0) != MAGIC || label.getInt(LABEL - 4) != Crc32c.update(-1, label.array(), 0, LABEL - 4)) {
            throw new CephException(Errno.EINVAL, name + " of osd." + whoami + " has no valid label");
        }
        label.position(8);
        int labelVersion = label.getInt();
        int owner = label.getInt();
        UUID cluster = new UUID(label.getLong(), label.getLong());
        UUID osd = new UUID(label.getLong(), label.getLong());
        if (labelVersion != version || owner != whoami || !cluster.equals(clusterFsid) || !osd.equals(osdFsid)) {
            throw new CephException(Errno.EINVAL, name + " belongs to osd." + owner + " " + osd + " of cluster " + cluster
                    + ", not to osd." + whoami + " " + osdFsid + " of cluster " + clusterFsid);
        }
        long size = label.getLong();
        if (file.size() < size) {
            throw new CephException(
                    Errno.EINVAL, name + " of osd." + whoami + " has " + file.size() + " bytes instead of " + size);
        }
    }
}
