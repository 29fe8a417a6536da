/// Commands as administrators send them to monitors, managers and OSDs: a table of signatures in Ceph's
/// description form (`src/mon/MonCommands.h`, `src/common/cmdparse.cc`), the typed arguments of one call, its
/// result, and the output formats (`src/common/Formatter.cc`, `src/common/TextTable.cc`).
@NullMarked
package dev.inkfish.command;

import org.jspecify.annotations.NullMarked;
