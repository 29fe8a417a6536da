package dev.inkfish.osd.daemon;

import dev.inkfish.cephx.caps.OsdCap;
import dev.inkfish.osd.ops.ClientSession;

/// Who sends client operations: a connection, or this OSD itself.
sealed interface Caller extends ClientSession permits OsdSession, OwnSession, ShardSession {
    /// What its key allows.
    OsdCap caps();
}
