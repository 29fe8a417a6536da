package dev.inkfish.mon.raft;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a power cut leaves at the end of the log: a file system may keep the new length of a file and not all of what was
/// written, so that an entry that was never synced is there with blocks of zeros in it. Ratis takes that for damage and refuses
/// to start; here such an entry goes, with all behind it: had one of those been synced, the zeros would not be.
///
/// An entry whose checksum is wrong in any other way, or that the store knows to be agreed on, is damage, and is left to Ratis.
/// The format is that of `SegmentedRaftLogReader`: a head of 8 bytes, then for each entry its length as a varint, its bytes, and a
/// crc32c of both.
final class TornTail {
    private static final Logger LOG = LoggerFactory.getLogger(TornTail.class);
    private static final String OPEN_SEGMENT = "log_inprogress_";
    private static final int HEAD = 8;
    private static final int CRC = 4;
    /// What a disk writes at a time, at least.
    private static final int SECTOR = 512;
    /// Fewer zeros at the end of a sector may be content.
    private static final int ZEROS = 16;
    private static final long MAX_SEGMENT = 1 << 30;

    private TornTail() {}

    /// @param directory of the log
    /// @param applied the last entry that the store has
    static void cutOff(Path directory, long applied) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path group : groups) {
                Path current = group.resolve("current");
                if (Files.isDirectory(current)) {
                    try (DirectoryStream<Path> segments = Files.newDirectoryStream(current, OPEN_SEGMENT + "*")) {
                        for (Path segment : segments) {
                            cutOffSegment(segment, applied);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new CephException(Errno.EIO, "the monitors' log in " + directory + ": " + e.getMessage());
        }
    }

    private static void cutOffSegment(Path segment, long applied) throws IOException {
        if (Files.size(segment) > MAX_SEGMENT) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        long index = Long.parseLong(segment.getFileName().toString().substring(OPEN_SEGMENT.length()));
        int at = HEAD;
        int end;
        while ((end = end(bytes, at)) > 0 && isWhole(bytes, at, end)) {
            at = end;
            index++;
        }
        if (end > 0 && index > applied && isTorn(bytes, at, end)) {
            LOG.warn("{}: entry {} of the log was not on disk when this machine stopped; {} bytes are cut off",
                    segment, index, bytes.limit() - at);
            try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                file.truncate(at);
                file.force(true);
            }
        }
    }

    /// Where the entry that begins there ends; 0 where there is none, or less of it than it says.
    private static int end(ByteBuffer bytes, int at) {
        long length = 0;
        int next = at;
        for (int shift = 0; shift < 32; shift += 7) {
            if (next >= bytes.limit()) {
                return 0;
            }
            byte part = bytes.get(next++);
            length |= (part & 0x7fL) << shift;
            if (part >= 0) {
                break;
            }
        }
        return length == 0 || next + length + CRC > bytes.limit() ? 0 : (int) (next + length + CRC);
    }

    private static boolean isWhole(ByteBuffer bytes, int at, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(at).limit(end - CRC));
        return (int) crc.getValue() == bytes.getInt(end - CRC);
    }

    /// Whether a sector of the entry, or its end, is zeros up to where the next one begins.
    private static boolean isTorn(ByteBuffer bytes, int at, int end) {
        for (int border = (at / SECTOR + 1) * SECTOR; border < end + SECTOR; border += SECTOR) {
            int to = Math.min(border, end);
            int from = to;
            while (from > at && bytes.get(from - 1) == 0) {
                from--;
            }
            if (to - from >= ZEROS) {
                return true;
            }
        }
        return false;
    }
}
