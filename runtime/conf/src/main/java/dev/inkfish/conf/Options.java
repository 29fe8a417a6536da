package dev.inkfish.conf;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The options that are honoured, with the defaults of Ceph 16 (`src/common/options.cc`) unless the
/// description of ours says otherwise.
public final class Options {
    /// Name, type, default, description.
    private static final String TABLE =
            """
            auth_cluster_required | STRING | cephx | auth methods required among daemons
            auth_service_required | STRING | cephx | auth methods that daemons require of clients
            auth_client_required | STRING | cephx, none | auth methods that clients require of daemons
            auth_allow_insecure_global_id_reclaim | BOOL | true | let clients reclaim a global id without proof
            auth_expose_insecure_global_id_reclaim | BOOL | true | show clients that reclaim insecurely
            auth_mon_ticket_ttl | FLOAT | 259200 | lifetime of the ticket for the monitors
            auth_service_ticket_ttl | FLOAT | 3600 | lifetime of a service ticket
            cephx_require_signatures | BOOL | false | require signed messages
            cephx_sign_messages | BOOL | true | sign messages
            fsid | UUID |  | the cluster's id
            host | STRING |  | host name
            keyring | STRING | /etc/ceph/$cluster.$name.keyring,/etc/ceph/$cluster.keyring,/etc/ceph/keyring,/etc/ceph/keyring.bin | where keys are
            log_file | STRING |  | where the log goes; the standard error stream if empty
            log_to_file | BOOL | true | write the log to log_file
            log_to_stderr | BOOL | false | write the log to the standard error stream, too
            err_to_stderr | BOOL | true | write errors to the standard error stream, too
            mon_addr | STRING |  | address of a monitor, in its own section
            mon_host | STRING |  | the monitors' addresses
            mon_initial_members | STRING |  | names of the first monitors
            mon_data | STRING | /var/lib/ceph/mon/$cluster-$id | a monitor's directory
            mon_client_bytes | SIZE | 100M | bytes of requests of clients, and of answers to them, that a monitor holds
            mon_allow_pool_delete | BOOL | false | allow pools to be removed
            mon_allow_pool_size_one | BOOL | false | allow pools of one replica
            mon_max_pg_per_osd | UINT | 250 | largest number of groups per OSD that a new pool may lead to
            mon_max_pool_pg_num | UINT | 65536 | largest pg_num of a pool
            mon_max_osd | INT | 10000 | largest OSD id + 1
            mon_osd_down_out_interval | INT | 600 | seconds after which a down OSD is marked out
            mon_osd_down_out_subtree_limit | STRING | rack | smallest subtree that is not marked out as a whole
            mon_osd_min_down_reporters | UINT | 2 | reporters needed to mark an OSD down
            mon_osd_reporter_subtree_level | STRING | host | subtree whose OSDs count as one reporter
            mon_osd_report_timeout | INT | 900 | seconds without a report after which an OSD is marked down
            mon_osd_adjust_heartbeat_grace | BOOL | true | grow the grace for laggy OSDs
            mon_osd_adjust_down_out_interval | BOOL | true | grow the down-out interval for laggy OSDs
            mon_osd_laggy_halflife | INT | 3600 | half-life of the laggy estimate
            mon_osd_laggy_weight | FLOAT | 0.3 | weight of a new laggy sample
            mon_osd_laggy_max_interval | INT | 300 | cap of the laggy interval
            mon_osd_min_up_ratio | FLOAT | 0.3 | share of OSDs that stay up whatever is reported
            mon_osd_min_in_ratio | FLOAT | 0.75 | share of OSDs that stay in when others are marked out
            mon_osd_full_ratio | FLOAT | 0.95 | initial full ratio
            mon_osd_backfillfull_ratio | FLOAT | 0.9 | initial backfillfull ratio
            mon_osd_nearfull_ratio | FLOAT | 0.85 | initial nearfull ratio
            mon_osd_auto_mark_new_in | BOOL | true | mark new OSDs in
            mon_osd_auto_mark_auto_out_in | BOOL | true | mark OSDs in again that were marked out by the monitor
            mon_osd_auto_mark_in | BOOL | false | mark any booting OSD in
            mon_osd_blocklist_default_expire | FLOAT | 3600 | seconds a blocklist entry lasts
            mon_osd_crush_smoke_test | BOOL | true | test CRUSH maps before they are used
            mon_osd_cache_size | INT | 500 | maps kept in memory
            mon_min_osdmap_epochs | INT | 500 | maps kept
            mon_osd_warn_op_age | FLOAT | 32 | seconds after which an operation counts as slow
            mon_osd_warn_num_repaired | UINT | 10 | repaired reads that are worth a warning
            mon_pg_warn_min_per_osd | UINT | 0 | fewest groups per OSD without a warning
            mon_pg_stuck_threshold | INT | 60 | seconds after which a group counts as stuck
            mon_warn_pg_not_scrubbed_ratio | FLOAT | 0.5 | share of the interval by which a scrub may be late
            mon_warn_pg_not_deep_scrubbed_ratio | FLOAT | 0.75 | share of the interval by which a deep scrub may be late
            mon_warn_on_slow_ping_time | FLOAT | 0 | milliseconds from which on heartbeats are slow, instead of the ratio
            mon_warn_on_slow_ping_ratio | FLOAT | 0.05 | share of osd_heartbeat_grace from which on heartbeats are slow
            mon_warn_on_pool_no_app | BOOL | true | warn of pools without an application
            mon_warn_on_pool_no_redundancy | BOOL | true | warn of pools of one replica
            mon_warn_on_pool_pg_num_not_power_of_two | BOOL | true | warn of pools whose pg_num is no power of two
            mon_warn_on_osd_down_out_interval_zero | BOOL | true | warn if the down-out interval is zero
            mon_warn_on_insecure_global_id_reclaim | BOOL | true | warn of clients that reclaim insecurely
            mon_warn_on_insecure_global_id_reclaim_allowed | BOOL | true | warn if insecure reclaim is allowed
            mon_warn_on_msgr2_not_enabled | BOOL | true | warn of monitors without a msgr2 address
            mon_warn_on_legacy_crush_tunables | BOOL | true | warn of a CRUSH map for clients older than mon_crush_min_required_version
            mon_crush_min_required_version | STRING | hammer | oldest release that a CRUSH map may be for without a warning
            mon_warn_on_crush_straw_calc_version_zero | BOOL | true | warn of straw_calc_version 0
            mon_warn_on_misplaced | BOOL | false | warn of misplaced objects
            mon_pg_warn_min_objects | INT | 10000 | objects in the cluster from which pools are compared
            mon_pg_warn_min_pool_objects | INT | 1000 | objects in a pool from which it is compared with the others
            mon_pg_warn_max_object_skew | FLOAT | 10 | how many times the average a pool's groups may have of objects
            mon_pool_quota_warn_threshold | INT | 0 | percent of a quota that are worth a warning
            mon_pool_quota_crit_threshold | INT | 0 | percent of a quota that are worth an error
            mon_osd_snap_trim_queue_warn_on | INT | 32768 | snapshots that wait to be trimmed in a group, worth a warning
            mon_data_avail_warn | INT | 30 | percent of free space below which the monitor warns
            mon_data_avail_crit | INT | 5 | percent of free space below which the monitor stops
            mon_tick_interval | INT | 5 | seconds between the monitor's ticks
            mon_subscribe_interval | FLOAT | 86400 | seconds a subscription lasts for old clients
            mon_client_hunt_interval | FLOAT | 3 | seconds between attempts to find a monitor
            mon_client_ping_interval | FLOAT | 10 | seconds between keepalives to the monitor
            mon_client_ping_timeout | FLOAT | 30 | seconds without an answer after which another monitor is tried
            mon_command_timeout | SECONDS | 0 | seconds a command may take; 0 for ever
            mon_cluster_log_file | STRING |  | files of the cluster log by channel (default=FILE audit=FILE …, $channel in it); none if empty, Ceph's are in /var/log/ceph
            mon_cluster_log_file_level | STRING | debug | least level of what goes there
            mon_cluster_log_to_file | BOOL | true | write the cluster log to files
            mon_debug_deprecated_as_obsolete | BOOL | false | tests: refuse deprecated commands
            mon_scrub_interval | SECONDS | 86400 | seconds between scrubs of the monitors' stores; 0 for none
            mon_scrub_timeout | INT | 300 | seconds without an answer of another monitor after which a scrub begins again
            mon_scrub_max_keys | INT | 100 | most keys that are compared at once
            mon_scrub_inject_crc_mismatch | FLOAT | 0 | tests: probability of a wrong sum
            mon_scrub_inject_missing_keys | FLOAT | 0 | tests: probability that a key is left out
            mon_enable_op_tracker | BOOL | true | track requests to the monitor
            mon_op_complaint_time | SECONDS | 30 | seconds after which a request to the monitor counts as slow
            mon_op_history_size | UINT | 20 | requests kept in the history
            mon_op_history_duration | SECONDS | 600 | seconds that a request stays in the history
            mon_op_history_slow_op_size | UINT | 20 | slow requests kept in the history
            mon_op_history_slow_op_threshold | SECONDS | 10 | seconds after which a request is kept among the slow ones
            mon_data_size_warn | SIZE | 15G | size of the monitor's store that is worth a warning
            mon_cluster_log_to_stderr | BOOL | false | cluster log on stderr
            mon_crush_min_required_version | STRING | hammer | oldest CRUSH tunables that are fine
            mon_mgr_beacon_grace | SECONDS | 30 | seconds without a beacon after which a manager is replaced
            mon_stat_smooth_intervals | UINT | 6 | intervals that statistics are smoothed over
            mgr_tick_period | SECONDS | 2 | seconds between the manager's beacons
            mgr_stats_period | INT | 5 | seconds between the reports of daemons
            ms_bind_port_min | INT | 6800 | first port a daemon tries
            ms_bind_port_max | INT | 7300 | last port a daemon tries
            ms_bind_ipv6 | BOOL | false | bind to IPv6
            ms_cluster_mode | STRING | crc secure | connection modes among daemons
            ms_service_mode | STRING | crc secure | connection modes for clients
            ms_client_mode | STRING | crc secure | connection modes of clients
            ms_mon_cluster_mode | STRING | secure crc | connection modes among monitors
            ms_mon_service_mode | STRING | secure crc | connection modes at monitors
            ms_mon_client_mode | STRING | secure crc | connection modes to monitors
            mgr_data | STRING | /var/lib/ceph/mgr/$cluster-$id | a manager's directory
            osd_data | STRING | /var/lib/ceph/osd/$cluster-$id | an OSD's directory
            osd_objectstore | STRING | blockstore | which object store: blockstore or memstore
            osd_store_size | SIZE | 100G | size of an OSD's block file (thin)
            osd_shared_journal | BOOL | true | OSDs of a process that lie side by side commit with one write
            osd_journal_size | SIZE | 256M | size of an OSD's journal
            osd_pool_default_size | UINT | 3 | replicas of a new pool
            osd_pool_default_min_size | UINT | 0 | replicas a new pool needs to serve; 0 for size - size/2
            osd_pool_default_pg_num | UINT | 32 | groups of a new pool
            osd_pool_default_pgp_num | UINT | 0 | pgp_num of a new pool; 0 for pg_num
            osd_pool_default_type | STRING | replicated | type of a new pool
            osd_pool_default_flags | INT | 0 | flags of a new pool
            osd_pool_default_flag_hashpspool | BOOL | true | spread groups of pools differently
            osd_pool_default_flag_nodelete | BOOL | false | new pools cannot be removed
            osd_pool_default_flag_nopgchange | BOOL | false | new pools cannot change pg_num
            osd_pool_default_flag_nosizechange | BOOL | false | new pools cannot change size
            osd_pool_default_crush_rule | INT | -1 | CRUSH rule of a new pool; -1 for the first
            osd_pool_default_pg_autoscale_mode | STRING | on | autoscale mode of a new pool
            osd_pool_default_erasure_code_profile | STRING | plugin=jerasure technique=reed_sol_van k=2 m=2 | profile "default"
            osd_erasure_code_plugins | STRING | jerasure lrc isa | plugins loaded at start
            osd_pool_default_cache_target_dirty_ratio | FLOAT | 0.4 | of cache pools
            osd_pool_default_cache_target_dirty_high_ratio | FLOAT | 0.6 | of cache pools
            osd_pool_default_cache_target_full_ratio | FLOAT | 0.8 | of cache pools
            osd_pool_default_cache_min_flush_age | INT | 0 | of cache pools
            osd_pool_default_cache_min_evict_age | INT | 0 | of cache pools
            osd_pool_use_gmt_hitset | BOOL | true | of cache pools
            osd_crush_chooseleaf_type | INT | 1 | failure domain of the first rule, as a CRUSH type number
            osd_crush_update_on_start | BOOL | true | an OSD puts itself into the CRUSH map
            osd_crush_initial_weight | FLOAT | -1 | weight of a new OSD; below 0 for its size in TiB
            osd_class_update_on_start | BOOL | true | an OSD sets its device class
            crush_location | STRING |  | where in the CRUSH map a daemon is
            osd_heartbeat_interval | INT | 6 | seconds between heartbeats
            osd_heartbeat_grace | INT | 20 | seconds without a heartbeat after which a peer is reported
            osd_heartbeat_min_peers | INT | 10 | peers that are watched at least
            osd_op_thread_timeout | INT | 15 | seconds without progress after which an OSD answers no heartbeats
            osd_op_thread_suicide_timeout | INT | 150 | seconds without progress after which it ends; 0 for never
            osd_max_markdown_count | INT | 5 | how often an OSD may be marked down in that period before it ends
            osd_max_markdown_period | INT | 600 | seconds
            osd_mon_report_interval | INT | 5 | seconds between reports to the monitor
            osd_mon_heartbeat_interval | INT | 30 | seconds between pings to the monitor
            osd_beacon_report_interval | INT | 300 | seconds between beacons to the monitor
            osd_max_object_size | SIZE | 128M | largest object
            osd_max_object_name_len | UINT | 2048 | longest object name
            osd_max_object_namespace_len | UINT | 256 | longest namespace
            osd_max_attr_name_len | UINT | 100 | longest attribute name
            osd_max_attr_size | UINT | 0 | largest attribute; 0 for the store's limit
            osd_max_write_size | SIZE | 90 | largest write in MiB
            osd_max_omap_entries_per_request | UINT | 1024 | entries in one omap reply
            osd_max_omap_bytes_per_request | SIZE | 1G | bytes in one omap reply
            osd_client_message_size_cap | SIZE | 500M | bytes of client requests under way
            osd_client_message_cap | UINT | 256 | client requests under way
            osd_client_watch_timeout | INT | 30 | seconds after which a silent watch is dropped
            osd_default_notify_timeout | UINT | 30 | seconds a notification waits for acknowledgements
            osd_min_pg_log_entries | UINT | 250 | log entries a group keeps
            osd_max_pg_log_entries | UINT | 10000 | log entries a degraded group keeps
            osd_pg_log_dups_tracked | UINT | 3000 | requests remembered behind the log
            osd_target_pg_log_entries_per_osd | UINT | 300000 | log entries an OSD keeps in all
            osd_recovery_max_active | UINT | 0 | recovery operations under way; 0 for the device's default
            osd_recovery_max_single_start | UINT | 1 | recovery operations started at a time
            osd_recovery_max_chunk | SIZE | 8M | bytes in one recovery message
            osd_async_recovery_min_cost | UINT | 100 | changes behind from which a member is caught up while clients write
            osd_force_auth_primary_missing_objects | UINT | 100 | changes behind from which a member does not become primary
            osd_recovery_delay_start | FLOAT | 0 | seconds before recovery begins, from the start of an OSD or this option's last change
            osd_recovery_sleep | FLOAT | 0 | seconds between recovery operations
            osd_max_backfills | UINT | 1 | backfills of one OSD at a time
            osd_backfill_scan_min | INT | 64 | objects in one scan at least
            osd_backfill_scan_max | INT | 512 | objects in one scan at most
            osd_snap_trim_sleep | FLOAT | 0 | seconds between snapshot trims
            osd_pg_max_concurrent_snap_trims | UINT | 2 | objects trimmed at a time in a group
            osd_scrub_min_interval | FLOAT | 86400 | seconds between scrubs
            osd_scrub_max_interval | FLOAT | 604800 | seconds after which a scrub is overdue
            osd_deep_scrub_interval | FLOAT | 604800 | seconds between deep scrubs
            osd_max_scrubs | INT | 1 | scrubs of one OSD at a time
            osd_scrub_chunk_min | INT | 5 | objects of one scrub step at least
            osd_scrub_chunk_max | INT | 25 | objects of one scrub step at most
            osd_scrub_sleep | FLOAT | 0 | seconds between the steps of a scrub
            osd_scrub_max_preemptions | UINT | 5 | how often clients may interrupt a scrub step before they wait
            osd_scrub_begin_hour | INT | 0 | hour at which scrubs that nobody asked for may begin
            osd_scrub_end_hour | INT | 0 | hour at which they may no longer begin
            osd_scrub_begin_week_day | INT | 0 | day of the week from which they may begin; 0 is Sunday
            osd_scrub_end_week_day | INT | 0 | day of the week from which they may no longer
            osd_scrub_load_threshold | FLOAT | 0.5 | load of each processor above which they do not begin
            osd_scrub_interval_randomize_ratio | FLOAT | 0.5 | share of the interval by which scrubs are spread
            osd_scrub_backoff_ratio | FLOAT | 0.66 | share of the seconds in which none begins
            osd_scrub_auto_repair | BOOL | false | deep scrubs that nobody asked for repair
            osd_scrub_auto_repair_num_errors | UINT | 5 | errors beyond which they do not
            osd_deep_scrub_randomize_ratio | FLOAT | 0.15 | share of scrubs that are deep before their time
            osd_deep_scrub_stride | SIZE | 512K | bytes read in one go by a deep scrub
            osd_deep_scrub_update_digest_min_age | INT | 7200 | seconds an object rests before its digests are noted
            osd_deep_scrub_large_omap_object_key_threshold | UINT | 200000 | omap keys beyond which an object is reported
            osd_deep_scrub_large_omap_object_value_sum_threshold | SIZE | 1G | omap bytes beyond which it is
            osd_op_num_shards | INT | 0 | shards of an OSD; 0 to choose by the machine
            osd_memory_target | SIZE | 4G | memory an OSD aims at
            osd_bench_small_size_max_iops | UINT | 100 | writes per second that a bench of small blocks assumes
            osd_bench_large_size_max_throughput | SIZE | 100M | bytes per second that a bench of large blocks assumes
            osd_bench_max_block_size | SIZE | 64M | largest block of a bench
            osd_bench_duration | UINT | 30 | seconds that a bench may take
            osd_op_complaint_time | FLOAT | 30 | seconds after which an operation counts as slow
            osd_op_history_size | UINT | 20 | operations kept in the history
            osd_op_history_duration | UINT | 600 | seconds that an operation stays in the history
            osd_op_history_slow_op_size | UINT | 20 | slow operations kept in the history
            osd_op_history_slow_op_threshold | FLOAT | 10 | seconds after which an operation is kept among the slow ones
            osd_map_cache_size | INT | 50 | maps an OSD keeps in memory
            osd_map_message_max | INT | 40 | maps in one message
            osd_backoff_on_peering | BOOL | false | tell clients to hold back while a group finds its state
            osd_backoff_on_unfound | BOOL | true | tell clients to hold back for lost objects
            osd_backoff_on_degraded | BOOL | false | tell clients to hold back for degraded objects
            osd_enable_op_tracker | BOOL | true | track operations
            osd_debug_drop_ping_probability | FLOAT | 0 | tests: share of heartbeats dropped
            osd_failsafe_full_ratio | FLOAT | 0.97 | share of the disk at which writes stop in any case
            public_addr | ADDR |  | address for clients
            public_network | STRING |  | network for clients
            cluster_addr | ADDR |  | address for OSDs among themselves
            cluster_network | STRING |  | network for OSDs among themselves
            rbd_default_features | STRING | layering,exclusive-lock,object-map,fast-diff,deep-flatten | features of a new image
            rbd_cache | BOOL | true | cache in the client
            rbd_config_pool_override_update_timestamp | UINT | 0 | timestamp of last update to pool-level config overrides
            crash_dir | STRING | /var/lib/ceph/crash | where a daemon that ends by a bug leaves its report
            debug_asok_assert_abort | BOOL | false | tests: commands `assert` and `abort` end a daemon by a bug
            mgr/balancer/active | BOOL | true | balance by itself
            mgr/balancer/mode | STRING | upmap | how to balance: none or upmap
            mgr/balancer/pool_ids | STRING |  | pools that are balanced; all if empty
            mgr/balancer/sleep_interval | SECONDS | 60 | seconds between attempts to balance
            mgr/balancer/upmap_max_optimizations | UINT | 10 | groups moved per attempt
            mgr/balancer/upmap_max_deviation | INT | 5 | groups by which an OSD may differ from its share
            mgr/balancer/begin_time | STRING | 0000 | time of day, HHMM, from which to balance
            mgr/balancer/end_time | STRING | 2400 | time of day, HHMM, until which to balance
            mgr/balancer/begin_weekday | UINT | 0 | day of the week from which to balance; 0 is Sunday
            mgr/balancer/end_weekday | UINT | 7 | day of the week before which to balance
            mgr/crash/warn_recent_interval | SECONDS | 1209600 | seconds for which a crash is recent
            mgr/crash/retain_interval | SECONDS | 31536000 | seconds for which crashes are kept
            mgr/devicehealth/enable_monitoring | BOOL | true | warn of devices that are expected to fail
            mgr/devicehealth/sleep_interval | SECONDS | 600 | seconds between looks at what devices are expected to do
            mgr/devicehealth/warn_threshold | SECONDS | 7257600 | warn of a device that may fail within so many seconds
            mgr/devicehealth/mark_out_threshold | SECONDS | 2419200 | take an OSD out that may fail within so many seconds
            mgr/devicehealth/self_heal | BOOL | true | take OSDs off devices that are expected to fail
            mgr/pg_autoscaler/sleep_interval | SECONDS | 60 | seconds between looks at the numbers of groups
            mgr/pg_autoscaler/noautoscale | BOOL | false | the autoscaler leaves all pools alone
            mgr/progress/enabled | BOOL | true | track what takes long
            mgr/progress/sleep_interval | SECONDS | 5 | seconds between looks at what takes long
            mgr/progress/max_completed_events | INT | 50 | events kept that have ended
            mgr/prometheus/server_addr | STRING |  | where metrics are served; the manager's own address if empty
            mgr/prometheus/server_port | UINT | 9283 | where metrics are served
            mgr/prometheus/rbd_stats_pools | STRING |  | pools, or pool/namespace, whose images have metrics; * for all
            mgr/rbd_support/mirror_snapshot_schedule | STRING |  | when every mirrored image gets a snapshot
            mgr/rbd_support/trash_purge_schedule | STRING |  | when every pool's trash is purged
            mgr/restful/server_addr | STRING |  | where the REST interface is served; the manager's own address if empty
            mgr/restful/server_port | UINT | 8003 | where the REST interface is served
            mgr/restful/enable_auth | BOOL | true | who asks must have a key
            run_dir | STRING | /var/run/ceph | where sockets and pid files are
            admin_socket | STRING | $run_dir/$cluster-$name.asok | the admin socket
            pid_file | STRING |  | file with the process id
            clog_to_monitors | STRING | default=true | send cluster log lines to the monitors
            mon_pool_quota_warn_threshold | INT | 0 | percent of a quota that is worth a warning
            mon_pool_quota_crit_threshold | INT | 0 | percent of a quota that is worth an error
            mon_target_pg_per_osd | UINT | 100 | groups per OSD the autoscaler aims at
            paxos_min | UINT | 500 | entries after which the monitors' log is shortened
            mon_clock_drift_allowed | FLOAT | 0.05 | seconds of clock drift among monitors
            mon_lease | FLOAT | 5 | seconds a monitor's lease lasts
            mon_election_timeout | FLOAT | 5 | seconds of an election
            mon_election_default_strategy | UINT | 1 | election strategy
            mon_config_key_max_entry_size | SIZE | 64K | largest value of a config key
            mon_fake_pool_delete | BOOL | false | rename pools instead of removing them
            mgr_max_pg_num_change | INT | 128 | groups added to a pool at a time
            target_max_misplaced_ratio | FLOAT | 0.05 | share of misplaced copies up to which more are moved
            mon_osd_max_split_count | INT | 32 | groups split per OSD and step
            mon_osd_max_creating_pgs | INT | 1024 | groups being created at a time
            mon_osd_initial_require_min_compat_client | STRING | luminous | first require_min_compat_client
            mon_log_max_summary | UINT | 50 | lines kept in the log's summary
            mon_max_log_epochs | INT | 500 | log versions kept
            mon_health_to_clog | BOOL | true | health changes go to the cluster log
            mon_max_snap_prune_per_epoch | INT | 100 | removed snapshots dropped per map
            mon_reweight_min_pgs_per_osd | UINT | 10 | groups per OSD below which nothing is reweighted by groups
            mon_reweight_min_bytes_per_osd | SIZE | 100M | bytes per OSD below which nothing is reweighted by use
            mon_reweight_max_change | FLOAT | 0.05 | most that one reweight changes a weight
            mon_reweight_max_osds | INT | 4 | OSDs changed by one reweight
            client_mount_timeout | SECONDS | 300 | seconds a client waits for the cluster
            rados_osd_op_timeout | SECONDS | 0 | seconds an operation may take; 0 for ever
            rados_mon_op_timeout | SECONDS | 0 | seconds a monitor request may take; 0 for ever
            """;

