/// Sessions between peers as *bytes in, events and bytes out*: msgr2 (`doc/dev/msgr2.rst` of Ceph) and msgr1.
///
/// A socket has a [dev.inkfish.messenger.SocketProtocol], which lives as long as it. What must outlive a
/// socket (sequence numbers, cookies, the queue) is a [dev.inkfish.messenger.PeerSession]; an
/// [dev.inkfish.messenger.Endpoint] knows all sessions of one messenger. All of these are used from one
/// thread. What happens is told to a [dev.inkfish.messenger.SocketHost].
@NullMarked
package dev.inkfish.messenger;

import org.jspecify.annotations.NullMarked;
