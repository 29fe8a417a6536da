package dev.inkfish.osd.ops;

import dev.inkfish.wire.osd.ObjectCopyData;
import dev.inkfish.wire.osd.ObjectLocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How `copy-from` reaches its source, an object of any pool: a client's `copy-get` from within an OSD.
public interface CopySource {
    /// Answers EOPNOTSUPP to all: as long as no client is connected.
    CopySource NONE = (locator, oid, snap, assertVersion, cursor, max, answer) ->
            answer.accept(new Part(Codes.EOPNOTSUPP, 0, null));

    /// Fetches a part of an object.
    ///
    /// @param assertVersion the user version that the source must have; 0 for any
    /// @param cursor where the part begins
    /// @param max bytes of attributes, data and omap
    /// @param answer is called once, on the group's shard
    void copyGet(
            ObjectLocator locator,
            String oid,
            long snap,
            long assertVersion,
            ObjectCopyData.Cursor cursor,
            long max,
            Consumer<Part> answer);

    /// @param code 0 or a negative errno
    /// @param userVersion the source's
    /// @param data null unless the code is 0
    record Part(int code, long userVersion, @Nullable ObjectCopyData data) {}
}
