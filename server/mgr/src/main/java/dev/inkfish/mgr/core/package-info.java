/// What the manager knows: statistics of groups and OSDs, its place among the managers, sessions. Pure:
/// what happened comes in as calls, what is to be done goes out through [dev.inkfish.mgr.core.MgrEffects].
@NullMarked
package dev.inkfish.mgr.core;

import org.jspecify.annotations.NullMarked;
