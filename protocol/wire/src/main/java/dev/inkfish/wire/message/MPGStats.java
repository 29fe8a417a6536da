package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.StoreStatfs;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/// An OSD's and its groups' statistics, to the manager (`MSG_PGSTATS`).
///
/// @param pgs those it is primary of
/// @param epoch of its map
/// @param pools what each pool's objects take on this OSD
public record MPGStats(
        UUID fsid,
        OsdStat osdStat,
        NavigableMap<PgId, PgStat> pgs,
        int epoch,
        NavigableMap<Long, StoreStatfs> pools) implements Message {
    public static final int TYPE = 87;
    private static final int VERSION = 2;
    private static final int COMPAT = 1;

    static MPGStats decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        UUID fsid = in.uuid();
        OsdStat osd = OsdStat.decode(in);
        NavigableMap<PgId, PgStat> pgs = in.map(PgId::decode, PgStat::decode);
        int epoch = in.u32();
        Utime.decode(in);
        return new MPGStats(
                fsid, osd, pgs, epoch, header.version() >= 2 ? in.map(WireReader::u64, StoreStatfs::decode) : new TreeMap<>());
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
        out.uuid(fsid);
        osdStat.encode(out);
        out.map(pgs, (w, id) -> id.encode(w), (w, stat) -> stat.encode(w));
        out.u32(epoch);
        Utime.ZERO.encode(out);
        out.map(pools, WireWriter::u64, (w, statfs) -> statfs.encode(w));
    }
}
