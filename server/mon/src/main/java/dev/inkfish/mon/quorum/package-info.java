/// Several monitors: who leads, how long a monitor may answer for all, and how what only the leader can do reaches it.
///
/// **Who leads** is decided below (the log's consensus). A monitor that has become leader, and has applied
/// everything before, tells the others with a [dev.inkfish.mon.quorum.PeerMessage.Lease], again and again; whoever
/// answers is in the quorum. A follower (Ceph's *peon*) that answers promises to vote for nobody else while the lease
/// lasts, so a leader with answers of a majority knows that there is no other leader.
///
/// **What peons do.** They serve maps and subscriptions from committed state while they have a lease, and pass on what
/// needs the leader. Each request stays in [dev.inkfish.mon.quorum.Requests] until it is done, and is passed on again
/// when there is a new leader. An answer is held until the peon has applied what the leader had when it answered, so
/// that a client sees its own changes in the maps that the peon sends.
@NullMarked
package dev.inkfish.mon.quorum;

import org.jspecify.annotations.NullMarked;
