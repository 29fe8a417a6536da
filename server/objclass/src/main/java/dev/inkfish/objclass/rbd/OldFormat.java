package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Text;
import dev.inkfish.wire.WireReader;
import java.util.ArrayList;
import java.util.List;

/// Images of format 1: the header `NAME.rbd` is data, not an omap (`rbd_obj_header_ondisk`).
final class OldFormat {
    /// Text, block name, signature, version and options, which nothing here changes; then the size.
    private static final int FIXED = 40 + 24 + 4 + 8 + 4;

    private static final int HEADER = FIXED + 8 + 8 + 4 + 4 + 8;

    private OldFormat() {}

    static void register(ObjectClass rbd) {
        rbd.read("snap_list", (context, input) -> list(context))
                .readWrite("snap_add", OldFormat::add)
                .readWrite("snap_remove", OldFormat::remove)
                .readWrite("snap_rename", OldFormat::rename);
    }

    static boolean isHeader(ClassContext context) {
        return context.exists() && context.stat().size() >= HEADER;
    }

    static long snapshotCount(ClassContext context) {
        return Header.read(context).snapshots.size();
    }

    private static Bytes list(ClassContext context) {
        Header header = Header.read(context);
        return Codec.encode(out -> {
            out.u64(header.seq).u32(header.snapshots.size());
            for (Entry each : header.snapshots) {
                out.u64(each.id).u64(each.size).string(each.name);
            }
        });
    }

    private static Bytes add(ClassContext context, Bytes input) {
        record Request(String name, long id) {}
        Header header = Header.read(context);
        Request request = Codec.input(input, in -> new Request(in.string(), in.u64()));
        if (Long.compareUnsigned(header.seq, request.id) > 0) {
            throw fail(Errno.ESTALE, "a newer snapshot was made meanwhile");
        }
        long limit = Keys.find(context, "snap_limit", WireReader::u64, -1L);
        if (Long.compareUnsigned(header.snapshots.size(), limit) >= 0) {
            throw fail(Errno.EDQUOT, "the image has as many snapshots as it may");
        }
        header.requireFree(request.name);
        header.snapshots.addFirst(new Entry(request.id, header.imageSize, request.name));
        header.write(context, request.id);
        return Bytes.EMPTY;
    }

    private static Bytes remove(ClassContext context, Bytes input) {
        Header header = Header.read(context);
        String name = Codec.input(input, WireReader::string);
        if (!header.snapshots.removeIf(each -> each.name.equals(name))) {
            throw fail(Errno.ENOENT, "no such snapshot");
        }
        header.write(context, header.seq);
        return Bytes.EMPTY;
    }

    private static Bytes rename(ClassContext context, Bytes input) {
        record Request(long id, String name) {}
        Header header = Header.read(context);
        Request request = Codec.input(input, in -> new Request(in.u64(), in.string()));
        header.requireFree(request.name);
        for (int i = 0; i < header.snapshots.size(); i++) {
            Entry old = header.snapshots.get(i);
            if (old.id == request.id) {
                header.snapshots.set(i, new Entry(old.id, old.size, request.name));
                header.write(context, header.seq);
                return Bytes.EMPTY;
            }
        }
        throw fail(Errno.ENOENT, "no such snapshot");
    }

    private record Entry(long id, long size, String name) {}

    /// @param fixed what stands before the size
    /// @param snapshots newest first; changed in place
    private record Header(Bytes fixed, long imageSize, long seq, int reserved, List<Entry> snapshots) {
        static Header read(ClassContext context) {
            long size = context.exists() ? context.stat().size() : 0;
            if (size < HEADER) {
                throw fail(Errno.EINVAL, "no header of format 1");
            }
            return Codec.stored(context.read(0, size), Header::decode);
        }

        private static Header decode(WireReader in) {
            Bytes fixed = in.raw(FIXED);
            long imageSize = in.u64();
            long seq = in.u64();
            int count = in.u32();
            int reserved = in.u32();
            long namesLength = in.u64();
            if (count < 0 || namesLength < 0 || count * 16L + namesLength > in.remaining()) {
                throw new dev.inkfish.wire.DecodeException("snapshots past the end of the header");
            }
            List<long[]> ids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ids.add(new long[] {in.u64(), in.u64()});
            }
            byte[] names = in.raw((int) namesLength).toArray();
            List<Entry> snapshots = new ArrayList<>();
            int at = 0;
            for (long[] id : ids) {
                int end = at;
                while (end < names.length && names[end] != 0) {
                    end++;
                }
                if (end == names.length) {
                    throw new dev.inkfish.wire.DecodeException("a snapshot's name does not end");
                }
                snapshots.add(new Entry(id[0], id[1], Text.decode(names, at, end - at)));
                at = end + 1;
            }
            return new Header(fixed, imageSize, seq, reserved, snapshots);
        }

        void requireFree(String name) {
            if (snapshots.stream().anyMatch(each -> each.name.equals(name))) {
                throw fail(Errno.EEXIST, "the snapshot exists");
            }
        }

        void write(ClassContext context, long newSeq) {
            int namesLength = 0;
            for (Entry each : snapshots) {
                namesLength += Text.encode(each.name).length + 1;
            }
            int names = namesLength;
            context.writeFull(Codec.encode(out -> {
                out.raw(fixed).u64(imageSize).u64(newSeq).u32(snapshots.size()).u32(reserved).u64(names);
                snapshots.forEach(each -> out.u64(each.id).u64(each.size));
                snapshots.forEach(each -> out.raw(Text.encode(each.name)).u8(0));
            }));
        }
    }
}
