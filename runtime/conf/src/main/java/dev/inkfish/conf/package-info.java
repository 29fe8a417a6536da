/// Configuration as Ceph's users write it: `ceph.conf`, the monitors' configuration database, overrides.
@NullMarked
package dev.inkfish.conf;

import org.jspecify.annotations.NullMarked;
