package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.UUID;

/// Answers [MGetPoolStats] (`MSG_GETPOOLSTATSREPLY`).
/// 
/// @param pools `pool_stat_t` by name, encoded
/// @param perPool whether the omap sizes are known by pool
public record MGetPoolStatsReply(
        UUID fsid, long mapVersion, NavigableMap<String, Bytes> pools, boolean perPool)
        implements Message {
    public static final int TYPE = 59;
    private static final int VERSION = 2;
    private static final int COMPAT = 1;

    /// A struct with its envelope, as it is.
    private static Bytes versionedStruct(WireReader in) {
        int version = in.u8();
        int compat = in.u8();
        Bytes body = in.bytes();
        return new WireWriter().u8(version).u8(compat).bytes(body).toBytes();
    }

    static MGetPoolStatsReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        long mapVersion = PaxosFields.decode(in);
        UUID fsid = in.uuid();
        NavigableMap<String, Bytes> pools = in.map(WireReader::string, MGetPoolStatsReply::versionedStruct);
        return new MGetPoolStatsReply(fsid, mapVersion, pools, header.version() >= 2 && in.bool());
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
        out.uuid(fsid).map(pools, WireWriter::string, WireWriter::raw).bool(perPool);
    }
}
