/// A client of the objects of a cluster: sends operations to the OSD that is responsible, again when that changes, and
/// keeps watches. For daemons that use the cluster themselves; it needs a messenger and the OSD maps as they come.
@NullMarked
package dev.inkfish.rados;

import org.jspecify.annotations.NullMarked;
