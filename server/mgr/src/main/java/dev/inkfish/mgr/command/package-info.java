/// The commands that the manager serves, by module.
@NullMarked
package dev.inkfish.mgr.command;

import org.jspecify.annotations.NullMarked;
