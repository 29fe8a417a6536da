package dev.inkfish.osdmap;

import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// An exception to a placement: the OSD `to` in place of `from`.
public record UpmapItem(int from, int to) {
    static UpmapItem decode(WireReader in) {
        return new UpmapItem(in.u32(), in.u32());
    }

    void encode(WireWriter out) {
        out.u32(from).u32(to);
    }
}
