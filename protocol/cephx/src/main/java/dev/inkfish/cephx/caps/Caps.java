package dev.inkfish.cephx.caps;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;

/// Capabilities of any service.
public final class Caps {
    private Caps() {}

    /// Checks text before it is given to a key.
    ///
    /// @param service `mon`, `osd`, `mgr` or `mds`
    /// @throws CephException with EINVAL and the text that `ceph auth` shows
    public static void check(String service, String text) {
        switch (service) {
            case "mon" -> MonCap.parse(text);
            case "osd" -> OsdCap.parse(text);
            case "mgr" -> MgrCap.parse(text);
            case "mds" -> MdsCap.parse(text);
            default -> throw new CephException(Errno.EINVAL, "unknown cap type '" + service + "'");
        }
    }
}
