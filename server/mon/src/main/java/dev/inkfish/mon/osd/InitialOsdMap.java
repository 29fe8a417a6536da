package dev.inkfish.mon.osd;

import dev.inkfish.conf.Conf;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.CrushRule;
import dev.inkfish.crush.CrushTunables;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.Release;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/// The OSD map of a new cluster: no OSDs, no pools, an empty root and a rule for replicated pools.
final class InitialOsdMap {
    private static final List<String> TYPES = List.of(
            "osd", "host", "chassis", "rack", "row", "pdu", "pod", "room", "datacenter", "zone", "region", "root");
    private static final int ROOT_TYPE = 11;
    private static final int ROOT = -1;
    private static final int RULE_MAX_SIZE = 10;

    private InitialOsdMap() {}

    static CrushMap crush(int chooseleafType) {
        NavigableMap<Integer, String> types = new TreeMap<>();
        for (int i = 0; i < TYPES.size(); i++) {
            types.put(i, TYPES.get(i));
        }
        CrushRule.Step choose = chooseleafType > 0
                ? new CrushRule.Step(CrushRule.CHOOSELEAF_FIRSTN, 0, chooseleafType)
                : new CrushRule.Step(CrushRule.CHOOSE_FIRSTN, 0, 0);
        CrushRule rule = new CrushRule(0, CrushRule.TYPE_REPLICATED, 1, RULE_MAX_SIZE, List.of(
                new CrushRule.Step(CrushRule.TAKE, ROOT, 0), choose, new CrushRule.Step(CrushRule.EMIT, 0, 0)));
        return new CrushMap(
                List.of(CrushBucket.straw2(ROOT, ROOT_TYPE, new int[0], new int[0])),
                List.of(rule),
                0,
                types,
                new TreeMap<>(Map.of(ROOT, "default")),
                new TreeMap<>(Map.of(0, "replicated_rule")),
                CrushTunables.DEFAULT,
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>());
    }

    /// The increment from nothing to epoch 1.
    static OsdMapIncremental increment(UUID fsid, Conf conf, Utime now) {
        OsdMapIncremental inc = new OsdMapIncremental(fsid, 1);
        inc.modified = now;
        inc.newFlags = OsdMap.SORTBITWISE | OsdMap.RECOVERY_DELETES | OsdMap.PURGED_SNAPDIRS | OsdMap.PGLOG_HARDLIMIT;
        inc.newMaxOsd = 0;
        inc.newPoolMax = 0;
        inc.newFullRatio = ratio(conf, "mon_osd_full_ratio");
        inc.newBackfillfullRatio = ratio(conf, "mon_osd_backfillfull_ratio");
        inc.newNearfullRatio = ratio(conf, "mon_osd_nearfull_ratio");
        inc.newRequireOsdRelease = Release.PACIFIC;
        inc.newRequireMinCompatClient = Release.LUMINOUS;
        inc.newErasureCodeProfiles.put("default", defaultProfile());
        inc.crush = crush((int) conf.integer("osd_crush_chooseleaf_type")).encode(Features.PACIFIC);
        return inc;
    }

    private static NavigableMap<String, String> defaultProfile() {
        NavigableMap<String, String> profile = new TreeMap<>();
        profile.put("plugin", "jerasure");
        profile.put("technique", "reed_sol_van");
        profile.put("k", "2");
        profile.put("m", "2");
        return profile;
    }

    /// Percentages are taken for fractions.
    private static float ratio(Conf conf, String option) {
        float value = (float) conf.decimal(option);
        return value > 1 ? value / 100 : value;
    }
}
