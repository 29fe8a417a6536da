package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;

/// Wants maps, now and as they change (`CEPH_MSG_MON_SUBSCRIBE`).
///
/// @param what by name: `osdmap`, `monmap`, `config`, `mgrmap`, `kv:…`
public record MMonSubscribe(NavigableMap<String, Item> what, String hostname) implements Message {
    public static final int TYPE = 15;
    private static final int VERSION = 3;
    private static final int COMPAT = 1;
    private static final int ONETIME = 1;

    /// @param start the first version wanted; 0 for whatever is newest
    /// @param once one answer is enough
    public record Item(long start, boolean once) {}

    static MMonSubscribe decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        if (header.version() < 2) {
            throw new DecodeException("mon_subscribe of version " + header.version());
        }
        NavigableMap<String, Item> what =
                in.map(WireReader::string, r -> new Item(r.u64(), (r.u8() & ONETIME) != 0));
        return new MMonSubscribe(what, header.version() >= 3 ? in.string() : "");
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return VERSION;
    }

    @Override
    public int compatVersion(long features) {
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.map(what, WireWriter::string, (w, item) -> w.u64(item.start).u8(item.once ? ONETIME : 0));
        out.string(hostname);
    }
}