    /// Ceph's logging subsystems and their levels (`src/common/subsys.h`). Those that no code of ours logs under are kept
    /// and shown, and change nothing.
    private static final String SUBSYSTEMS =
            """
            asok:1/5 auth:1/5 bdev:1/3 bluefs:1/5 bluestore:1/5 buffer:0/1 cephfs_mirror:0/5 cephsqlite:0/5
            civetweb:1/10 client:0/5 compressor:1/5 context:0/1 crush:1/1 crypto:1/5 dpdk:1/5 eventtrace:1/5
            filer:0/1 filestore:1/3 finisher:1/1 fuse:1/5 heartbeatmap:1/5 immutable_obj_cache:0/5 javaclient:1/5 journal:1/3
            journaler:0/5 kstore:1/5 leveldb:4/5 lockdep:0/1 mds:1/5 mds_balancer:1/5 mds_locker:1/5 mds_log:1/5
            mds_log_expire:1/5 mds_migrator:1/5 memdb:4/5 mgr:2/5 mgrc:1/5 mon:1/5 monc:0/10 ms:0/0
            none:0/5 objclass:0/5 objectcacher:0/5 objecter:0/1 optracker:0/5 osd:1/5 paxos:1/5 perfcounter:1/5
            prioritycache:1/5 rados:0/5 rbd:0/5 rbd_mirror:0/5 rbd_pwl:0/5 rbd_replay:0/5 refs:0/0 reserver:1/1
            rgw:1/5 rgw_sync:1/5 rocksdb:4/5 striper:0/1 test:0/5 throttle:1/1 timer:0/1 tp:0/5
            """;

