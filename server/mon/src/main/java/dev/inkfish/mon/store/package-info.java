/// The monitor's replicated key-value store: names within namespaces, changed by transactions.
@NullMarked
package dev.inkfish.mon.store;

import org.jspecify.annotations.NullMarked;
