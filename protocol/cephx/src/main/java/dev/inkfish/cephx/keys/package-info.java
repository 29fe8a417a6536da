/// Who has which key: the monitors' key database as a port, and the keys that services share with the monitors.
@NullMarked
package dev.inkfish.cephx.keys;

import org.jspecify.annotations.NullMarked;
