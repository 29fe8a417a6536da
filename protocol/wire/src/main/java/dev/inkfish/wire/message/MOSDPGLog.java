package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgMissing;

/// A log on its way: to the primary that asked, or from the primary to make a member current.
///
/// @param to the receiver's shard
/// @param from the sender's shard
public record MOSDPGLog(
        int mapEpoch,
        int minEpoch,
        int to,
        int from,
        PgInfo info,
        PgLogData log,
        PgMissing missing,
        PastIntervals pastIntervals) implements PgMessage {
    public static final int TYPE = 83;

    @Override
    public SpgId pgid() {
        return new SpgId(info.pgid().pgid(), to);
    }

    public static MOSDPGLog decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int mapEpoch = in.u32();
        PgInfo info = PgInfo.decode(in);
        PgLogData log = PgLogData.decode(in);
        PgMissing missing = PgMissing.decode(in);
        int minEpoch = in.u32();
        PastIntervals past = PastIntervals.decode(in);
        int to = (byte) in.u8();
        int from = (byte) in.u8();
        if (header.version() >= 6) {
            in.skip(1); // whether a lease follows
        }
        return new MOSDPGLog(mapEpoch, minEpoch, to, from, info, log, missing, past);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return 6;
    }

    @Override
    public int compatVersion(long features) {
        return 5;
    }

    @Override
    public int priority() {
        return 196;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.u32(mapEpoch);
        info.encode(out);
        log.encode(out);
        missing.encode(out);
        out.u32(minEpoch);
        pastIntervals.encode(out);
        out.u8(to).u8(from).bool(false);
    }
}
