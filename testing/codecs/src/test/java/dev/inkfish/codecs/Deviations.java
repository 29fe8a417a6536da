package dev.inkfish.codecs;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Where ours and `ceph-dencoder` of Ceph 14 may differ, and why. A test ends with [#unused]: what no longer differs is to
/// be taken off, and must never go back.
final class Deviations {
    private static final String NO_TYPE = "a name without a type, which only Ceph's tests make";
    private static final String NO_KIND = "an entry or query without a kind, which only Ceph's tests make";
    private static final String NO_ROLLBACK = "descriptions of local rollback (erasure coding's) are dropped";

    /// Test instances that do not come back as they were.
    private static final Map<String, String> INSTANCES = Map.ofEntries(
            entry("LogEntry test 1", NO_TYPE),
            entry("object_copy_data_t test 3", NO_TYPE),
            entry("osd_reqid_t test 1", NO_TYPE),
            entry("pg_log_dup_t test 1", NO_TYPE),
            entry("rados::cls::lock::locker_id_t test 2", NO_TYPE),
            entry("cls_lock_break_op test 2", NO_TYPE),
            entry("pg_log_entry_t test 1", NO_KIND),
            entry("pg_log_t test 2", NO_KIND),
            entry("pg_query_t test 1", NO_KIND),
            entry("pg_log_entry_t test 2", NO_ROLLBACK),
            entry("pg_log_entry_t test 3", NO_ROLLBACK),
            entry("ScrubMap test 2", "'negative', unused since Infernalis, is dropped"),
            entry("ScrubMap::object test 2", "as above"),
            entry("cls::rbd::MirrorPeer test 2", "the pool's number, gone since Octopus, is dropped"),
            entry("pg_info_t test 1", "hit sets (cache pools) are dropped"),
            entry("pg_info_t test 2", "as above"),
            entry("pg_missing_t test 1", "deletions are always included"),
            entry("pg_missing_t test 2", "its items are of before Luminous"),
            entry("pg_missing_t test 3", "items in Octopus' form, which 14 does not know"),
            entry("pg_missing_item test 1", "as above"),
            entry("pg_missing_item test 2", "as above"),
            entry("pg_missing_item test 3", "as above"));

    /// Types of which 14 does not know the form that we write.
    private static final Map<String, String> NOT_TAKEN = Map.of(
            "pg_missing_item", "Octopus' form",
            "pg_missing_t", "as above",
            "cls::rbd::MirrorImageStatus", "of several sites, since Octopus");

    /// Messages as they are when new, which we cannot have.
    private static final Map<String, String> NEW_MESSAGES = Map.of(
            "MOSDOp", "14 does not encode it",
            "MOSDPGBackfill", NO_KIND,
            "MOSDPGScan", NO_KIND,
            "MOSDPing", NO_KIND,
            "MGetConfig", NO_TYPE,
            "MOSDPGRemove", "it removes nothing",
            "MOSDRepScrub", "not chunky",
            "MMgrMap", "in its later version",
            "MOSDBoot", "its superblock in its later version",
            "MOSDPGLog", "what is missing in its later version");

    /// What came after Ceph 14.
    private static final Set<String> LATER = Set.of(
            "MgrMap.activeFeatures", "MgrMap.lastFailureOsdEpoch", "MgrMap.clients", "Standby.features",
            "MonMap.disallowedLeaders", "MonMap.electionStrategy", "MonMap.removedRanks", "MonMap.stretchMarkedDown",
            "MonMap.stretchMode", "MonMap.tiebreaker", "OsdSuperblock.purgedSnapsLast",
            "OsdSuperblock.lastPurgedSnapsScrub", "OsdStat.perPoolOmapOsds", "Migration.mirrorMode", "MirrorImage.mode",
            "Peer.direction", "Peer.mirrorUuid", "Peer.lastSeen", "Bucket.dataPool", "Bucket.extraPool",
            "Bucket.indexPool", "Bucket.placementId", "OsdXinfo.deadEpoch", "OsdXinfo.lastPurgedSnapsScrub",
            "PgLogDup.opReturns", "PgLogEntry.opReturns", "PgLogEntry.returnCode", "MonInfo.crushLocation", "MonInfo.weight",
            "Snapshot.namespace", "Mirror");

    /// Fields of dumps that have our name but another meaning.
    private static final Map<Pattern, String> DUMPED = Map.of(
            Pattern.compile("ServiceMap.*daemons: .*"), "'summary' stands among the daemons",
            Pattern.compile("cls_rbd_snap .*parent.image_id: .*"), "the parent is not encoded",
            Pattern.compile("obj_list_snap_response_t .*clones: .*"), "the head stands among the clones",
            Pattern.compile("CrushWrapper .*buckets: .*"), "without the holes",
            Pattern.compile("(osd_stat_t|PGMapDigest) .*alerts: .*"), "one line each for its parts",
            Pattern.compile("osd_xinfo_t .*laggy_probability: .*"), "as a fraction",
            Pattern.compile("pg_log_(entry_)?t .*return_code: .*"), "only of errors");

    private final TreeSet<String> unused = new TreeSet<>();

    private Deviations(Set<String> expected) {
        unused.addAll(expected);
    }

    static Deviations ofInstances() {
        return new Deviations(INSTANCES.keySet());
    }

    static Deviations ofOurs() {
        TreeSet<String> expected = new TreeSet<>(LATER);
        expected.addAll(NOT_TAKEN.keySet());
        return new Deviations(expected);
    }

    static Deviations ofNewMessages() {
        return new Deviations(NEW_MESSAGES.keySet());
    }

    boolean newMessage(String name) {
        unused.remove(name);
        return NEW_MESSAGES.containsKey(name);
    }

    boolean instance(String what) {
        unused.remove(what);
        return INSTANCES.containsKey(what);
    }

    boolean notTaken(String type) {
        unused.remove(type);
        return NOT_TAKEN.containsKey(type);
    }

    boolean later(String component) {
        unused.remove(component);
        return LATER.contains(component);
    }

    static boolean dumped(String contradiction) {
        return DUMPED.keySet().stream().anyMatch(p -> p.matcher(contradiction).matches());
    }

    Set<String> unused() {
        return unused;
    }
}
