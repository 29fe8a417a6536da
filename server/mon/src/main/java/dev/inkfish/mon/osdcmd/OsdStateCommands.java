package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.GeneralFormat;
import dev.inkfish.command.Stamp;
import dev.inkfish.conf.Conf;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.OsdXinfo;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.Release;
import dev.inkfish.osdmap.UpmapItem;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Commands that change flags, ratios, the states and weights of OSDs, exceptions to placement, the blocklist.
final class OsdStateCommands {
    private static final String MAKE_ANEW = "This command will recreate a lost (as in data lost) PG with data in it, such that the cluster will "
            + "give up ever trying to recover the lost data.  Do this only if you are certain that all copies of "
            + "the PG are in fact lost and you are willing to accept that the data is permanently destroyed.  Pass "
            + "--yes-i-really-mean-it to proceed.";

    private final OsdMaps maps;
    private final Conf conf;

    OsdStateCommands(OsdMaps maps, Conf conf) {
        this.maps = maps;
        this.conf = conf;
    }

    void register(OsdSignatures on) {
        on.on("osd pause", call -> setFlag(OsdMap.PAUSERD | OsdMap.PAUSEWR, true));
        on.on("osd unpause", call -> setFlag(OsdMap.PAUSERD | OsdMap.PAUSEWR, false));
        on.on("osd set", call -> setFlag(flag(call.string("key")), true));
        on.on("osd unset", call -> setFlag(flag(call.string("key")), false));
        on.on("osd set-full-ratio", this::ratio).on("osd set-backfillfull-ratio", this::ratio);
        on.on("osd set-nearfull-ratio", this::ratio).on("osd require-osd-release", this::requireRelease);
        on.on("pg repeer", this::repeer).on("osd force-create-pg", this::makeAnew);
        on.on("osd set-require-min-compat-client", this::requireClient).on("osd setmaxosd", this::setMaxOsd);
        on.on("osd down", this::down).on("osd out", this::out).on("osd in", this::in).on("osd stop", this::stop);
        on.on("osd reweight", this::reweight).on("osd reweightn", this::reweightAll);
        on.on("osd primary-affinity", this::affinity).on("osd pg-temp", this::pgTemp);
        on.on("osd primary-temp", this::primaryTemp).on("osd pg-upmap", this::upmap).on("osd rm-pg-upmap", this::upmap);
        on.on("osd pg-upmap-items", this::upmapItems).on("osd rm-pg-upmap-items", this::upmapItems);
        on.on("osd blocklist", call -> blocklist(call, "blocklist")).on("osd blocklist clear", this::clearBlocklist);
        on.on("osd blacklist", call -> blocklist(call, "blacklist")).on("osd blacklist clear", this::clearBlocklist);
    }

    private static int flag(String name) {
        return switch (name) {
            case "pause" -> OsdMap.PAUSERD | OsdMap.PAUSEWR;
            case "noup" -> OsdMap.NOUP;
            case "nodown" -> OsdMap.NODOWN;
            case "noout" -> OsdMap.NOOUT;
            case "noin" -> OsdMap.NOIN;
            case "nobackfill" -> OsdMap.NOBACKFILL;
            case "norebalance" -> OsdMap.NOREBALANCE;
            case "norecover" -> OsdMap.NORECOVER;
            case "noscrub" -> OsdMap.NOSCRUB;
            case "nodeep-scrub" -> OsdMap.NODEEP_SCRUB;
            case "notieragent" -> OsdMap.NOTIERAGENT;
            case "nosnaptrim" -> OsdMap.NOSNAPTRIM;
            case "pglog_hardlimit" -> OsdMap.PGLOG_HARDLIMIT;
            case "noautoscale" -> OsdMap.NOAUTOSCALE;
            default -> throw new CephException(Errno.EINVAL, "unrecognized flag '" + name + "'");
        };
    }

    private CommandResult setFlag(int flag, boolean set) {
        OsdMapIncremental pending = maps.pending();
        int before = pending.newFlags < 0 ? maps.map().flags() : pending.newFlags;
        pending.newFlags = set ? before | flag : before & ~flag;
        return CommandResult.afterCommit(OsdMapText.flags(flag) + (set ? " is set" : " is unset"));
    }

