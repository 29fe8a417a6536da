package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.SnapContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The header of an image of format 1, `NAME.rbd` (`rbd_obj_header_ondisk`). Here such an image is only ever what a migration
/// starts from.
///
/// @param snaps newest first
record OldHeader(String prefix, int order, long size, long seq, List<Snap> snaps) {
    private static final int TEXT = 40;
    private static final int PREFIX = 24;
    private static final int SIGNATURE_AND_VERSION = 4 + 8;
    private static final int TMAP_SET = 's';

    private record Snap(long id, long size, String name) {}

    /// Null if there is none of that name.
    static @Nullable OldHeader read(PoolIo io, String name) {
        Reply reply = io.run(Image.headerObject(name, ""), ObjectOps.of().read(0, 0));
        if (reply.failedWith(Errno.ENOENT)) {
            return null;
        }
        return decode(reply.orThrow("header of " + name).output().reader());
    }

    static OldHeader decode(WireReader in) {
        in.raw(TEXT);
        String prefix = untilZero(in.raw(PREFIX));
        in.raw(SIGNATURE_AND_VERSION);
        int order = in.u8();
        in.raw(3); // encryption and compression, which never came
        long size = in.u64();
        long seq = in.u64();
        int count = in.u32();
        in.u32();
        long namesLength = in.u64();
        List<long[]> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(new long[] {in.u64(), in.u64()});
        }
        Bytes names = in.raw((int) Math.min(namesLength, in.remaining()));
        List<Snap> snaps = new ArrayList<>();
        int at = 0;
        for (long[] each : ids) {
            String name = untilZero(names.slice(at, names.length() - at));
            at = Math.min(names.length(), at + name.getBytes(StandardCharsets.UTF_8).length + 1);
            snaps.add(new Snap(each[0], each[1], name));
        }
        return new OldHeader(prefix, order, size, seq, snaps);
    }

    private static String untilZero(Bytes text) {
        byte[] all = text.toArray();
        int end = 0;
        while (end < all.length && all[end] != 0) {
            end++;
        }
        return new String(all, 0, end, StandardCharsets.UTF_8);
    }

    Image image(PoolIo io, String name) {
        List<Long> ids = snaps.stream().map(Snap::id).toList();
        return new Image(io, name, "", size, new ImageLayout(1L << order, 1L << order, 1), 0, prefix, -1,
                new SnapContext(seq, ids), null, 0);
    }

    long sizeAt(long snap) {
        if (snap == RadosClient.NO_SNAP) {
            return size;
        }
        return snaps.stream().filter(each -> each.id == snap).mapToLong(Snap::size).findFirst()
                .orElseThrow(() -> new CephException(Errno.ENOENT, "no snapshot " + snap));
    }

    /// Removes a snapshot of such an image.
    static void removeSnap(RbdHost host, Image image, long snap) {
        OldHeader header = read(image.io(), image.name());
        Snap found = header == null ? null
                : header.snaps.stream().filter(each -> each.id == snap).findFirst().orElse(null);
        if (found == null) {
            return;
        }
        image.io().tell(image.header(), "rbd", "snap_remove", new WireWriter().string(found.name).toBytes())
                .orThrow("remove snapshot " + found.name);
        host.removeSnapId(image.data().pool(), snap);
    }

    /// Lists it in its pool again.
    static void relink(Image image) {
        Bytes entry = new WireWriter().u8(TMAP_SET).string(image.name()).bytes(Bytes.EMPTY).toBytes();
        image.io().run("rbd_directory", ObjectOps.of().tmapUpdate(entry)).orThrow("directory");
    }
}
