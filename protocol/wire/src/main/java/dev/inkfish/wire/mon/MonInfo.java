package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.TreeMap;

/// One monitor in the map (`mon_info_t`).
@CephType("mon_info_t")
public record MonInfo(
        String name, EntityAddrVec addrs, int priority, int weight, NavigableMap<String, String> crushLocation) {
    /// 2: priority; 3: address vectors; 4: weight; 5: location.
    private static final int VERSION = 5;
    private static final int VERSION_ONE_ADDR = 2;

    public MonInfo(String name, EntityAddrVec addrs) {
        this(name, addrs, 0, 0, new TreeMap<>());
    }

    public static MonInfo decode(WireReader in) {
        return in.versioned(VERSION, (r, version) -> new MonInfo(
                r.string(),
                EntityAddrVec.decode(r),
                version >= 2 ? r.u16() : 0,
                version >= 4 ? r.u16() : 0,
                version >= 5 ? r.map(WireReader::string, WireReader::string) : new TreeMap<>()));
    }

    public void encode(WireWriter out, long features) {
        boolean nautilus = Features.has(features, Features.SERVER_NAUTILUS);
        out.versioned(nautilus ? VERSION : VERSION_ONE_ADDR, 1, () -> {
            out.string(name);
            if (nautilus) {
                addrs.encode(out, features);
            } else {
                addrs.legacy().encode(out, features);
            }
            out.u16(priority).u16(weight).map(crushLocation, WireWriter::string, WireWriter::string);
        });
    }
}