    private CommandResult ratio(CommandContext call) {
        float ratio = (float) call.decimal("ratio", 0);
        switch (call.prefix()) {
            case "osd set-full-ratio" -> maps.pending().newFullRatio = ratio;
            case "osd set-backfillfull-ratio" -> maps.pending().newBackfillfullRatio = ratio;
            default -> maps.pending().newNearfullRatio = ratio;
        }
        return CommandResult.afterCommit(call.prefix() + " " + GeneralFormat.format(ratio, 6));
    }

    private CommandResult requireRelease(CommandContext call) {
        String name = call.string("release");
        int release = Release.named(name);
        int now = maps.map().requireOsdRelease();
        if (release == now) {
            return CommandResult.status("");
        }
        if (release == Release.UNKNOWN || release > Release.PACIFIC) {
            throw new CephException(Errno.EINVAL, "unrecognized release " + name);
        }
        if (release < now) {
            throw new CephException(Errno.EPERM, "require_osd_release cannot be lowered once it has been set");
        }
        maps.pending().newRequireOsdRelease = release;
        return CommandResult.afterCommit("");
    }

    private CommandResult requireClient(CommandContext call) {
        String name = call.string("version");
        int release = Release.named(name);
        if (release == Release.UNKNOWN) {
            throw new CephException(Errno.EINVAL, "version " + name + " is not recognized");
        }
        int needed = Release.named(OsdMapText.minCompatClient(maps.map()));
        if (release < needed) {
            throw new CephException(Errno.EPERM, "osdmap current utilizes features that require " + Release.name(needed)
                    + "; cannot set require_min_compat_client below that to " + name);
        }
        maps.pending().newRequireMinCompatClient = release;
        return CommandResult.afterCommit("set require_min_compat_client to " + name);
    }

    private CommandResult setMaxOsd(CommandContext call) {
        long count = call.integer("newmax", -1);
        long most = conf.integer("mon_max_osd");
        if (count > most) {
            throw new CephException(Errno.ERANGE, "cannot set max_osd to " + count
                    + " which is > conf.mon_max_osd (" + most + ")");
        }
        for (int osd = (int) count; osd < maps.map().maxOsd(); osd++) {
            if (maps.map().exists(osd)) {
                throw new CephException(Errno.EBUSY, "cannot shrink max_osd to " + count
                        + " because osd." + osd + " (and possibly others) still in use");
            }
        }
        maps.pending().newMaxOsd = (int) count;
        return CommandResult.afterCommit("set new max_osd = " + count);
    }

    /// Runs an action on the OSDs named, collecting what it says.
    private CommandResult each(CommandContext call, String argument, Action action) {
        StringBuilder said = new StringBuilder();
        List<String> words = call.strings(argument);
        boolean changed = false;
        boolean bad = false;
        boolean everyone = !words.isEmpty() && OsdFlagCommands.EVERYONE.contains(words.getFirst());
        List<String> ids = everyone ? maps.map().osds().stream().map(String::valueOf).toList() : words;
        for (String word : ids) {
            int osd = OsdReadCommands.osdId(word);
            if (osd < 0) {
                said.append("Expected option value to be integer, got '").append(word).append("'invalid osd id-1");
                bad = true;
            } else if (osd > OsdReadCommands.LAST_OSD) {
                said.append("osd id ").append(osd).append(" is too largeinvalid osd id-34");
                bad = true;
            } else if (!maps.map().exists(osd)) {
                said.append("osd.").append(osd).append(" does not exist. ");
            } else {
                changed |= action.run(osd, everyone ? new StringBuilder() : said, said);
            }
        }
        if (changed) {
            return CommandResult.afterCommit(said.toString());
        }
        return bad ? CommandResult.error(Errno.EINVAL, said.toString()) : CommandResult.status(said.toString());
    }

    /// What is done to one OSD.
    private interface Action {
        /// @param remark for what needs no action; nobody reads it where all OSDs were meant
        /// @return whether something changes
        boolean run(int osd, StringBuilder remark, StringBuilder said);
    }

    private OsdXinfo xinfo(int osd) {
        OsdXinfo pending = maps.pending().newXinfo.get(osd);
        return pending != null ? pending : maps.map().osdXinfo(osd);
    }

