package dev.inkfish.mgr.rbd;

/// What a run of a schedule works on.
///
/// @param image its id; empty where a whole namespace is worked on
record ScheduleTarget(long pool, String nspace, String image) implements Comparable<ScheduleTarget> {
    @Override
    public int compareTo(ScheduleTarget other) {
        int byPool = Long.compare(pool, other.pool);
        int byNspace = byPool != 0 ? byPool : nspace.compareTo(other.nspace);
        return byNspace != 0 ? byNspace : image.compareTo(other.image);
    }
}
