package dev.inkfish.mon.health;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.command.stats.Units;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.mon.mgr.MgrMapService;
import dev.inkfish.mon.mgr.MgrStatService;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.HealthMute;
import dev.inkfish.wire.mon.HealthStatus;
import dev.inkfish.wire.mon.LogEntry;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What is wrong with the cluster, and what of it nobody wants to hear (`HealthMonitor`). Checks are made
/// when they are asked for; only the mutes are kept.
public final class HealthService extends MonService {
    private static final String NAMESPACE = "health";
    private static final String MUTES = "mutes";
    /// `mon_mgr_mkfs_grace`: a new cluster has this long to start its first manager.
    private static final long MGR_GRACE_SECONDS = 120;

    private final Supplier<OsdMap> osdMap;
    private final MgrMapService mgrs;
    private final MgrStatService stats;
    private final Supplier<NavigableMap<String, List<String>>> badCaps;
    private NavigableMap<String, HealthMute> mutes = new TreeMap<>();
    private @Nullable NavigableMap<String, HealthMute> pending;
    private final HealthLog log = new HealthLog();

    /// @param badCaps what is wrong with keys' capabilities, by the keys' names
    public HealthService(
            MonCore mon,
            Supplier<OsdMap> osdMap,
            MgrMapService mgrs,
            MgrStatService stats,
            Supplier<NavigableMap<String, List<String>>> badCaps) {
        super(mon);
        this.badCaps = badCaps;
        this.osdMap = osdMap;
        this.mgrs = mgrs;
        this.stats = stats;
    }

    @Override
    public String name() {
        return NAMESPACE;
    }

    @Override
    public void refresh(StoreView store) {
        pending = null;
        Bytes stored = store.get(NAMESPACE, MUTES);
        NavigableMap<String, HealthMute> read = new TreeMap<>();
        if (stored != null) {
            stored.reader().list(HealthMute::decode).forEach(mute -> read.put(mute.code(), mute));
        }
        mutes = read;
    }

    @Override
    public boolean hasPending() {
        return pending != null;
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        NavigableMap<String, HealthMute> next = pending;
        if (next != null) {
            WireWriter out = new WireWriter();
            out.list(next.values(), (w, mute) -> mute.encode(w));
            transaction.put(NAMESPACE, MUTES, out.toBytes());
        }
    }

    /// Everything that is wrong now, by code.
    public NavigableMap<String, HealthCheck> checks() {
        NavigableMap<String, HealthCheck> checks = new TreeMap<>(stats.checks());
        NavigableMap<String, HealthCheck> own = new TreeMap<>();
        OsdHealth.check(osdMap.get(), mon.conf(), own);
        managers(own);
        new MonHealth(mon, badCaps.get()).check(own);
        own.forEach((code, check) -> checks.merge(code, check, HealthCheck::merge));
        return checks;
    }

    private void managers(NavigableMap<String, HealthCheck> checks) {
        OsdMap map = osdMap.get();
        boolean expected = mgrs.everActive() || mon.now().toMillis() - map.created().toMillis() > MGR_GRACE_SECONDS * 1000;
        if (mgrs.map().activeGid() == 0 && expected && !map.osds().isEmpty()) {
            checks.put("MGR_DOWN", HealthCheck.warn("no active mgr", 0, List.of()));
        }
    }

    public HealthStatus status() {
        return status(checks());
    }

    private HealthStatus status(NavigableMap<String, HealthCheck> checks) {
        HealthStatus status = HealthStatus.HEALTH_OK;
        for (var check : checks.entrySet()) {
            if (!mutes.containsKey(check.getKey())) {
                status = status.worse(check.getValue().severity());
            }
        }
        return status;
    }

    /// The section `health`, opened and closed here.
    public void dump(Formatter f, boolean detail) {
        NavigableMap<String, HealthCheck> checks = checks();
        f.openObject("health");
        f.dump("status", status(checks).name());
        f.openObject("checks");
        checks.forEach((code, check) -> {
            f.openObject(code).dump("severity", check.severity().name());
            f.openObject("summary").dump("message", check.summary()).dump("count", check.count()).close();
            if (detail) {
                f.openArray("detail");
                check.detail().forEach(line -> f.openObject("detail_item").dump("message", line).close());
                f.close();
            }
            f.dump("muted", mutes.containsKey(code)).close();
        });
        f.close();
        f.openArray("mutes");
        for (HealthMute mute : mutes.values()) {
            f.openObject("mute").dump("code", mute.code());
            if (!mute.until().isZero()) {
                f.dump("ttl", Stamp.text(mute.until()));
            }
            f.dump("sticky", mute.sticky()).dump("summary", mute.summary()).dump("count", mute.count()).close();
        }
        f.close().close();
    }

