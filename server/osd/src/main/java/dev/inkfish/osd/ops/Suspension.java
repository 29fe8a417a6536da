package dev.inkfish.osd.ops;

import dev.inkfish.wire.HObject;
import org.jspecify.annotations.Nullable;

/// A request cannot go on now: it is run again from its start, when the object is recovered or, without one,
/// when what it asked for elsewhere is here.
final class Suspension extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable HObject object;

    Suspension(@Nullable HObject object) {
        super(null, null, false, false);
        this.object = object;
    }

    @Nullable HObject object() {
        return object;
    }
}
