package dev.inkfish.osd.scrub;

import dev.inkfish.wire.osd.ObjectInfo;
import java.util.ArrayList;
import java.util.List;

/// An object's info as Ceph's logs print it.
final class ObjectInfoText {
    private static final int[] BITS = {
        ObjectInfo.LOST, ObjectInfo.WHITEOUT, ObjectInfo.DIRTY, ObjectInfo.OMAP, ObjectInfo.DATA_DIGEST,
        ObjectInfo.OMAP_DIGEST, ObjectInfo.MANIFEST
    };
    private static final String[] NAMES = {
        "lost", "whiteout", "dirty", "omap", "data_digest", "omap_digest", "manifest"
    };

    private ObjectInfoText() {}

    static String of(ObjectInfo info) {
        List<String> flags = new ArrayList<>();
        for (int i = 0; i < BITS.length; i++) {
            if (info.has(BITS[i])) {
                flags.add(NAMES[i]);
            }
        }
        StringBuilder out = new StringBuilder();
        out.append(info.object()).append('(').append(info.version()).append(' ');
        out.append(info.lastReqid() == null ? "unknown.0.0:0" : info.lastReqid());
        if (!flags.isEmpty()) {
            out.append(' ').append(String.join("|", flags));
        }
        out.append(" s ").append(info.size()).append(" uv ").append(info.userVersion());
        if (info.has(ObjectInfo.DATA_DIGEST)) {
            out.append(" dd ").append(Integer.toHexString(info.dataDigest()));
        }
        if (info.has(ObjectInfo.OMAP_DIGEST)) {
            out.append(" od ").append(Integer.toHexString(info.omapDigest()));
        }
        return out.append(" alloc_hint [")
                .append(info.expectedObjectSize())
                .append(' ')
                .append(info.expectedWriteSize())
                .append(' ')
                .append(info.allocHintFlags())
                .append("])")
                .toString();
    }
}