    /// @param first stands behind the status, before the first summary
    /// @param between stands between summaries
    public String text(String first, String between, boolean detail) {
        NavigableMap<String, HealthCheck> checks = checks();
        StringBuilder out = new StringBuilder(status(checks).name());
        String separator = first;
        for (var check : checks.entrySet()) {
            if (!mutes.containsKey(check.getKey())) {
                out.append(separator).append(check.getValue().summary());
                separator = between;
            }
        }
        if (!mutes.isEmpty()) {
            out.append(separator).append("(muted:");
            mutes.values().forEach(mute -> {
                out.append(' ').append(mute.code());
                if (!mute.until().isZero()) {
                    out.append('(').append(left(mute)).append(')');
                }
            });
            out.append(')');
        }
        out.append('\n');
        if (detail) {
            checks.forEach((code, check) -> detail(out, code, check));
        }
        return out.toString();
    }

    private String left(HealthMute mute) {
        return mute.until().compareTo(mon.now()) > 0 ? Units.span(mon.now(), mute.until()) : "0s";
    }

    private void detail(StringBuilder out, String code, HealthCheck check) {
        HealthMute mute = mutes.get(code);
        if (mute != null) {
            out.append("(MUTED");
            if (!mute.until().isZero()) {
                out.append(" ttl ").append(left(mute));
            }
            out.append(mute.sticky() ? ", STICKY) " : ") ");
        }
        String level = switch (check.severity()) {
            case HEALTH_ERR -> "ERR";
            case HEALTH_WARN -> "WRN";
            case HEALTH_OK -> "OK";
        };
        out.append('[').append(level).append("] ").append(code).append(": ").append(check.summary()).append('\n');
        check.detail().forEach(line -> out.append("    ").append(line).append('\n'));
    }

    @Override
    public void leaderChanged() {
        log.reset();
    }

    /// Tells the cluster log; ends mutes whose time has come, whose check is gone, or has become worse.
    @Override
    public void tick(Utime now) {
        if (mon.conf().flag("mon_health_to_clog")) {
            log.changes(checks(), now, this::line);
            log.summary(status(), text(" ", "; ", false).strip(), now, this::line);
        }
        if (!mutes.isEmpty()) {
            mon.whenWriteable(() -> {
                NavigableMap<String, HealthMute> next = Mutes.reviewed(pending == null ? mutes : pending, checks(), now);
                if (!next.equals(mutes)) {
                    pending = next;
                }
            });
        }
    }

    private void line(HealthStatus level, String text) {
        mon.service(LogService.class).line(
                switch (level) {
                    case HEALTH_OK -> LogEntry.INFO;
                    case HEALTH_WARN -> LogEntry.WARN;
                    case HEALTH_ERR -> LogEntry.ERROR;
                },
                text);
    }

    @Override
    public void registerCommands(CommandTable table) {
        table.add("health name=detail,type=CephChoices,strings=detail,req=false", "show cluster health", "mon", "r",
                this::health);
        table.add("health mute name=code,type=CephString name=ttl,type=CephString,req=false "
                + "name=sticky,type=CephBool,req=false", "mute health alert", "mon", "w", this::mute);
        table.add("health unmute name=code,type=CephString,req=false", "unmute existing health alert mute(s)", "mon", "w",
                this::unmute);
    }

    private CommandResult health(CommandContext call) {
        boolean detail = call.string("detail").equals("detail");
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(text(" ", "; ", detail));
        }
        dump(f, detail);
        return CommandResult.data(f);
    }

    private CommandResult mute(CommandContext call) {
        String code = call.string("code");
        if (code.isEmpty()) {
            return CommandResult.error(Errno.EINVAL, "must specify an alert code to mute");
        }
        boolean sticky = call.flag("sticky");
        Utime until = Utime.ZERO;
        if (call.has("ttl")) {
            long seconds = Mutes.seconds(call.string("ttl"));
            if (seconds == 0) {
                return CommandResult.error(Errno.EINVAL, "not a valid duration: " + call.string("ttl"));
            }
            until = Utime.ofNanos(mon.now().toNanos() + seconds * 1_000_000_000L);
        }
        HealthCheck check = checks().get(code);
        if (check == null && !sticky) {
            return CommandResult.error(Errno.ENOENT, "health alert " + code + " is not currently raised");
        }
        NavigableMap<String, HealthMute> next = new TreeMap<>(pending == null ? mutes : pending);
        next.put(code, sticky || check == null
                ? new HealthMute(code, until, sticky, "", 0)
                : new HealthMute(code, until, false, check.summary(), check.count()));
        pending = next;
        return CommandResult.afterCommit("");
    }

    private CommandResult unmute(CommandContext call) {
        NavigableMap<String, HealthMute> next = new TreeMap<>(pending == null ? mutes : pending);
        if (call.has("code")) {
            next.remove(call.string("code"));
        } else {
            next.clear();
        }
        pending = next;
        return CommandResult.afterCommit("");
    }
}
