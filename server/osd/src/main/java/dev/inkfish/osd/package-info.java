/// The OSD. `pg` is a placement group: its log, peering, replication and recovery; `ops` is what clients
/// ask of a group's objects; `daemon` is the shell around them: sessions, maps, shards, timers, reports.
///
/// `pg` and `ops` are cores: no sockets, files, threads, locks, clock or randomness. They are driven by
/// calls on their shard's thread and act only through the ports [dev.inkfish.osd.pg.PgHost],
/// [dev.inkfish.osd.pg.PgBackend] and [dev.inkfish.osd.ops.ClientSession].
@NullMarked
package dev.inkfish.osd;

import org.jspecify.annotations.NullMarked;
