/// Images outside the cluster that `rbd migration prepare --import-only` names: raw and qcow files, read where the manager
/// runs, over HTTP or from S3 (`librbd::migration`).
@NullMarked
package dev.inkfish.mgr.rbd.foreign;

import org.jspecify.annotations.NullMarked;
