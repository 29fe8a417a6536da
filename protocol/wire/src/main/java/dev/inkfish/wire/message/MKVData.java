package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// Keys of the monitors' key-value store under a prefix (`MSG_KV_DATA`).
///
/// @param incremental only what changed, otherwise all there is
/// @param entries a value, or null for a key that is gone
public record MKVData(long version, String prefix, boolean incremental, NavigableMap<String, @Nullable Bytes> entries) implements Message {
    public static final int TYPE = 54;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MKVData decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MKVData(
                in.u64(), in.string(), in.bool(), in.map(WireReader::string, r -> r.bool() ? r.bytes() : null));
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
        out.u64(version).string(prefix).bool(incremental);
        out.map(entries, WireWriter::string, (w, value) -> {
            w.bool(value != null);
            if (value != null) {
                w.bytes(value);
            }
        });
    }
}
