package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandHandler;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Stamp;
import dev.inkfish.mgr.core.DeviceBook;
import dev.inkfish.mgr.core.DeviceBook.Device;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.ModuleStore;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.PgMapDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Module `devicehealth`: warns of devices that somebody expects to fail, and takes OSDs off them. Nothing here reads a
/// device's own metrics (SMART), and no predictor is there.
final class DeviceHealthCommands implements MgrModuleCommands {
    private static final String NO_METRICS = "daemons here do not read their devices' health metrics (SMART)";

    private final Supplier<MgrCore> core;
    private final Devices devices;
    private NavigableMap<String, HealthCheck> found = new TreeMap<>();
    private Utime checked = Utime.ZERO;

    DeviceHealthCommands(Supplier<MgrCore> core, Devices devices) {
        this.core = core;
        this.devices = devices;
    }

    @Override
    public String name() {
        return "devicehealth";
    }

    @Override
    public void register(CommandTable table) {
        String who = " name=who,type=CephString";
        add(table, "query-daemon-health-metrics" + who, "Get device health metrics for a given daemon", "r", this::daemon);
        add(table, "scrape-daemon-health-metrics" + who, "Scrape and store device health metrics for a given daemon", "r",
                this::daemon);
        add(table, "scrape-health-metrics name=devid,type=CephString,req=false", "Scrape and store device health metrics", "r",
                call -> {
                    throw new CephException(Errno.EOPNOTSUPP, NO_METRICS);
                });
        add(table, "get-health-metrics name=devid,type=CephString name=sample,type=CephString,req=false",
                "Show stored device metrics for the device", "r", this::metrics);
        add(table, "check-health", "Check life expectancy of devices", "rw", call -> {
            check(call.now(), () -> call.reply(CommandResult.status("")));
            return CommandResult.later();
        });
        add(table, "monitoring on", "Enable device health monitoring", "rw", call -> monitor(call, "true"));
        add(table, "monitoring off", "Disable device health monitoring", "rw", call -> monitor(call, "false"));
        add(table, "predict-life-expectancy name=devid,type=CephString", "Predict life expectancy with local predictor", "r",
                call -> {
                    throw new CephException(Errno.EPERM, "unable to enable any disk prediction model[local/cloud]");
                });
    }

    private static void add(CommandTable table, String rest, String help, String perm, CommandHandler handler) {
        table.add("device " + rest, help, "mgr", perm, Command.FLAG_MGR, handler);
    }

    private CommandResult daemon(CommandContext call) {
        if (!call.string("who").matches("(osd|mon)\\..*")) {
            throw new CephException(Errno.EINVAL, "not a valid mon or osd daemon name");
        }
        throw new CephException(Errno.EOPNOTSUPP, NO_METRICS);
    }

    /// None was ever stored.
    private CommandResult metrics(CommandContext call) {
        String id = call.string("devid");
        devices.find((all, facts) -> call.reply(all.containsKey(id) ? CommandResult.data("{}")
                : CommandResult.error(Errno.ENOENT, "device " + id + " not found")));
        return CommandResult.later();
    }

    private CommandResult monitor(CommandContext call, String on) {
        store().setOption(name(), "enable_monitoring", on, done -> {
            found = new TreeMap<>();
            checked = Utime.ZERO;
            call.reply(done.code() < 0 ? done : CommandResult.status(""));
        });
        return CommandResult.later();
    }

    private ModuleStore store() {
        return core.get().store();
    }

    // ---- by itself

    @Override
    public void serve(Utime now) {
        boolean due = now.toNanos() - checked.toNanos() >= store().seconds(name(), "sleep_interval") * 1e9;
        if (due && store().flag(name(), "enable_monitoring")) {
            checked = now;
            check(now, () -> {});
        }
    }

    @Override
    public void rest() {
        found = new TreeMap<>();
        checked = Utime.ZERO;
    }

