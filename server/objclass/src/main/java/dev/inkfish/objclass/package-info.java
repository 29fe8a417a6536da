/// Object classes: methods that run on an OSD, inside an operation on one object (`src/cls`).
///
/// Each class is pure code over [dev.inkfish.objclass.ClassContext], in a package of its own; the table
/// of all of them is [dev.inkfish.objclass.ObjectClasses].
@NullMarked
package dev.inkfish.objclass;

import org.jspecify.annotations.NullMarked;
