package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Health checks in the words of a real 16.2.15 that was brought into the same state.
class HealthChecksTest {
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.shared();
    }

    /// A check's severity, summary and detail, once it is raised; fails if it is not for half a minute.
    private static String raised(String code) {
        String check = "ceph health detail -f json | jq -r '.checks." + code + " | .severity, .summary.message, .detail[].message'";
        return cluster.ok("for i in $(seq 60); do found=$(" + check + " 2> /dev/null); if [ \"${found%%_*}\" = HEALTH ];"
                + " then echo \"$found\"; exit 0; fi; sleep 0.5; done; ceph health detail; exit 1");
    }

    private static void gone(String code) {
        cluster.ok("for i in $(seq 60); do ceph health detail | grep -q " + code + ": || exit 0; sleep 0.5; done; exit 1");
    }

    @Test
    void keysWithCapabilitiesThatNobodyUnderstands() {
        cluster.ok("printf '[client.bad]\\n\\tkey = AQBHIyJf8GoTHBAAg5Iq9Y8y1tzCzS6GkzJ7Yg==\\n\\tcaps mon = \"allow rx bogus\"\\n"
                + "\\tcaps osd = \"alow rw\"\\n\\tcaps foo = \"allow\"\\n\\tcaps mgr = \"allow x(y\"\\n' > bad && ceph auth import -i bad");
        assertThat(raised("AUTH_BAD_CAPS")).isEqualTo("""
                HEALTH_ERR
                1 auth entities have invalid capabilities
                client.bad unknown cap type 'foo'
                client.bad mgr capability parse failed, stopped at '(y' of 'allow x(y'
                client.bad mon capability parse failed, stopped at 'bogus' of 'allow rx bogus'
                client.bad osd capability parse failed, stopped at 'alow rw' of 'alow rw'""");
        cluster.ok("ceph auth rm client.bad");
        gone("AUTH_BAD_CAPS");
    }

    @Test
    void aCrushMapForOldClients() {
        cluster.ok("ceph osd crush set-tunable straw_calc_version 0");
        assertThat(raised("OLD_CRUSH_STRAW_CALC_VERSION")).isEqualTo("""
                HEALTH_WARN
                crush map has straw_calc_version=0
                see http://docs.ceph.com/en/latest/rados/operations/crush-map/#tunables""");
        cluster.ok("ceph osd crush set-tunable straw_calc_version 1");
        gone("OLD_CRUSH_STRAW_CALC_VERSION");
        String needed = cluster.ok("ceph osd crush show-tunables | jq -r .minimum_required_version");
        cluster.ok("ceph config set mon mon_crush_min_required_version zzz");
        assertThat(raised("OLD_CRUSH_TUNABLES")).startsWith(
                "HEALTH_WARN\ncrush map has legacy tunables (require " + needed + ", min is zzz)\nsee http");
        cluster.ok("ceph config rm mon mon_crush_min_required_version");
        gone("OLD_CRUSH_TUNABLES");
    }

    @Test
    void aMonitorsStoreThatIsLarge() {
        cluster.ok("ceph config set mon mon_data_size_warn 1024");
        assertThat(raised("MON_DISK_BIG"))
                .matches("HEALTH_WARN\nmon a is using a lot of disk space\nmon\\.a is \\d+ [KM]iB >= mon_data_size_warn \\(1 KiB\\)");
        cluster.ok("ceph config rm mon mon_data_size_warn");
        gone("MON_DISK_BIG");
    }

    @Test
    void poolsThatAreNearTheirQuotasOrHaveMoreThanTheOthers() {
        cluster.ok("ceph osd pool create many 1 1 && ceph osd pool create few 32 32 && ceph osd pool set-quota many max_objects 50"
                + " && echo x > x && for i in $(seq 42); do rados -p many put o$i x; done");
        cluster.ok("ceph config set global mon_pool_quota_warn_threshold 80");
        assertThat(raised("POOL_NEAR_FULL")).isEqualTo("HEALTH_WARN\n1 pools nearfull\npool 'many' has 42 objects (max 50)");
        cluster.ok("ceph config set global mon_pool_quota_crit_threshold 84");
        assertThat(raised("POOL_FULL")).isEqualTo("HEALTH_ERR\n1 pools full\npool 'many' has 42 objects (max 50)");
        gone("POOL_NEAR_FULL");
        cluster.ok("for o in mon_pool_quota_warn_threshold mon_pool_quota_crit_threshold; do ceph config rm global $o; done");
        gone("POOL_FULL");
        cluster.ok("for o in mon_pg_warn_min_objects mon_pg_warn_min_pool_objects mon_pg_warn_max_object_skew; do"
                + " ceph config set global $o 1; done");
        assertThat(raised("MANY_OBJECTS_PER_PG"))
                .contains("1 pools have many more objects per pg than average\npool many objects per pg (42) is more than ");
        cluster.ok("for o in mon_pg_warn_min_objects mon_pg_warn_min_pool_objects mon_pg_warn_max_object_skew; do"
                + " ceph config rm global $o; done; ceph osd pool set few pgp_num 4");
        assertThat(raised("SMALLER_PGP_NUM")).isEqualTo("HEALTH_WARN\n1 pools have pg_num > pgp_num\npool few pg_num 32 > pgp_num 4");
        cluster.ok("for p in many few; do ceph osd pool rm $p $p --yes-i-really-really-mean-it; done");
        gone("SMALLER_PGP_NUM");
    }

    @Test
    void snapshotsThatWaitToBeTrimmed() {
        cluster.ok("ceph osd pool create trimmed 1 1 && echo x > x && rados -p trimmed put o x && ceph osd set nosnaptrim"
                + " && rados -p trimmed mksnap s && rados -p trimmed put o x && rados -p trimmed rmsnap s"
                + " && ceph config set global mon_osd_snap_trim_queue_warn_on 1");
        String group = cluster.ok("ceph pg ls-by-pool trimmed -f json | jq -r '.pg_stats[0].pgid'");
        assertThat(raised("PG_SLOW_SNAP_TRIMMING")).isEqualTo("HEALTH_WARN\nsnap trim queue for 1 pg(s) >= 1 (mon_osd_snap_trim_queue_warn_on)\n"
                + "snap trim queue for pg " + group + " at 1\nlongest queue on pg " + group + " at 1\n"
                + "try decreasing \"osd snap trim sleep\" and/or increasing \"osd pg max concurrent snap trims\".");
        cluster.ok("ceph osd unset nosnaptrim");
        gone("PG_SLOW_SNAP_TRIMMING");
        cluster.ok("ceph config rm global mon_osd_snap_trim_queue_warn_on; ceph osd pool rm trimmed trimmed --yes-i-really-really-mean-it");
    }
}
