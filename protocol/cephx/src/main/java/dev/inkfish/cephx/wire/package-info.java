/// Structs of the cephx dialogue as they travel (`src/auth/cephx/CephxProtocol.h`, `src/auth/Auth.h`).
@NullMarked
package dev.inkfish.cephx.wire;

import org.jspecify.annotations.NullMarked;
