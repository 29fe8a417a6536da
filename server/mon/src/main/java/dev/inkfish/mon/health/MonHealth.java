package dev.inkfish.mon.health;

import dev.inkfish.command.stats.Units;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.map.ClockSkew;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.quorum.StoreDisk;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.MonMap;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/// What is wrong with the monitors themselves, their disks and the keys they keep (`HealthMonitor::check_member_health`,
/// `check_leader_health`, `AuthMonitor`).
final class MonHealth {
    private final MonCore mon;
    private final NavigableMap<String, List<String>> badCaps;

    MonHealth(MonCore mon, NavigableMap<String, List<String>> badCaps) {
        this.mon = mon;
        this.badCaps = badCaps;
    }

    void check(NavigableMap<String, HealthCheck> checks) {
        monitors(checks);
        protocols(checks);
        disks(checks);
        keys(checks);
        reclaim(checks);
        downForever(checks);
    }

    private void monitors(NavigableMap<String, HealthCheck> checks) {
        MonMap map = mon.service(MonMapService.class).map();
        List<String> members = mon.quorum().members();
        List<String> absent = map.ranks().stream().filter(name -> !members.contains(name)).toList();
        if (!absent.isEmpty()) {
            checks.put("MON_DOWN", HealthCheck.warn(
                    absent.size() + "/" + map.ranks().size() + " mons down, quorum " + String.join(",", members),
                    absent.size(),
                    absent.stream().map(name -> "mon." + name + " (rank " + map.rankOf(name) + ") addr "
                            + map.monitors().get(name).addrs() + " is down (out of quorum)").toList()));
        }
        NavigableMap<String, String> skewed = new TreeMap<>();
        mon.quorum().timeChecks().forEach((name, check) -> {
            String details = ClockSkew.details(check, mon.conf());
            if (!details.isEmpty()) {
                skewed.put("mon." + name, "mon." + name + " " + details + " (latency "
                        + ClockSkew.shown(check.latency()) + "s)");
            }
        });
        if (!skewed.isEmpty()) {
            checks.put("MON_CLOCK_SKEW", HealthCheck.warn("clock skew detected on " + String.join(", ", skewed.keySet()),
                    skewed.size(), List.copyOf(skewed.values())));
        }
    }

    /// Which monitors cannot be reached by msgr2.
    private void protocols(NavigableMap<String, HealthCheck> checks) {
        if (!mon.conf().flag("mon_warn_on_msgr2_not_enabled")) {
            return;
        }
        List<String> detail = new ArrayList<>();
        mon.service(MonMapService.class).map().monitors().forEach((name, info) -> {
            if (info.addrs().addrs().stream().noneMatch(addr -> addr.kind() == EntityAddr.Kind.MSGR2)) {
                detail.add("mon." + name + " is not bound to a msgr2 port, only " + info.addrs());
            }
        });
        if (!detail.isEmpty()) {
            checks.put("MON_MSGR2_NOT_ENABLED", HealthCheck.warn(
                    detail.size() + " monitors have not enabled msgr2", detail.size(), detail));
        }
    }

    private void disks(NavigableMap<String, HealthCheck> checks) {
        long critical = mon.conf().integer("mon_data_avail_crit");
        long low = mon.conf().integer("mon_data_avail_warn");
        long large = mon.conf().integer("mon_data_size_warn");
        NavigableMap<String, String> full = details(
                disk -> disk.freePercent() >= 0 && disk.freePercent() <= critical, MonHealth::space);
        NavigableMap<String, String> crowded = details(
                disk -> disk.freePercent() > critical && disk.freePercent() <= low, MonHealth::space);
        NavigableMap<String, String> big = details(disk -> disk.storeBytes() >= large, disk -> " is "
                + Units.bytes(disk.storeBytes()) + " >= mon_data_size_warn (" + Units.bytes(large) + ")");
        if (!full.isEmpty()) {
            checks.put("MON_DISK_CRIT", HealthCheck.error(
                    crowd(full) + " very low on available space", full.size(), List.copyOf(full.values())));
        }
        if (!crowded.isEmpty()) {
            checks.put("MON_DISK_LOW", HealthCheck.warn(
                    crowd(crowded) + " low on available space", crowded.size(), List.copyOf(crowded.values())));
        }
        if (!big.isEmpty()) {
            checks.put("MON_DISK_BIG", HealthCheck.warn(
                    crowd(big) + " using a lot of disk space", big.size(), List.copyOf(big.values())));
        }
    }

    /// A line of detail for each monitor of which something holds.
    private NavigableMap<String, String> details(Predicate<StoreDisk> holds, Function<StoreDisk, String> said) {
        NavigableMap<String, String> details = new TreeMap<>();
        mon.quorum().disks().forEach((name, disk) -> {
            if (holds.test(disk)) {
                details.put(name, "mon." + name + said.apply(disk));
            }
        });
        return details;
    }

    private static String space(StoreDisk disk) {
        return " has " + disk.freePercent() + "% avail";
    }

    private static String crowd(NavigableMap<String, String> monitors) {
        return (monitors.size() > 1 ? "mons " : "mon ") + String.join(",", monitors.keySet())
                + (monitors.size() > 1 ? " are" : " is");
    }

    /// Keys whose capabilities no daemon understands: `auth import` takes them as they are.
    private void keys(NavigableMap<String, HealthCheck> checks) {
        if (!badCaps.isEmpty()) {
            List<String> detail = new ArrayList<>();
            badCaps.forEach((name, problems) -> problems.forEach(each -> detail.add(name + " " + each)));
            checks.put("AUTH_BAD_CAPS", HealthCheck.error(
                    badCaps.size() + " auth entities have invalid capabilities", badCaps.size(), detail));
        }
    }

    private void reclaim(NavigableMap<String, HealthCheck> checks) {
        boolean warn = mon.conf().flag("mon_warn_on_insecure_global_id_reclaim_allowed");
        if (warn && AuthService.policy(mon.conf()).allowInsecureReclaim()) {
            checks.put("AUTH_INSECURE_GLOBAL_ID_RECLAIM_ALLOWED", HealthCheck.warn(
                    "mon is allowing insecure global_id reclaim",
                    1,
                    List.of("mon." + mon.name() + " has auth_allow_insecure_global_id_reclaim set to true")));
        }
    }

    /// An OSD that is down stays in, as if `noout` were set.
    private void downForever(NavigableMap<String, HealthCheck> checks) {
        if (mon.conf().flag("mon_warn_on_osd_down_out_interval_zero") && mon.conf().integer("mon_osd_down_out_interval") == 0) {
            String what = " has mon_osd_down_out_interval set to 0";
            checks.put("OSD_NO_DOWN_OUT_INTERVAL", HealthCheck.warn("mon " + mon.name() + what, 1, List.of("mon." + mon.name() + what)));
        }
    }
}