    @Override
    public void check(NavigableMap<String, HealthCheck> checks, Utime now) {
        checks.putAll(found);
    }

    private void check(Utime now, Runnable done) {
        devices.find((all, facts) -> {
            NavigableMap<String, HealthCheck> checks = new TreeMap<>();
            List<String> soon = new ArrayList<>();
            for (Device device : DeviceBook.failing(all, store().seconds(name(), "warn_threshold"), now)) {
                soon.add(device.id() + " (" + device.everywhere().replace(' ', ',') + "); daemons "
                        + String.join(",", device.daemons()) + "; life expectancy between "
                        + Stamp.text(device.expectancy().from()) + " and " + Stamp.text(device.expectancy().to()));
            }
            put(checks, "DEVICE_HEALTH", "%d device(s) expected to fail soon", soon);
            if (store().flag(name(), "self_heal")) {
                heal(DeviceBook.failing(all, store().seconds(name(), "mark_out_threshold"), now), checks);
            }
            found = checks;
            done.run();
        });
    }

    private static void put(NavigableMap<String, HealthCheck> checks, String code, String summary, List<String> detail) {
        if (!detail.isEmpty()) {
            checks.put(code, HealthCheck.warn(String.format(Locale.ROOT, summary, detail.size()), detail.size(), detail));
        }
    }

    /// Takes OSDs out, the next to fail first, as far as `mon_osd_min_in_ratio` allows.
    private void heal(List<Device> failing, NavigableMap<String, HealthCheck> checks) {
        OsdMap map = core.get().pgMap().osdMap();
        List<Integer> bad = new ArrayList<>();
        List<String> inUse = new ArrayList<>();
        failing.stream().sorted(Comparator.comparing((Device device) -> device.expectancy().to())).forEach(device ->
                osds(device, osd -> {
                    PgMapDigest.PgCount groups = core.get().pgMap().countsByOsd().get(osd);
                    if (map.exists(osd) && map.isIn(osd)) {
                        bad.add(osd);
                    } else if (groups != null && groups.acting() > 0) {
                        inUse.add("osd." + osd + " is marked out but still has " + groups.acting() + " PG(s)");
                    }
                }));
        put(checks, "DEVICE_HEALTH_IN_USE", "%d daemon(s) expected to fail soon and still contain data", inUse);
        double all = Math.max(1, map.osds().size());
        double least = store().conf().decimal("mon_osd_min_in_ratio");
        int in = map.countIn();
        int may = 0;
        while (may < bad.size() && (in - may - 1) / all >= least) {
            may++;
        }
        if (may < bad.size()) {
            checks.put("DEVICE_HEALTH_TOOMANY", HealthCheck.warn("Too many daemons are expected to fail soon", 1,
                    List.of(String.format(Locale.ROOT, "%d OSDs with failing device(s) would bring \"in\" ratio to %f < "
                            + "mon_osd_min_in_ratio %f", bad.size() - may, (in - bad.size()) / all, least))));
        }
        bad.subList(0, may).forEach(this::markOut);
    }

    private static void osds(Device device, Consumer<Integer> each) {
        device.daemons().stream().filter(daemon -> daemon.matches("osd\\.\\d{1,9}"))
                .forEach(daemon -> each.accept(Integer.parseInt(daemon.substring(4))));
    }

    private void markOut(int osd) {
        ObjectNode out = JsonNodeFactory.instance.objectNode().put("prefix", "osd out");
        out.putArray("ids").add(Integer.toString(osd));
        ObjectNode affinity = JsonNodeFactory.instance.objectNode().put("prefix", "osd primary-affinity").put("id", osd)
                .put("weight", 0.0);
        for (ObjectNode command : List.of(out, affinity)) {
            core.get().effects().askMonitors(command.toString(), done -> {
                if (done.code() < 0) {
                    core.get().effects().log("devicehealth: osd." + osd + ": " + done.outs());
                }
            });
        }
    }
}
