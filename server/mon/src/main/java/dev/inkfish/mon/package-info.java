/// The monitor: the cluster's maps, keys, configuration and log, agreed on, kept, and served to clients and
/// daemons (`src/mon/Monitor.cc`).
///
/// [dev.inkfish.mon.MonCore] is pure: the shell hands it what happened (a message, a tick, a committed
/// transaction) with the time, on one thread; what it wants done goes out through [dev.inkfish.mon.MonEffects].
///
/// **How state changes.** Each [dev.inkfish.mon.MonService] owns a namespace of the replicated key-value
/// store and builds what it shows from it alone. A change is first noted as *pending*; when nothing is in
/// flight, the core collects what is pending in all services into one [dev.inkfish.mon.store.MonTransaction]
/// and proposes it. Only when it comes back committed do the services read the new state, and only then do
/// the replies that promise it leave. While a proposal is in flight, whatever wants to change something waits
/// and then goes into the next one together.
@NullMarked
package dev.inkfish.mon;

import org.jspecify.annotations.NullMarked;
