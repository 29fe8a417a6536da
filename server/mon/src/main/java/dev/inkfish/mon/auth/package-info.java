/// Who may use the cluster: the key database, the keys that services share with the monitors, `auth …`
/// (`src/mon/AuthMonitor.cc`, `src/auth/cephx/CephxKeyServer.cc`).
@NullMarked
package dev.inkfish.mon.auth;

import org.jspecify.annotations.NullMarked;
