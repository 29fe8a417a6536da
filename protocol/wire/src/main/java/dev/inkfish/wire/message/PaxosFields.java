package dev.inkfish.wire.message;

import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What messages to a monitor's services begin with (`PaxosServiceMessage`): a version, and two fields
/// that are no longer used.
public final class PaxosFields {
    private PaxosFields() {}

    /// @return the version
    public static long decode(WireReader in) {
        long version = in.u64();
        in.skip(10);
        return version;
    }

    public static void encode(WireWriter out, long version) {
        out.u64(version).u16(-1).u64(0);
    }
}
