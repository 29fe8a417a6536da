/// Ceph's authentication, pure: keys and keyrings here, the structs of the dialogue in `wire`, rotating service
/// keys in `keys`, capabilities in `caps`, and the sides of the dialogue ([dev.inkfish.cephx.CephxMonAuth] at the
/// monitor, [dev.inkfish.cephx.CephxServiceAuth] at other daemons, [dev.inkfish.cephx.CephxClient]).
///
/// A client proves to a monitor that it knows its key without sending it, and gets a ticket and a session key
/// for each service it asks for; a ticket is encrypted with a key that the monitors and that service share and
/// change every hour. Time and randomness come in through [dev.inkfish.cephx.keys.KeyDatabase] and
/// [dev.inkfish.cephx.Entropy].
@NullMarked
package dev.inkfish.cephx;

import org.jspecify.annotations.NullMarked;
