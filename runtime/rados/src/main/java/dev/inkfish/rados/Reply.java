package dev.inkfish.rados;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.List;

/// What became of the operations on an object.
///
/// @param code 0 or above, or a negative errno
/// @param outputs one for each operation; empty where the whole failed early
/// @param version the object's
public record Reply(int code, List<Bytes> outputs, long version) {
    public boolean failedWith(Errno errno) {
        return code == errno.code();
    }

    /// Of the one operation, or of the last.
    public Bytes output() {
        return outputs.isEmpty() ? Bytes.EMPTY : outputs.getLast();
    }

    /// @throws CephException if it failed
    public Reply orThrow(String what) {
        if (code < 0) {
            throw new CephException(code, what + ": " + Errno.describe(code));
        }
        return this;
    }
}
