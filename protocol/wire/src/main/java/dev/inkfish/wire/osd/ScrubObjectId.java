package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// An object as the lists of inconsistencies name it (`librados::object_id_t`).
@CephType("object_id_wrapper")
public record ScrubObjectId(String name, String nspace, String locator, long snap) {
    public static ScrubObjectId of(HObject object) {
        return new ScrubObjectId(object.oid(), object.nspace(), object.key(), object.snap());
    }

    public static ScrubObjectId decode(WireReader in) {
        return in.versioned(1, (body, version) ->
                new ScrubObjectId(body.string(), body.string(), body.string(), body.u64()));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.string(name).string(nspace).string(locator).u64(snap));
    }
}
