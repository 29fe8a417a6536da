package dev.inkfish.blockstore;

import java.util.List;

/// What a check found.
///
/// @param objects that were looked at
/// @param blocks that are in use
/// @param problems a sentence each; none if all is well
public record FsckReport(long objects, long blocks, List<String> problems) {
    public boolean clean() {
        return problems.isEmpty();
    }
}
