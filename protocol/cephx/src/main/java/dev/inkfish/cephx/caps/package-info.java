/// Capabilities: what a key allows at monitors, OSDs, the manager and metadata servers.
@NullMarked
package dev.inkfish.cephx.caps;

import org.jspecify.annotations.NullMarked;
