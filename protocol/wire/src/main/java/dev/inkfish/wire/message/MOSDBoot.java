package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.OsdSuperblock;
import java.util.NavigableMap;

/// An OSD is ready to serve (`MSG_OSD_BOOT`).
/// 
/// @param mapVersion the newest map it had when it sent this
/// @param bootEpoch the epoch at which it was up before, 0 after a start
public record MOSDBoot(
        long mapVersion, OsdSuperblock superblock, EntityAddrVec heartbeatBack, EntityAddrVec cluster, int bootEpoch, EntityAddrVec heartbeatFront, NavigableMap<String, String> metadata, long osdFeatures)
        implements Message {
    public static final int TYPE = 71;
    private static final int VERSION = 7;
    private static final int COMPAT = 7;

    static MOSDBoot decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        if (header.version() < VERSION) {
            throw new DecodeException("osd_boot of version " + header.version());
        }
        return new MOSDBoot(
                PaxosFields.decode(in), OsdSuperblock.decode(in), EntityAddrVec.decode(in), EntityAddrVec.decode(in), in.u32(),
                EntityAddrVec.decode(in), in.map(WireReader::string, WireReader::string), in.u64());
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
        PaxosFields.encode(out, mapVersion);
        superblock.encode(out);
        heartbeatBack.encode(out, features);
        cluster.encode(out, features);
        out.u32(bootEpoch);
        heartbeatFront.encode(out, features);
        out.map(metadata, WireWriter::string, WireWriter::string).u64(osdFeatures);
    }
}
