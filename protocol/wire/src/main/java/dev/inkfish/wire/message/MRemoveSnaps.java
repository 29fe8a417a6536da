package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.NavigableMap;

/// Snapshots of file systems that are gone (`MSG_REMOVE_SNAPS`).
/// 
/// @param snaps by pool
public record MRemoveSnaps(NavigableMap<Integer, List<Long>> snaps) implements Message {
    public static final int TYPE = 90;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MRemoveSnaps decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MRemoveSnaps(in.map(WireReader::u32, r -> r.list(WireReader::u64)));
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
        PaxosFields.encode(out, 0);
        out.map(snaps, WireWriter::u32, (w, ids) -> w.list(ids, WireWriter::u64));
    }
}
