package dev.inkfish.osd.ops;

import dev.inkfish.wire.osd.ObjectCopyData;
import dev.inkfish.wire.osd.ObjectLocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How `copy-from` reaches its source, an object of any pool: a client's `copy-get` from within an OSD.
public interface CopySource {
    /// Answers EOPNOTSUPP to all: where no client is connected.
    CopySource NONE = (source, assertVersion, cursor, max, answer) -> {
        answer.accept(new Part(Codes.EOPNOTSUPP, 0, null));
        return () -> {};
    };

    /// Fetches a part of an object.
    ///
    /// @param assertVersion the user version that the source must have; 0 for any
    /// @param cursor where the part begins
    /// @param max bytes of attributes, data and omap
    /// @param answer is called at most once, on the group's shard, and not after [Pending#cancel]
    Pending copyGet(
            Source source, long assertVersion, ObjectCopyData.Cursor cursor, long max, Consumer<Part> answer);

    /// @param snap of a snapshot, or the head
    /// @param fadvise flags that go with the reads
    record Source(ObjectLocator locator, String oid, long snap, int fadvise) {}

    /// @param code 0 or a negative errno
    /// @param userVersion the source's
    /// @param data null unless the code is 0
    record Part(int code, long userVersion, @Nullable ObjectCopyData data) {}

    /// A part that is on its way.
    interface Pending {
        void cancel();
    }
}
