/// Metrics for Prometheus under Ceph's names (module `prometheus`). The text format is written here rather than by a client
/// library: names, labels and the order in which Ceph has them are what dashboards rely on.
@NullMarked
package dev.inkfish.mgr.prometheus;

import org.jspecify.annotations.NullMarked;
