/// All codecs at once: against Ceph's own encoder and decoder, its golden corpus, and hostile input.
@NullMarked
package dev.inkfish.codecs;

import org.jspecify.annotations.NullMarked;
