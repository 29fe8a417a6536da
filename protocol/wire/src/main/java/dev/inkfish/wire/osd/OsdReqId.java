package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import org.jspecify.annotations.Nullable;

/// Names one request of one client for ever, so that a resend is recognised (`osd_reqid_t`).
///
/// @param incarnation 0 for clients, whose name is new with each session
@CephType("osd_reqid_t")
public record OsdReqId(EntityName name, long tid, int incarnation) implements Comparable<OsdReqId> {
    public static OsdReqId decode(WireReader in) {
        return in.versioned(2, (body, version) -> {
            EntityName name = EntityName.decode(body);
            long tid = body.u64();
            return new OsdReqId(name, tid, body.u32());
        });
    }

    /// Reads what may be no request at all, which is a client without type and number, or of number 0: null then.
    public static @Nullable OsdReqId decodeOptional(WireReader in) {
        return in.versioned(2, (body, version) -> {
            int type = body.u8();
            long number = body.u64();
            long tid = body.u64();
            int incarnation = body.u32();
            boolean none = type == 0 || number == 0 && tid == 0 && type == EntityType.CLIENT.number();
            return none ? null : new OsdReqId(new EntityName(EntityType.of(type), number), tid, incarnation);
        });
    }

    /// Writes a request, or what stands for none.
    public static void encodeOptional(@Nullable OsdReqId reqid, WireWriter out) {
        if (reqid != null) {
            reqid.encode(out);
        } else {
            out.versioned(2, 2, () -> out.u8(0).u64(0).u64(0).u32(0));
        }
    }

    public void encode(WireWriter out) {
        out.versioned(2, 2, () -> {
            name.encode(out);
            out.u64(tid).u32(incarnation);
        });
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof OsdReqId that
                        && tid == that.tid
                        && incarnation == that.incarnation
                        && name.type() == that.name.type()
                        && name.number() == that.name.number();
    }

    @Override
    public int hashCode() {
        return Long.hashCode(tid) * 31 + Long.hashCode(name.number()) + incarnation;
    }

    @Override
    public int compareTo(OsdReqId other) {
        int c = name.compareTo(other.name);
        if (c == 0) {
            c = Integer.compareUnsigned(incarnation, other.incarnation);
        }
        return c != 0 ? c : Long.compareUnsigned(tid, other.tid);
    }

    @Override
    public String toString() {
        return name + "." + Integer.toUnsignedString(incarnation) + ":" + Long.toUnsignedString(tid);
    }
}
