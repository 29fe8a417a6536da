package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.Formatter;
import dev.inkfish.crush.ChooseArg;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.CrushRule;
import dev.inkfish.crush.CrushTunables;
import java.util.List;

/// The CRUSH map as Ceph dumps it (`CrushWrapper::dump`).
public final class CrushText {
    private CrushText() {}

    public static void dump(Formatter f, CrushMap crush) {
        f.openArray("devices");
        for (int device = 0; device < crush.maxDevices(); device++) {
            f.openObject("device").dump("id", device);
            f.dump("name", crush.itemNames().getOrDefault(device, "device" + device));
            Integer classId = crush.deviceClasses().get(device);
            if (classId != null) {
                f.dump("class", crush.classNames().get(classId));
            }
            f.close();
        }
        f.close().openArray("types");
        crush.typeNames().forEach((id, name) -> f.openObject("type").dump("type_id", id).dump("name", name).close());
        f.close().openArray("buckets");
        for (CrushBucket bucket : crush.buckets()) {
            if (bucket != null) {
                dumpBucket(f, crush, bucket);
            }
        }
        f.close().openArray("rules");
        for (int number = 0; number < crush.rules().size(); number++) {
            CrushRule rule = crush.rule(number);
            if (rule != null) {
                dumpRule(f, crush, number, rule);
            }
        }
        f.close().openObject("tunables");
        dumpTunables(f, crush);
        f.close().openObject("choose_args");
        crush.chooseArgs().forEach((pool, args) -> {
            f.openArray(Long.toString(pool));
            args.forEach((index, arg) -> dumpArg(f, index, arg));
            f.close();
        });
        f.close();
    }

    private static void dumpBucket(Formatter f, CrushMap crush, CrushBucket bucket) {
        f.openObject("bucket").dump("id", bucket.id());
        String name = crush.itemNames().get(bucket.id());
        if (name != null) {
            f.dump("name", name);
        }
        f.dump("type_id", bucket.type());
        String type = crush.typeNames().get(bucket.type());
        if (type != null) {
            f.dump("type_name", type);
        }
        f.dump("weight", bucket.weight()).dump("alg", bucket.algorithm().text()).dump("hash", "rjenkins1");
        f.openArray("items");
        for (int i = 0; i < bucket.size(); i++) {
            f.openObject("item").dump("id", bucket.item(i)).dump("weight", bucket.itemWeight(i)).dump("pos", i).close();
        }
        f.close().close();
    }

    static void dumpArg(Formatter f, int index, ChooseArg arg) {
        f.openObject("choose_args").dump("bucket_id", -1 - index);
        if (arg.positions() > 0) {
            f.openArray("weight_set");
            for (int p = 0; p < arg.positions(); p++) {
                f.openArray("weights");
                for (int i = 0; i < arg.weights(p); i++) {
                    f.dump("weight", arg.weight(p, i) / 65536.0);
                }
                f.close();
            }
            f.close();
        }
        if (arg.ids() > 0) {
            f.openArray("ids");
            for (int i = 0; i < arg.ids(); i++) {
                f.dump("id", arg.id(i));
            }
            f.close();
        }
        f.close();
    }

    static void dumpRule(Formatter f, CrushMap crush, int number, CrushRule rule) {
        f.openObject("rule").dump("rule_id", number);
        String name = crush.ruleNames().get(number);
        if (name != null) {
            f.dump("rule_name", name);
        }
        f.dump("ruleset", rule.ruleset()).dump("type", rule.type());
        f.dump("min_size", rule.minSize()).dump("max_size", rule.maxSize());
        f.openArray("steps");
        for (CrushRule.Step step : rule.steps()) {
            f.openObject("step");
            switch (step.op()) {
                case CrushRule.TAKE -> f.dump("op", "take").dump("item", step.arg1())
                        .dump("item_name", crush.itemNames().getOrDefault(step.arg1(), ""));
                case CrushRule.EMIT -> f.dump("op", "emit");
                case CrushRule.CHOOSE_FIRSTN -> choose(f, crush, "choose_firstn", step);
                case CrushRule.CHOOSE_INDEP -> choose(f, crush, "choose_indep", step);
                case CrushRule.CHOOSELEAF_FIRSTN -> choose(f, crush, "chooseleaf_firstn", step);
                case CrushRule.CHOOSELEAF_INDEP -> choose(f, crush, "chooseleaf_indep", step);
                case CrushRule.SET_CHOOSE_TRIES -> f.dump("op", "set_choose_tries").dump("num", step.arg1());
                case CrushRule.SET_CHOOSELEAF_TRIES -> f.dump("op", "set_chooseleaf_tries").dump("num", step.arg1());
                default -> f.dump("opcode", step.op()).dump("arg1", step.arg1()).dump("arg2", step.arg2());
            }
            f.close();
        }
        f.close().close();
    }

