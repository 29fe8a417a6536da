/// Images outside the cluster that `rbd migration prepare --import-only` names: raw and qcow files, read where the manager
/// runs or over HTTP (`librbd::migration`).
@NullMarked
package dev.inkfish.mgr.rbd.foreign;

import org.jspecify.annotations.NullMarked;
