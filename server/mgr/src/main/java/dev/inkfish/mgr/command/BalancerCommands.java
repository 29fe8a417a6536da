package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandHandler;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.balancer.Evaluation;
import dev.inkfish.mgr.balancer.Plan;
import dev.inkfish.mgr.balancer.Planner;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.ModuleStore;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.Release;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `balancer …`, and what it does by itself (mode `upmap`).
final class BalancerCommands implements MgrModuleCommands {
    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT);
    private static final DateTimeFormatter PLAN_NAME = DateTimeFormatter.ofPattern("yyyy-MM-dd_HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter TIME_OF_DAY = DateTimeFormatter.ofPattern("HHmm", Locale.ROOT);
    private static final String ON_TWO_SIDES = "Balancer enabled, disable to ";

    private final Supplier<MgrCore> core;
    private final Map<String, Plan> plans = new TreeMap<>();
    private String started = "";
    private String duration = "";
    private String result = "";
    private boolean noneNeeded;
    private boolean executing;
    private Utime lastRun = Utime.ZERO;

    BalancerCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "balancer";
    }

    @Override
    public void register(CommandTable table) {
        add(table, "status", "Show balancer status", "r", call -> CommandResult.data(PythonJson.pretty(status())));
        add(table, "mode name=mode,type=CephChoices,strings=none|crush-compat|upmap", "Set balancer mode", "rw", this::mode);
        add(table, "on", "Enable automatic balancing", "rw", call -> set(call, "active", "true"));
        add(table, "off", "Disable automatic balancing", "rw", call -> set(call, "active", "false"));
        add(table, "pool ls", "List automatic balancing pools. Note that empty list means all existing pools will be automatic"
                + " balancing targets, which is the default behaviour of balancer.", "r", call -> listPools());
        add(table, "pool add name=pools,type=CephString,n=N", "Enable automatic balancing for specific pools", "rw",
                this::addPools);
        add(table, "pool rm name=pools,type=CephString,n=N", "Disable automatic balancing for specific pools", "rw",
                this::removePools);
        String what = "Evaluate data distribution for the current cluster or specific pool or specific plan";
        add(table, "eval name=option,type=CephString,req=false", what, "r", call -> evaluate(call, false));
        add(table, "eval-verbose name=option,type=CephString,req=false", what + " (verbosely)", "r",
                call -> evaluate(call, true));
        add(table, "optimize name=plan,type=CephString name=pools,type=CephString,n=N,req=false",
                "Run optimizer to create a new plan", "rw", this::optimize);
        add(table, "show name=plan,type=CephString", "Show details of an optimization plan", "r", call -> {
            plan(call);
            return CommandResult.data("upmap plan");
        });
        add(table, "rm name=plan,type=CephString", "Discard an optimization plan", "rw", call -> {
            plans.remove(call.string("plan"));
            return CommandResult.status("");
        });
        add(table, "reset", "Discard all optimization plans", "rw", call -> {
            plans.clear();
            return CommandResult.status("");
        });
        add(table, "dump name=plan,type=CephString", "Show an optimization plan", "r",
                call -> CommandResult.data(PythonJson.pretty(plan(call).json())));
        add(table, "ls", "List all plans", "r", call -> {
            ArrayNode names = JsonNodeFactory.instance.arrayNode();
            plans.keySet().forEach(names::add);
            return CommandResult.data(PythonJson.pretty(names));
        });
        add(table, "execute name=plan,type=CephString", "Execute an optimization plan", "rw", this::execute);
    }

    private static void add(CommandTable table, String rest, String help, String perm, CommandHandler handler) {
        table.add("balancer " + rest, help, "mgr", perm, Command.FLAG_MGR, handler);
    }

    private ModuleStore store() {
        return core.get().store();
    }

    private OsdMap map() {
        return core.get().pgMap().osdMap();
    }

    private ObjectNode status() {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        ArrayNode names = status.putArray("plans");
        plans.keySet().forEach(names::add);
        return status.put("active", store().flag(name(), "active"))
                .put("last_optimize_started", started)
                .put("last_optimize_duration", duration)
                .put("optimize_result", result)
                .put("no_optimization_needed", noneNeeded)
                .put("mode", store().option(name(), "mode"));
    }

    private CommandResult set(CommandContext call, String option, String value) {
        store().setOption(name(), option, value, done ->
                call.reply(done.code() < 0 ? done : CommandResult.status("")));
        return CommandResult.later();
    }

    private CommandResult mode(CommandContext call) {
        String mode = call.string("mode");
        if (mode.equals("crush-compat")) {
            throw new CephException(Errno.EOPNOTSUPP, "mode crush-compat is not there: use upmap");
        }
        int least = map().requireMinCompatClient();
        if (mode.equals("upmap") && least < Release.LUMINOUS) {
            throw new CephException(Errno.EPERM, "min_compat_client \"" + Release.name(least)
                    + "\" < \"luminous\", which is required for pg-upmap. "
                    + "Try \"ceph osd set-require-min-compat-client luminous\" before enabling this mode");
        }
        return set(call, "mode", mode);
    }

    // ---- pools

    /// Those that were chosen, as far as they exist; null for all.
    private @Nullable NavigableSet<Long> chosenPools() {
        String ids = store().option(name(), "pool_ids");
        if (ids.isBlank()) {
            return null;
        }
        NavigableSet<Long> chosen = new TreeSet<>();
        for (String id : ids.split(",")) {
            if (id.matches("\\d{1,18}") && map().pool(Long.parseLong(id)) != null) {
                chosen.add(Long.parseLong(id));
            }
        }
        return chosen;
    }

    private List<String> names(NavigableSet<Long> pools) {
        return pools.stream().map(id -> String.valueOf(map().poolName(id))).sorted().toList();
    }

    private CommandResult listPools() {
        NavigableSet<Long> chosen = chosenPools();
        if (chosen == null) {
            return CommandResult.status("");
        }
        ArrayNode names = JsonNodeFactory.instance.arrayNode();
        names(chosen).forEach(names::add);
        return CommandResult.data(PythonJson.pretty(names));
    }

    private CommandResult addPools(CommandContext call) {
        List<String> pools = call.strings("pools");
        List<String> unknown = pools.stream().filter(pool -> map().poolId(pool) < 0).toList();
        if (!unknown.isEmpty()) {
            throw new CephException(Errno.EINVAL, "pool(s) " + PythonText.of(unknown) + " not found");
        }
        NavigableSet<Long> chosen = chosenPools();
        NavigableSet<Long> next = chosen == null ? new TreeSet<>() : chosen;
        pools.forEach(pool -> next.add(map().poolId(pool)));
        return set(call, "pool_ids", joined(next));
    }

    private CommandResult removePools(CommandContext call) {
        NavigableSet<Long> chosen = chosenPools();
        if (chosen == null) {
            return CommandResult.status("");
        }
        call.strings("pools").forEach(pool -> chosen.remove(map().poolId(pool)));
        return set(call, "pool_ids", joined(chosen));
    }

    private static String joined(NavigableSet<Long> ids) {
        return String.join(",", ids.stream().map(String::valueOf).toList());
    }

    // ---- plans

    private Plan plan(CommandContext call) {
        Plan plan = plans.get(call.string("plan"));
        if (plan == null) {
            throw new CephException(Errno.ENOENT, "plan " + call.string("plan") + " not found");
        }
        return plan;
    }

    private CommandResult evaluate(CommandContext call, boolean verbose) {
        String option = call.string("option");
        OsdMap of = map();
        List<String> pools = List.of();
        String what = "current cluster";
        Plan plan = plans.get(option);
        if (plan != null) {
            of = plan.map();
            pools = plan.pools();
            what = "plan \"" + option + "\"";
        } else if (call.has("option")) {
            if (of.poolId(option) < 0) {
                throw new CephException(Errno.EINVAL, "option \"" + option + "\" not a plan or a pool");
            }
            pools = List.of(option);
            what = "pool \"" + option + "\"";
        }
        Evaluation evaluation = new Evaluation(of, core.get().pgMap().pgs(), pools);
        StringBuilder out = new StringBuilder(what).append(verbose ? "\n" : " ");
        if (verbose) {
            evaluation.tables().forEach((name, table) ->
                    out.append(name).append(' ').append(PythonText.of(table)).append('\n'));
        }
        return CommandResult.data(
                out.append(String.format(Locale.ROOT, "score %f (lower is better)\n", evaluation.score())).toString());
    }

    private void requireIdle(String purpose) {
        if (store().flag(name(), "active")) {
            throw new CephException(Errno.EINVAL, ON_TWO_SIDES + purpose);
        }
        if (executing) {
            throw new CephException(Errno.EINVAL, "Balancer finishing up....try again");
        }
    }

    private CommandResult optimize(CommandContext call) {
        requireIdle("optimize manually");
        List<String> pools = call.strings("pools");
        List<String> unknown = pools.stream().filter(pool -> map().poolId(pool) < 0).toList();
        if (!unknown.isEmpty()) {
            throw new CephException(Errno.EINVAL, "pools " + PythonText.of(unknown) + " not found");
        }
        Planner.Outcome outcome = run(pools, call.now());
        if (outcome.plan() != null) {
            plans.put(call.string("plan"), outcome.plan());
        }
        return new CommandResult.Done(outcome.code(), outcome.detail(), Bytes.EMPTY);
    }

    private Planner.Outcome run(List<String> pools, Utime now) {
        started = ASCTIME.format(local(now));
        long begin = core.get().effects().nanos();
        Planner.Outcome outcome = new Planner(core.get().pgMap(), store()).plan(pools);
        duration = period(core.get().effects().nanos() - begin);
        result = outcome.code() == 0 ? "Optimization plan created successfully" : outcome.detail();
        noneNeeded |= outcome.code() == Errno.EALREADY.code();
        return outcome;
    }

    private CommandResult execute(CommandContext call) {
        requireIdle("execute a plan");
        Plan plan = plan(call);
        plans.remove(call.string("plan"));
        execute(plan, call::reply);
        return CommandResult.later();
    }

    private void execute(Plan plan, Consumer<CommandResult.Done> answer) {
        List<String> commands = new ArrayList<>(plan.commands());
        executing = true;
        int[] left = {commands.size()};
        CommandResult.Done[] outcome = {CommandResult.status("")};
        for (String command : commands) {
            core.get().effects().askMonitors(command, done -> {
                if (done.code() < 0) {
                    outcome[0] = new CommandResult.Done(done.code(), done.outs(), Bytes.EMPTY);
                }
                if (--left[0] == 0) {
                    executing = false;
                    answer.accept(outcome[0]);
                }
            });
        }
    }

    // ---- by itself

    @Override
    public void serve(Utime now) {
        if (lastRun.isZero()) {
            lastRun = now; // reports must come in first
        }
        double interval = store().seconds(name(), "sleep_interval");
        if (executing || now.toNanos() - lastRun.toNanos() < interval * 1e9) {
            return;
        }
        lastRun = now;
        if (!store().flag(name(), "active") || !isTime(local(now))) {
            return;
        }
        NavigableSet<Long> chosen = chosenPools();
        Planner.Outcome outcome = run(chosen == null ? List.of() : names(chosen), now);
        Plan plan = outcome.plan();
        if (plan != null) {
            String name = "auto_" + PLAN_NAME.format(local(now).withZoneSameInstant(ZoneOffset.UTC));
            core.get().effects().log("balancer: plan " + name + " changes " + plan.commands().size() + " groups' upmaps");
            execute(plan, done -> {
                if (done.code() < 0) {
                    core.get().effects().log("balancer: plan " + name + ": " + done.outs());
                }
            });
        }
    }

    @Override
    public void rest() {
        plans.clear();
        executing = false;
        lastRun = Utime.ZERO;
    }

    private boolean isTime(ZonedDateTime now) {
        return isWithin(TIME_OF_DAY.format(now), store().option(name(), "begin_time"), store().option(name(), "end_time"))
                && isWithin(String.valueOf(now.getDayOfWeek().getValue() % 7), store().option(name(), "begin_weekday"),
                        store().option(name(), "end_weekday"));
    }

    /// From an end of one day to the begin of the next where the end comes first.
    private static boolean isWithin(String now, String begin, String end) {
        boolean after = now.compareTo(begin) >= 0;
        boolean before = now.compareTo(end) < 0;
        return begin.compareTo(end) <= 0 ? after && before : after || before;
    }

    /// As Python prints a `timedelta`.
    private static String period(long nanos) {
        long micros = nanos / 1000;
        long seconds = micros / 1_000_000;
        String whole = String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        return micros % 1_000_000 == 0 ? whole : whole + String.format(Locale.ROOT, ".%06d", micros % 1_000_000);
    }

    private static ZonedDateTime local(Utime time) {
        return Instant.ofEpochSecond(time.seconds(), time.nanos()).atZone(ZoneId.systemDefault());
    }
}