    private CommandResult down(CommandContext call) {
        boolean dead = call.flag("definitely_dead");
        return each(call, "ids", (osd, remark, said) -> {
            boolean changed = false;
            if (maps.map().isDown(osd)) {
                remark.append("osd.").append(osd).append(" is already down. ");
            } else {
                setState(osd, OsdMap.UP);
                said.append("marked down osd.").append(osd).append(". ");
                changed = true;
            }
            if (dead) {
                maps.pending().newXinfo.put(osd, xinfo(osd).withDeadEpoch(maps.pending().epoch));
                changed = true;
            }
            return changed;
        });
    }

    /// Notes bits to flip, once, whoever else wants them flipped too.
    private void setState(int osd, int bits) {
        maps.pending().newState.merge(osd, bits, (a, b) -> a | b);
    }

    private CommandResult out(CommandContext call) {
        return each(call, "ids", (osd, remark, said) -> {
            if (maps.map().isOut(osd)) {
                remark.append("osd.").append(osd).append(" is already out. ");
                return false;
            }
            maps.pending().newWeight.put(osd, OsdMap.OUT);
            maps.pending().newXinfo.put(osd, xinfo(osd).withOldWeight(maps.map().weight(osd)));
            said.append("marked out osd.").append(osd).append(". ");
            return true;
        });
    }

    private CommandResult in(CommandContext call) {
        return each(call, "ids", (osd, remark, said) -> {
            if (maps.map().isIn(osd)) {
                remark.append("osd.").append(osd).append(" is already in. ");
                return false;
            }
            int old = maps.map().osdXinfo(osd).oldWeight();
            maps.pending().newWeight.put(osd, old > 0 ? old : OsdMap.IN);
            if (old > 0) {
                maps.pending().newXinfo.put(osd, xinfo(osd).withOldWeight(0));
            }
            said.append("marked in osd.").append(osd).append(". ");
            return true;
        });
    }

    private CommandResult stop(CommandContext call) {
        return each(call, "ids", (osd, remark, said) -> {
            if (maps.map().hasState(osd, OsdMap.STOP)) {
                remark.append("osd.").append(osd).append(" is already stopped. ");
                return false;
            }
            boolean down = maps.map().isDown(osd);
            setState(osd, down ? OsdMap.STOP : OsdMap.UP | OsdMap.STOP);
            said.append(down ? "stop down osd." : "stop osd.").append(osd).append(". ");
            return true;
        });
    }

    private int existing(CommandContext call) {
        int osd = OsdReadCommands.osdArgument(call, "id");
        if (!maps.map().exists(osd)) {
            throw new CephException(Errno.ENOENT, "osd." + osd + " does not exist");
        }
        return osd;
    }

    private CommandResult reweight(CommandContext call) {
        int osd = existing(call);
        double weight = call.decimal("weight", 0);
        if (weight < 0) {
            throw new CephException(Errno.EINVAL, "weight must be >= 0");
        }
        int fixed = (int) (weight * OsdMap.IN);
        maps.pending().newWeight.put(osd, fixed);
        return CommandResult.afterCommit("reweighted osd." + osd + " to " + GeneralFormat.format(weight, 6) + " ("
                + Integer.toHexString(fixed) + ")");
    }

    private CommandResult reweightAll(CommandContext call) {
        TreeMap<Integer, Integer> weights = new TreeMap<>();
        String text = call.string("weights");
        String inner = text.replaceAll("[{}\"\\s]", "");
        for (String pair : inner.isEmpty() ? new String[0] : inner.split(",")) {
            String[] parts = pair.split(":");
            int osd = parts.length == 2 ? OsdReadCommands.osdId(parts[0]) : -1;
            if (!maps.map().exists(osd) || !parts[1].matches("[0-9]+")) {
                throw new CephException(Errno.EINVAL, "unable to parse 'weights' value '" + text + "'");
            }
            weights.put(osd, Integer.parseInt(parts[1]));
        }
        maps.pending().newWeight.putAll(weights);
        return CommandResult.afterCommit("");
    }

    private CommandResult affinity(CommandContext call) {
        int osd = existing(call);
        double weight = call.decimal("weight", 0);
        int fixed = (int) (weight * OsdMap.DEFAULT_PRIMARY_AFFINITY);
        maps.pending().newPrimaryAffinity.put(osd, fixed);
        return CommandResult.afterCommit("set osd." + osd + " primary-affinity to " + GeneralFormat.format(weight, 6) + " ("
                + Integer.toHexString(fixed) + ")");
    }

