/// Spreading groups evenly over OSDs: how uneven they are (`Evaluation`), and which to move (`UpmapOptimizer`). Pure.
@NullMarked
package dev.inkfish.mgr.balancer;

import org.jspecify.annotations.NullMarked;
