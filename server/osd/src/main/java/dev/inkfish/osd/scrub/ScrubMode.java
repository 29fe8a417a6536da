package dev.inkfish.osd.scrub;

/// What a scrub does.
///
/// @param deep it reads the contents too
/// @param repair it mends what it can
public record ScrubMode(boolean deep, boolean repair) {
    /// As the cluster log calls it.
    public String text() {
        return repair ? "repair" : deep ? "deep-scrub" : "scrub";
    }
}
