package dev.inkfish.osd.ops;

import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.SnapSet;

/// What the store says of an object, decoded (`ObjectContext`); immutable.
///
/// @param exists also of a whiteout, which stands for a deleted head that has clones
/// @param snapSet the head's; empty for a clone
record ObjectContext(HObject object, boolean exists, ObjectInfo info, SnapSet snapSet) {
    static ObjectContext missing(HObject object) {
        return new ObjectContext(object, false, ObjectInfo.blank(object), SnapSet.EMPTY);
    }

    /// What clients call existing.
    boolean isThere() {
        return exists && !info.has(ObjectInfo.WHITEOUT);
    }

    ObjectContext withSnapSet(SnapSet other) {
        return new ObjectContext(object, exists, info, other);
    }

    ObjectContext withInfo(ObjectInfo other) {
        return new ObjectContext(object, exists, other, snapSet);
    }
}
