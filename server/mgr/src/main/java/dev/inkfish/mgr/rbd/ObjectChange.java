package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A step from what an object held at one snapshot to what it holds at the next.
sealed interface ObjectChange {
    /// What differs is found in pieces of this size.
    int BLOCK = 4096;

    record Create() implements ObjectChange {}

    record Delete() implements ObjectChange {}

    record Write(int offset, Bytes data) implements ObjectChange {}

    record Zero(int offset, int length) implements ObjectChange {}

    record Truncate(int size) implements ObjectChange {}

    /// Whether a range was written between the two, with the same bytes perhaps.
    @FunctionalInterface
    interface Written {
        Written NOT_TOLD = (offset, length) -> false;

        boolean test(int offset, int length);
    }

    /// @param before the whole object, filled with zeros; null where it is not there
    /// @param after of the same length
    /// @param written what is written though it does not differ
    static List<ObjectChange> between(byte @Nullable [] before, byte @Nullable [] after, Written written) {
        List<ObjectChange> changes = new ArrayList<>();
        if (after == null) {
            if (before != null) {
                changes.add(new Delete());
            }
            return changes;
        }
        byte[] old = before == null ? new byte[after.length] : before;
        int end = end(after);
        int oldEnd = end(old);
        for (int at = 0; at < end; ) {
            int from = at;
            boolean zero = isZero(after, at, end);
            while (at < end && isZero(after, at, end) == zero
                    && (differs(old, after, at, end) || !zero && written.test(at, Math.min(end, at + BLOCK) - at))) {
                at = Math.min(end, at + BLOCK);
            }
            if (at > from) {
                changes.add(zero ? new Zero(from, at - from) : new Write(from, Bytes.wrap(after, from, at - from)));
            } else {
                at += BLOCK;
            }
        }
        if (end < oldEnd) {
            changes.add(new Truncate(end));
        }
        if (before == null && changes.isEmpty()) {
            changes.add(new Create());
        }
        return changes;
    }

    private static boolean differs(byte[] old, byte[] now, int at, int end) {
        int to = Math.min(end, at + BLOCK);
        return java.util.Arrays.mismatch(old, at, to, now, at, to) >= 0;
    }

    private static boolean isZero(byte[] content, int at, int end) {
        return Bytes.wrap(content, at, Math.min(end, at + BLOCK) - at).isZero();
    }

    /// Behind the last byte that is not zero.
    private static int end(byte[] content) {
        int end = content.length;
        while (end > 0 && content[end - 1] == 0) {
            end--;
        }
        return end;
    }

    static void addTo(ObjectOps ops, List<ObjectChange> changes) {
        for (ObjectChange change : changes) {
            switch (change) {
                case Create create -> ops.create(false);
                case Delete delete -> ops.delete();
                case Write write -> ops.write(write.offset, write.data);
                case Zero zero -> ops.zero(zero.offset, zero.length);
                case Truncate truncate -> ops.truncate(truncate.size);
            }
        }
    }
}
