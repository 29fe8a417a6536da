package dev.inkfish.mon;

import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.wire.mon.PerfCounterType;

/// What a monitor counts from its start on, under Ceph's names (`Monitor::preinit`, `Paxos::init_logger`, `RocksDBStore::init`).
///
/// Of `paxos` there is what the log of Ratis has a counterpart for: it has no collects and no proposal numbers, and how long a
/// proposal took to be written it does not tell.
public enum Count {
    SESSION_ADD("mon", "session_add", "Created sessions", "sadd", 8, PerfGroups.COUNTER),
    SESSION_RM("mon", "session_rm", "Removed sessions", "srm", 8, PerfGroups.COUNTER),
    /// Sent away as this monitor was out of quorum for too long.
    SESSION_TRIM("mon", "session_trim", "Trimmed sessions", "strm", PerfGroups.COUNTER),
    NUM_ELECTIONS("mon", "num_elections", "Elections participated in", "ecnt", PerfGroups.COUNTER),
    ELECTION_CALL("mon", "election_call", "Elections started", "estt", 8, PerfGroups.COUNTER),
    ELECTION_WIN("mon", "election_win", "Elections won", "ewon", 8, PerfGroups.COUNTER),
    ELECTION_LOSE("mon", "election_lose", "Elections lost", "elst", 8, PerfGroups.COUNTER),

    START_LEADER("paxos", "start_leader", "Starts in leader role", "", PerfGroups.COUNTER),
    START_PEON("paxos", "start_peon", "Starts in peon role", "", PerfGroups.COUNTER),
    /// What was under way was given up.
    RESTART("paxos", "restart", "Restarts", "", PerfGroups.COUNTER),
    REFRESH("paxos", "refresh", "Refreshes", "", PerfGroups.COUNTER),
    REFRESH_LATENCY("paxos", "refresh_latency", "Refresh latency", "", PerfGroups.LATENCY),
    BEGIN("paxos", "begin", "Started and handled begins", "", PerfGroups.COUNTER),
    BEGIN_KEYS("paxos", "begin_keys", "Keys in transaction on begin", "", PerfGroups.AVERAGE),
    BEGIN_BYTES("paxos", "begin_bytes", "Data in transaction on begin", "", PerfGroups.AVERAGE),
    COMMIT("paxos", "commit", "Commits", "cmt", PerfGroups.COUNTER),
    COMMIT_KEYS("paxos", "commit_keys", "Keys in transaction on commit", "", PerfGroups.AVERAGE),
    COMMIT_BYTES("paxos", "commit_bytes", "Data in transaction on commit", "", PerfGroups.AVERAGE),
    COMMIT_LATENCY("paxos", "commit_latency", "Commit latency", "clat", PerfGroups.LATENCY),
    LEASE_ACK_TIMEOUT("paxos", "lease_ack_timeout", "Lease acknowledgement timeouts", "", PerfGroups.COUNTER),
    LEASE_TIMEOUT("paxos", "lease_timeout", "Lease timeouts", "", PerfGroups.COUNTER),
    /// Another monitor's store taken as a whole.
    STORE_STATE("paxos", "store_state", "Store a shared state on disk", "", PerfGroups.COUNTER),
    STORE_STATE_BYTES("paxos", "store_state_bytes", "Data in transaction in stored state", "", PerfGroups.AVERAGE),
    STORE_STATE_LATENCY("paxos", "store_state_latency", "Storing state latency", "", PerfGroups.LATENCY),
    /// This monitor's store sent as a whole.
    SHARE_STATE("paxos", "share_state", "Sharings of state", "", PerfGroups.COUNTER),
    SHARE_STATE_BYTES("paxos", "share_state_bytes", "Data in shared state", "", PerfGroups.AVERAGE),

    GET("rocksdb", "get", "Gets", "", PerfGroups.COUNTER),
    GET_LATENCY("rocksdb", "get_latency", "Get latency", "", PerfGroups.LATENCY),
    SUBMIT_LATENCY("rocksdb", "submit_latency", "Submit Latency", "", PerfGroups.LATENCY),
    SUBMIT_SYNC_LATENCY("rocksdb", "submit_sync_latency", "Submit Sync Latency", "", PerfGroups.LATENCY),
    COMPACT("rocksdb", "compact", "Compactions", "", PerfGroups.COUNTER);

    private static final int USEFUL = 5;

    private final String group;
    private final PerfCounterType type;

    Count(String group, String name, String description, String nick, int type) {
        this(group, name, description, nick, USEFUL, type);
    }

    Count(String group, String name, String description, String nick, int priority, int type) {
        this.group = group;
        this.type = new PerfCounterType(
                name, description, nick, type, priority, name.endsWith("_bytes") ? PerfGroups.BYTES : PerfGroups.NONE);
    }

    String group() {
        return group;
    }

    /// Its path is the name within the group.
    PerfCounterType type() {
        return type;
    }
}
