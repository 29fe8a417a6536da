/// The executable: command line, wiring of roles into processes.
@NullMarked
package dev.inkfish.app;

import org.jspecify.annotations.NullMarked;
