/// Hostile input: what a decoder, a parser or a handshake makes of any bytes. Run over the kept corpus as tests, and guided
/// by coverage with `./test --fuzz`.
@NullMarked
package dev.inkfish.codecs.fuzz;

import org.jspecify.annotations.NullMarked;
