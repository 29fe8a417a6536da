package dev.inkfish.osd.pg;

/// The maps that an OSD has. Where it was away for so long that the monitors have trimmed maps it lacks, there is a gap:
/// whatever changed in those is seen as one change (`OSD::advance_pg`).
@FunctionalInterface
public interface MapSource {
    /// The map of an epoch that is there.
    MapView at(int epoch);

    /// The epoch of the next map, not behind the newest one's successor.
    default int after(int epoch) {
        return epoch + 1;
    }
}
