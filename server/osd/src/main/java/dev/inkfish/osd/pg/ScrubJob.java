package dev.inkfish.osd.pg;

import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;

/// When a primary's group is scrubbed next.
///
/// @param deadline from when on it is, whatever the hour and the load
public record ScrubJob(SpgId pgid, Utime at, Utime deadline, boolean requested) {}
