/// Work on RBD images that the manager does in the background, and what it tells about them (Ceph's module
/// `rbd_support`): tasks, performance by image, schedules. Threads of its own; images are read and changed through their
/// objects and the class `rbd`, as librbd does.
@NullMarked
package dev.inkfish.mgr.rbd;

import org.jspecify.annotations.NullMarked;
