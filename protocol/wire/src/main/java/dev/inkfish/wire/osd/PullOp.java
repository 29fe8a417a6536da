package dev.inkfish.wire.osd;

import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A wish for an object in a version. The layout is ours; only our daemons exchange it.
public record PullOp(HObject object, Eversion version) {
    public static PullOp decode(WireReader in) {
        return in.versioned(1, (body, v) -> new PullOp(HObject.decode(body), Eversion.decode(body)));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            object.encode(out);
            version.encode(out);
        });
    }
}