    private PgId group(CommandContext call) {
        PgId pg = PgId.parse(call.string("pgid"));
        PgPool pool = maps.map().pool(pg.pool());
        if (pool == null || pg.seed() < 0 || pg.seed() >= pool.pgNum()) {
            throw new CephException(Errno.ENOENT, "pg " + pg + " does not exist");
        }
        return pg;
    }

    private List<Integer> osds(CommandContext call) {
        List<Integer> osds = new ArrayList<>();
        List<Long> numbers;
        try {
            numbers = call.integers("id");
        } catch (CephException e) {
            numbers = call.strings("id").stream().map(text -> (long) OsdReadCommands.osdId(text)).toList();
        }
        for (long number : numbers) {
            if (!maps.map().exists((int) number)) {
                throw new CephException(Errno.ENOENT, "osd." + number + " does not exist");
            }
            osds.add((int) number);
        }
        return osds;
    }

    private CommandResult pgTemp(CommandContext call) {
        PgId pg = group(call);
        List<Integer> osds = osds(call);
        PgPool pool = Objects.requireNonNull(maps.map().pool(pg.pool()));
        if (!osds.isEmpty() && osds.size() < pool.minSize()) {
            throw new CephException(Errno.EINVAL, "num of osds (" + osds.size() + ") < pool min size (" + pool.minSize() + ")");
        }
        if (osds.size() > pool.size()) {
            throw new CephException(Errno.EINVAL, "num of osds (" + osds.size() + ") > pool size (" + pool.size() + ")");
        }
        maps.pending().newPgTemp.put(pg, osds);
        if (osds.isEmpty()) {
            return CommandResult.afterCommit("done cleaning up pg_temp of " + pg);
        }
        return CommandResult.afterCommit("set " + pg + " pg_temp mapping to " + OsdMapText.list(osds));
    }

    private CommandResult makeAnew(CommandContext call) {
        PgId pg = PgId.parse(call.string("pgid"));
        PgPool pool = maps.map().pool(pg.pool());
        if (pool == null || pg.seed() < 0 || pg.seed() >= pool.pgNum()) {
            throw new CephException(Errno.ENOENT, "pg " + pg + " should not exist");
        }
        if (!call.flag("yes_i_really_mean_it")) {
            throw new CephException(Errno.EPERM, MAKE_ANEW);
        }
        return maps.makeAnew(pg)
                ? CommandResult.afterCommit("pg " + call.string("pgid") + " now creating, ok")
                : CommandResult.status("pg " + pg + " already creating");
    }

    /// Maps a group elsewhere for a moment: it comes back, with an interval and a peering of its own.
    private CommandResult repeer(CommandContext call) {
        PgId pg = PgId.parse(call.string("pgid"));
        PgPool pool = maps.map().pool(pg.pool());
        if (pool == null || pg.seed() < 0 || pg.seed() >= pool.pgNum()) {
            throw new CephException(Errno.ENOENT, "pg '" + pg + "' does not exist");
        }
        var place = maps.map().place(pg);
        int primary = place.actingPrimary();
        if (primary < 0) {
            throw new CephException(Errno.EAGAIN, "pg currently has no primary");
        }
        List<Integer> elsewhere = new ArrayList<>(List.of(primary));
        if (place.acting().size() <= 1) {
            elsewhere.add(maps.map().osds().stream().filter(osd -> osd != primary && maps.map().isUp(osd)).findFirst()
                    .orElseThrow(() -> new CephException(
                            Errno.EAGAIN, "not enough up OSDs in the cluster to force repeer")));
        }
        maps.pending().newPgTemp.put(pg, elsewhere);
        return CommandResult.afterCommit("");
    }

    private CommandResult primaryTemp(CommandContext call) {
        PgId pg = group(call);
        int osd = OsdReadCommands.osdArgument(call, "id");
        if (osd != -1 && !maps.map().exists(osd)) {
            throw new CephException(Errno.ENOENT, "osd." + osd + " does not exist");
        }
        maps.pending().newPrimaryTemp.put(pg, osd);
        return CommandResult.afterCommit("set " + pg + " primary_temp mapping to " + osd);
    }