    /// Options of Ceph that mean nothing here: kept and shown, so that an existing configuration is taken.
    private static final String WITHOUT_EFFECT =
            """
            clog_to_graylog | BOOL | false
            clog_to_graylog_host | STRING | 127.0.0.1
            clog_to_graylog_port | STRING | 12201
            clog_to_syslog | STRING | false
            clog_to_syslog_facility | STRING | default=daemon audit=local0
            clog_to_syslog_level | STRING | info
            err_to_graylog | BOOL | false
            err_to_syslog | BOOL | false
            filestore_merge_threshold | INT | -10
            filestore_split_multiple | INT | 2
            log_flush_on_exit | BOOL | false
            log_graylog_host | STRING | 127.0.0.1
            log_graylog_port | INT | 12201
            log_max_new | INT | 1000
            log_max_recent | INT | 10000
            log_to_graylog | BOOL | false
            log_to_syslog | BOOL | false
            mon_cluster_log_to_graylog | STRING | false
            mon_cluster_log_to_syslog | STRING | default=false
            mon_globalid_prealloc | UINT | 10000
            mon_pg_warn_min_objects | INT | 10000
            mon_pg_warn_min_pool_objects | INT | 1000
            mon_probe_timeout | FLOAT | 2
            """;

    /// Options that are for beginners and for developers; all others are advanced.
    private static final String BASIC =
            """
            cluster_addr err_to_graylog err_to_stderr err_to_syslog fsid host log_file log_graylog_host log_graylog_port
            log_to_file log_to_graylog log_to_stderr log_to_syslog mgr_stats_period mon_host ms_client_mode ms_cluster_mode
            ms_mon_client_mode ms_mon_cluster_mode ms_mon_service_mode ms_service_mode osd_memory_target public_addr
            target_max_misplaced_ratio
            """;