    private static void choose(Formatter f, CrushMap crush, String op, CrushRule.Step step) {
        f.dump("op", op).dump("num", step.arg1()).dump("type", crush.typeNames().getOrDefault(step.arg2(), ""));
    }

    static void dumpTunables(Formatter f, CrushMap crush) {
        CrushTunables t = crush.tunables();
        f.dump("choose_local_tries", t.chooseLocalTries());
        f.dump("choose_local_fallback_tries", t.chooseLocalFallbackTries());
        f.dump("choose_total_tries", t.chooseTotalTries());
        f.dump("chooseleaf_descend_once", t.chooseleafDescendOnce()).dump("chooseleaf_vary_r", t.chooseleafVaryR());
        f.dump("chooseleaf_stable", t.chooseleafStable()).dump("straw_calc_version", t.strawCalcVersion());
        f.dump("allowed_bucket_algs", t.allowedBucketAlgs()).dump("profile", t.profile());
        f.dump("optimal_tunables", flag(t.profile().equals("jewel")));
        f.dump("legacy_tunables", flag(t.profile().equals("argonaut")));
        boolean straw2 = hasStraw2(crush);
        boolean v2 = hasV2Rules(crush);
        boolean v3 = hasV3Rules(crush);
        boolean v5 = hasV5Rules(crush);
        f.dump("minimum_required_version", minimumVersion(crush));
        f.dump("require_feature_tunables", flag(t.hasNondefaultTunables()));
        f.dump("require_feature_tunables2", flag(t.hasNondefaultTunables2()));
        f.dump("has_v2_rules", flag(v2)).dump("require_feature_tunables3", flag(t.hasNondefaultTunables3()));
        f.dump("has_v3_rules", flag(v3)).dump("has_v4_buckets", flag(straw2));
        f.dump("require_feature_tunables5", flag(t.hasNondefaultTunables5())).dump("has_v5_rules", flag(v5));
    }

    private static boolean hasStraw2(CrushMap crush) {
        return crush.buckets().stream().anyMatch(b -> b != null && b.algorithm() == CrushBucket.Algorithm.STRAW2);
    }

    private static boolean hasV2Rules(CrushMap crush) {
        return has(crush, List.of(CrushRule.CHOOSE_INDEP, CrushRule.CHOOSELEAF_INDEP,
                CrushRule.SET_CHOOSE_TRIES, CrushRule.SET_CHOOSELEAF_TRIES));
    }

    private static boolean hasV3Rules(CrushMap crush) {
        return has(crush, List.of(CrushRule.SET_CHOOSELEAF_VARY_R));
    }

    private static boolean hasV5Rules(CrushMap crush) {
        return has(crush, List.of(CrushRule.SET_CHOOSELEAF_STABLE));
    }

    /// The oldest release whose clients can place by this map.
    public static String minimumVersion(CrushMap crush) {
        CrushTunables t = crush.tunables();
        if (hasV5Rules(crush) || t.hasNondefaultTunables5()) {
            return "jewel";
        }
        if (hasStraw2(crush)) {
            return "hammer";
        }
        if (hasV2Rules(crush) || hasV3Rules(crush) || t.hasNondefaultTunables3()) {
            return "firefly";
        }
        return t.hasNondefaultTunables2() || t.hasNondefaultTunables() ? "bobtail" : "argonaut";
    }

    private static boolean has(CrushMap crush, List<Integer> ops) {
        return crush.rules().stream()
                .anyMatch(rule -> rule != null && rule.steps().stream().anyMatch(s -> ops.contains(s.op())));
    }

    private static int flag(boolean set) {
        return set ? 1 : 0;
    }
}
