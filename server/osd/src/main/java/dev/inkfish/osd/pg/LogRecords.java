package dev.inkfish.osd.pg;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgLogDup;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How [PgLog] keeps entries and dups in memory: as their wire types say, without envelopes, small numbers short.
final class LogRecords {
    /// The keys of an entry.
    static final int BY_OBJECT = 0;
    static final int BY_REQUEST = 1;

    private static final PgLogEntry.Kind[] KINDS = PgLogEntry.Kind.values();

    private LogRecords() {}

    static final class Entries implements PackedRecords.Codec<PgLogEntry> {
        @Override
        public void encode(PgLogEntry entry, WireWriter out) {
            out.u8(entry.kind().ordinal());
            object(entry.object(), out);
            version(entry.version(), out);
            version(entry.priorVersion(), out);
            number(entry.userVersion(), out);
            request(entry.reqid(), out);
            out.u32(entry.mtime().seconds()).u32(entry.mtime().nanos());
            answer(entry.returnCode(), entry.opReturns(), out);
            bytes(entry.snaps(), out);
        }

        @Override
        public PgLogEntry decode(WireReader in) {
            PgLogEntry.Kind kind = KINDS[in.u8()];
            HObject object = object(in);
            Eversion version = version(in);
            Eversion prior = version(in);
            long userVersion = number(in);
            OsdReqId request = request(in);
            Utime mtime = new Utime(in.u32(), in.u32());
            int code = (int) number(in);
            List<PgLogEntry.OpReturn> returns = returns(in);
            return new PgLogEntry(
                    kind, object, version, prior, userVersion, request, mtime, code, returns, bytes(in));
        }

        @Override
        public int keys() {
            return 2;
        }

        @Override
        public int key(PgLogEntry entry, int which) {
            return which == BY_OBJECT ? objectKey(entry.object()) : requestKey(entry.reqid());
        }
    }

    static final class Dups implements PackedRecords.Codec<PgLogDup> {
        @Override
        public void encode(PgLogDup dup, WireWriter out) {
            request(dup.reqid(), out);
            version(dup.version(), out);
            number(dup.userVersion(), out);
            answer(dup.returnCode(), dup.opReturns(), out);
        }

        @Override
        public PgLogDup decode(WireReader in) {
            OsdReqId request = request(in);
            if (request == null) {
                throw new IllegalStateException("a dup without a request");
            }
            Eversion version = version(in);
            long userVersion = number(in);
            int code = (int) number(in);
            return new PgLogDup(request, version, userVersion, code, returns(in));
        }

        @Override
        public int keys() {
            return 1;
        }

        @Override
        public int key(PgLogDup dup, int which) {
            return requestKey(dup.reqid());
        }
    }

    static int objectKey(HObject object) {
        return object.hash() * 31 + (int) object.snap();
    }

    static int requestKey(@Nullable OsdReqId request) {
        return request == null ? 0 : request.hashCode();
    }

    private static void object(HObject object, WireWriter out) {
        out.u32(object.hash()).bool(object.max());
        number(object.pool(), out);
        number(object.snap(), out);
        out.string(object.oid()).string(object.key()).string(object.nspace());
    }

    private static HObject object(WireReader in) {
        int hash = in.u32();
        boolean max = in.bool();
        long pool = number(in);
        long snap = number(in);
        return new HObject(in.string(), in.string(), snap, hash, max, in.string(), pool);
    }

    private static void version(Eversion version, WireWriter out) {
        number(version.epoch(), out);
        number(version.version(), out);
    }

    private static Eversion version(WireReader in) {
        int epoch = (int) number(in);
        return new Eversion(epoch, number(in));
    }

    private static void request(@Nullable OsdReqId request, WireWriter out) {
        out.u8(request == null ? 0 : request.name().type().number());
        if (request != null) {
            number(request.name().number(), out);
            number(request.tid(), out);
            number(request.incarnation(), out);
        }
    }

    private static @Nullable OsdReqId request(WireReader in) {
        int type = in.u8();
        if (type == 0) {
            return null;
        }
        EntityName name = new EntityName(EntityType.of(type), number(in));
        return new OsdReqId(name, number(in), (int) number(in));
    }

    private static void answer(int code, List<PgLogEntry.OpReturn> returns, WireWriter out) {
        number(code, out);
        number(returns.size(), out);
        for (PgLogEntry.OpReturn each : returns) {
            number(each.code(), out);
            bytes(each.output(), out);
        }
    }

    private static List<PgLogEntry.OpReturn> returns(WireReader in) {
        int count = (int) number(in);
        if (count == 0) {
            return List.of();
        }
        List<PgLogEntry.OpReturn> returns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            returns.add(new PgLogEntry.OpReturn((int) number(in), bytes(in)));
        }
        return returns;
    }

    private static void bytes(Bytes bytes, WireWriter out) {
        number(bytes.length(), out);
        out.raw(bytes);
    }

    /// A copy: the array that is read from may get other records later.
    private static Bytes bytes(WireReader in) {
        int length = (int) number(in);
        return length == 0 ? Bytes.EMPTY : Bytes.wrap(in.raw(length).toArray());
    }

    /// Seven bits a byte, the sign lowest, so that what is near zero is short.
    static void number(long value, WireWriter out) {
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7fL) != 0) {
            out.u8((int) rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.u8((int) rest);
    }

    static long number(WireReader in) {
        long rest = 0;
        for (int shift = 0; ; shift += 7) {
            int part = in.u8();
            rest |= (long) (part & 0x7f) << shift;
            if (part < 0x80) {
                return rest >>> 1 ^ -(rest & 1);
            }
        }
    }
}
