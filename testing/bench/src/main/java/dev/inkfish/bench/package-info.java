/// Benchmarks: programs to be run by hand, no part of the tests.
@NullMarked
package dev.inkfish.bench;

import org.jspecify.annotations.NullMarked;