    private static final String DEV =
            """
            debug_asok_assert_abort filestore_merge_threshold filestore_split_multiple mon_debug_deprecated_as_obsolete
            mon_subscribe_interval mon_warn_on_pool_no_app mon_warn_on_pool_pg_num_not_power_of_two osd_client_watch_timeout
            osd_crush_chooseleaf_type osd_debug_drop_ping_probability osd_heartbeat_interval osd_max_pg_log_entries
            osd_min_pg_log_entries osd_pg_log_dups_tracked osd_pool_default_flags osd_pool_use_gmt_hitset
            osd_scrub_backoff_ratio osd_target_pg_log_entries_per_osd rbd_config_pool_override_update_timestamp
            """;

    /// Options that a daemon reads when it starts; those of the manager's modules count among them in Ceph.
    private static final String AT_START =
            """
            admin_socket auth_client_required auth_cluster_required auth_service_required cluster_addr cluster_network crash_dir
            crush_location fsid host keyring log_file log_graylog_host mgr/pg_autoscaler/noautoscale
            mgr/pg_autoscaler/sleep_interval mgr/progress/enabled mgr/prometheus/rbd_stats_pools mgr/prometheus/server_addr
            mgr/rbd_support/mirror_snapshot_schedule mgr/rbd_support/trash_purge_schedule mon_crush_min_required_version mon_data
            mon_host mon_initial_members mon_osd_backfillfull_ratio mon_osd_full_ratio
            mon_osd_initial_require_min_compat_client mon_osd_nearfull_ratio mgr_data ms_client_mode ms_cluster_mode
            ms_mon_client_mode ms_mon_cluster_mode ms_mon_service_mode ms_service_mode osd_crush_chooseleaf_type osd_data
            osd_erasure_code_plugins osd_journal_size osd_objectstore osd_op_num_shards pid_file public_addr public_network
            run_dir
            """;

