/// The two sides of authentication on one connection, as the messenger sees them: bytes in, bytes out.
@NullMarked
package dev.inkfish.cephx.auth;

import org.jspecify.annotations.NullMarked;