    private CommandResult upmap(CommandContext call) {
        PgId pg = group(call);
        if (call.prefix().equals("osd rm-pg-upmap")) {
            maps.pending().newPgUpmap.remove(pg);
            maps.pending().oldPgUpmap.add(pg);
            return CommandResult.afterCommit("clear " + pg + " pg_upmap mapping");
        }
        List<Integer> osds = osds(call);
        PgPool pool = maps.map().pool(pg.pool());
        if (pool != null && osds.size() < pool.minSize() || pool != null && osds.size() > pool.size()) {
            throw new CephException(Errno.EINVAL, "num of osds (" + osds.size() + ") < pool min size or > pool size");
        }
        maps.pending().oldPgUpmap.remove(pg);
        maps.pending().newPgUpmap.put(pg, osds);
        return CommandResult.afterCommit("set " + pg + " pg_upmap mapping to " + OsdMapText.list(osds));
    }

    private CommandResult upmapItems(CommandContext call) {
        PgId pg = group(call);
        if (call.prefix().equals("osd rm-pg-upmap-items")) {
            maps.pending().newPgUpmapItems.remove(pg);
            maps.pending().oldPgUpmapItems.add(pg);
            return CommandResult.afterCommit("clear " + pg + " pg_upmap_items mapping");
        }
        List<Integer> osds = osds(call);
        if (osds.isEmpty() || osds.size() % 2 != 0) {
            throw new CephException(Errno.EINVAL, "you must specify pairs of osds");
        }
        List<UpmapItem> items = new ArrayList<>();
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < osds.size(); i += 2) {
            items.add(new UpmapItem(osds.get(i), osds.get(i + 1)));
            shown.add(osds.get(i) + "->" + osds.get(i + 1));
        }
        maps.pending().oldPgUpmapItems.remove(pg);
        maps.pending().newPgUpmapItems.put(pg, items);
        return CommandResult.afterCommit("set " + pg + " pg_upmap_items mapping to [" + String.join(",", shown) + "]");
    }

    /// Adds or removes a client's address. An entry stands for the address in either protocol.
    private CommandResult blocklist(CommandContext call, String word) {
        if (call.string("range").equals("range")) {
            throw new CephException(Errno.EOPNOTSUPP, "ranges in the blocklist are not supported yet");
        }
        String text = call.string("addr");
        EntityAddr addr = AddressText.parse(text);
        if (addr == null) {
            throw new CephException(Errno.EINVAL, "unable to parse address " + text);
        }
        addr = addr.withKind(EntityAddr.Kind.ANY);
        OsdMapIncremental pending = maps.pending();
        if (call.string(word + "op").equals("add")) {
            double seconds = seconds(call);
            Utime until = Utime.ofNanos(call.now().toNanos() + (long) (seconds * 1e9));
            pending.newBlocklist.put(addr, until);
            // an entry that is there keeps its time unless it is replaced
            pending.oldBlocklist.remove(addr);
            return CommandResult.afterCommit("blocklisting " + addr.bare() + " until " + Stamp.text(until) + " ("
                    + GeneralFormat.format(seconds, 6) + " sec)");
        }
        boolean there = maps.map().blocklist().containsKey(addr);
        if (!there && !pending.newBlocklist.containsKey(addr)) {
            return CommandResult.status(addr.bare() + " isn't blocklisted");
        }
        pending.newBlocklist.remove(addr);
        if (there) {
            pending.oldBlocklist.add(addr);
        }
        return CommandResult.afterCommit("un-blocklisting " + addr.bare());
    }

    private double seconds(CommandContext call) {
        double otherwise = conf.decimal("mon_osd_blocklist_default_expire");
        try {
            return call.decimal("expire", otherwise);
        } catch (CephException e) {
            // librbd sends the number as text
            try {
                return Double.parseDouble(call.string("expire"));
            } catch (NumberFormatException notANumber) {
                throw e;
            }
        }
    }

    private CommandResult clearBlocklist(CommandContext call) {
        maps.pending().newBlocklist.clear();
        for (Map.Entry<EntityAddr, Utime> each : maps.map().blocklist().entrySet()) {
            maps.pending().oldBlocklist.add(each.getKey());
        }
        maps.map().rangeBlocklist().keySet().forEach(maps.pending().oldRangeBlocklist::add);
        return CommandResult.afterCommit(" removed all blocklist entries");
    }
}
