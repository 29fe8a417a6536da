package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.UUID;

/// OSD maps, encoded, by epoch (`CEPH_MSG_OSD_MAP`). The encodings are the monitors' own: their checksums
/// are part of them.
///
/// @param oldest the lowest epoch that the sender has, or up to which the cluster has trimmed
/// @param newest the highest epoch that the sender has
public record MOSDMap(UUID fsid, NavigableMap<Integer, Bytes> incrementals, NavigableMap<Integer, Bytes> maps, int oldest, int newest) implements Message {
    public static final int TYPE = 41;
    private static final int VERSION = 4;
    private static final int COMPAT = 3;

    static MOSDMap decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        UUID fsid = in.uuid();
        NavigableMap<Integer, Bytes> incrementals = in.map(WireReader::u32, WireReader::bytes);
        NavigableMap<Integer, Bytes> maps = in.map(WireReader::u32, WireReader::bytes);
        if (header.version() < 2) {
            return new MOSDMap(fsid, incrementals, maps, 0, 0);
        }
        return new MOSDMap(fsid, incrementals, maps, in.u32(), in.u32());
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
        out.uuid(fsid);
        out.map(incrementals, WireWriter::u32, WireWriter::bytes);
        out.map(maps, WireWriter::u32, WireWriter::bytes);
        out.u32(oldest).u32(newest);
        // once: gaps in the removed snapshots
        out.u32(0);
    }
}
