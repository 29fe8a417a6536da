package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.mon.ProgressEvent;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What the active manager knows, to the monitors (`MSG_MON_MGR_REPORT`).
///
/// @param serviceMap encoded; empty where it did not change
/// @param gid of the manager
/// @param data the encoded digest
public record MMonMgrReport(
        NavigableMap<String, HealthCheck> checks,
        Bytes serviceMap,
        NavigableMap<String, ProgressEvent> progress,
        long gid,
        Bytes data) implements Message {
    public static final int TYPE = 0x706;
    private static final int VERSION = 3;
    private static final int COMPAT = 1;

    static MMonMgrReport decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        NavigableMap<String, HealthCheck> checks = HealthCheck.decodeMap(in);
        Bytes services = in.bytes();
        NavigableMap<String, ProgressEvent> progress =
                header.version() >= 2 ? in.map(WireReader::string, ProgressEvent::decode) : new TreeMap<>();
        return new MMonMgrReport(checks, services, progress, header.version() >= 3 ? in.u64() : 0, data);
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
        HealthCheck.encodeMap(out, checks);
        out.bytes(serviceMap).map(progress, WireWriter::string, (w, event) -> event.encode(w)).u64(gid);
    }

    public PgMapDigest digest() {
        return PgMapDigest.decode(data.reader());
    }
}