    /// Least and largest values.
    private static final String RANGES =
            """
            log_max_recent:1: mgr/balancer/begin_weekday:0:7 mgr/balancer/end_weekday:0:7 mon_election_default_strategy:1:3
            mon_max_pg_per_osd:1: mon_osd_laggy_weight:0:1 mon_stat_smooth_intervals:1: mon_target_pg_per_osd:1:
            mon_warn_pg_not_deep_scrubbed_ratio:0: mon_warn_pg_not_scrubbed_ratio:0: osd_heartbeat_interval:1:60
            osd_max_write_size:4: osd_memory_target:939524096: osd_pg_max_concurrent_snap_trims:1:
            osd_pool_default_min_size:0:255 osd_pool_default_size:0:10 osd_scrub_begin_hour:0:23
            osd_scrub_begin_week_day:0:6 osd_scrub_end_hour:0:23 osd_scrub_end_week_day:0:6 osd_scrub_max_preemptions:0:30
            rados_mon_op_timeout:0: rados_osd_op_timeout:0:
            """;

    private static final Map<String, Option> BY_NAME = parse();

    private Options() {}

    public static @Nullable Option find(String name) {
        return BY_NAME.get(name);
    }

    public static Collection<Option> all() {
        return BY_NAME.values();
    }

    private static Map<String, Option> parse() {
        Map<String, Option> options = new TreeMap<>();
        for (String each : words(SUBSYSTEMS)) {
            String[] level = each.split(":");
            put(options, "debug_" + level[0], Option.Type.STRING, level[1], Option.LOG_LEVEL + level[0]);
        }
        for (String line : WITHOUT_EFFECT.lines().toList()) {
            String[] fields = line.strip().split(" *\\| *", 3);
            put(options, fields[0], Option.Type.valueOf(fields[1]), fields[2], "taken, but without effect here");
        }
        for (String line : TABLE.lines().toList()) {
            List<String> fields = new ArrayList<>();
            for (String field : line.split("\\|", 4)) {
                fields.add(field.strip());
            }
            put(options, fields.get(0), Option.Type.valueOf(fields.get(1)), fields.get(2), fields.get(3));
        }
        words(BASIC).forEach(name -> options.computeIfPresent(name, (n, option) -> option.withLevel("basic")));
        words(DEV).forEach(name -> options.computeIfPresent(name, (n, option) -> option.withLevel("dev")));
        words(AT_START).forEach(name -> options.computeIfPresent(name, (n, option) -> option.atStart()));
        for (String each : words(RANGES)) {
            String[] range = each.split(":");
            options.computeIfPresent(range[0], (n, option) -> option.within(range[1], range.length < 3 ? null : range[2]));
        }
        return options;
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    private static void put(
            Map<String, Option> options, String name, Option.Type type, String defaultValue, String description) {
        options.put(name, new Option(name, type, defaultValue, description, "advanced", true, null, null));
    }
}
