package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The objects of which a member of a group lacks the newest version (`pg_missing_t`).
@CephType("pg_missing_t")
public record PgMissing(NavigableMap<HObject, Item> items) {
    public static final PgMissing EMPTY = new PgMissing(Collections.emptyNavigableMap());

    /// @param have the version that is there; zero for none
    /// @param deleted the newest version is that the object is gone
    @CephType("pg_missing_item")
    public record Item(Eversion need, Eversion have, boolean deleted) {
        public static Item decode(WireReader in) {
            Eversion first = Eversion.decode(in);
            Eversion second = Eversion.decode(in);
            if (!first.isZero()) {
                throw new DecodeException("pg_missing_item from before Ceph 12");
            }
            boolean withRegions = second.equals(Eversion.MAX);
            Eversion need = withRegions ? Eversion.decode(in) : second;
            Eversion have = Eversion.decode(in);
            boolean deleted = (in.u8() & 1) != 0;
            if (withRegions) {
                in.versioned(1, (regions, v) -> regions.rest());
            }
            return new Item(need, have, deleted);
        }

        public void encode(WireWriter out) {
            Eversion.ZERO.encode(out);
            Eversion.MAX.encode(out);
            need.encode(out);
            have.encode(out);
            out.u8(deleted ? 1 : 0);
            out.versioned(1, 1, () -> out.u32(0).bool(false).bool(true));
        }
    }

    public static PgMissing decode(WireReader in) {
        return in.versioned(5, (body, version) -> new PgMissing(body.map(HObject::decode, Item::decode)));
    }

    public void encode(WireWriter out) {
        out.versioned(5, 2, () -> out.map(items, (w, o) -> o.encode(w), (w, i) -> i.encode(w))
                .bool(true));
    }
}
