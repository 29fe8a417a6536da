package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ClassContext.CreateMode;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import java.util.Map;
import java.util.NavigableMap;

/// Methods on an image's data objects: copy-up from the parent, and giving space back.
final class DataMethods {
    private DataMethods() {}

    static void register(ObjectClass rbd) {
        rbd.readWrite("copyup", (context, input) -> {
                    if (!context.exists()) {
                        context.write(0, input);
                    }
                    return Bytes.EMPTY;
                })
                .readWrite("sparse_copyup", DataMethods::sparseCopyup)
                .readWrite("sparsify", DataMethods::sparsify)
                .readWrite("assert_snapc_seq", DataMethods::assertSnapContextSeq);
    }

    private static Bytes sparseCopyup(ClassContext context, Bytes input) {
        record Request(NavigableMap<Long, Long> extents, Bytes data) {}
        Request request =
                Codec.input(input, in -> new Request(in.map(WireReader::u64, WireReader::u64), in.bytes()));
        if (context.exists()) {
            return Bytes.EMPTY;
        }
        if (request.extents.isEmpty()) {
            context.create(CreateMode.EXCLUSIVE);
            return Bytes.EMPTY;
        }
        long at = 0;
        for (Map.Entry<Long, Long> extent : request.extents.entrySet()) {
            long length = extent.getValue();
            if (length < 0 || length > request.data.length() - at) {
                throw fail(Errno.EINVAL, "more extents than data");
            }
            context.write(extent.getKey(), request.data.slice((int) at, (int) length));
            at += length;
        }
        return Bytes.EMPTY;
    }

    private static Bytes sparsify(ClassContext context, Bytes input) {
        record Request(long sparseSize, boolean removeEmpty) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.bool()));
        Keys.requireExists(context);
        if (request.sparseSize <= 0) {
            throw fail(Errno.EINVAL, "no sparse size");
        }
        Bytes data = context.read(0, 0);
        if (data.isZero()) {
            if (request.removeEmpty) {
                context.remove();
            } else if (!data.isEmpty()) {
                context.truncate(0);
            }
            return Bytes.EMPTY;
        }
        int step = (int) Math.min(request.sparseSize, data.length());
        int length = data.length();
        int end = length;
        for (int from = 0; from < length; from += step) {
            int count = Math.min(step, length - from);
            if (data.slice(from, count).isZero()) {
                context.zero(from, count);
            } else {
                end = from + count;
            }
        }
        // the object ends where its data does
        if (end < length) {
            context.truncate(end);
        }
        return Bytes.EMPTY;
    }

    /// Guards a write that must not come after a later snapshot.
    private static Bytes assertSnapContextSeq(ClassContext context, Bytes input) {
        record Request(long seq, int state) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.u8()));
        boolean newer = !context.exists() || Long.compareUnsigned(request.seq, context.snapSetSeq()) > 0;
        boolean holds = switch (request.state) {
            case 0 -> newer;
            case 1 -> !newer;
            default -> throw fail(Errno.EOPNOTSUPP, "no such comparison");
        };
        if (!holds) {
            throw fail(Errno.ERANGE, "the object's snapshots are elsewhere");
        }
        return Bytes.EMPTY;
    }
}
