package dev.inkfish.crush;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The hierarchy of devices and the rules that place data on it (`CrushWrapper`); immutable.
///
/// @param buckets the bucket with id `-1 - i` at `i`; null where there is none
/// @param rules the rule of that number; null where there is none
/// @param maxDevices above every device id
/// @param itemNames names of buckets (below 0) and devices
/// @param deviceClasses device, or shadow bucket, to class number
/// @param classBuckets bucket to class number to shadow bucket
/// @param chooseArgs by pool, or -1 for all, then by bucket index
@CephType("CrushWrapper")
public record CrushMap(
        List<@Nullable CrushBucket> buckets,
        List<@Nullable CrushRule> rules,
        int maxDevices,
        NavigableMap<Integer, String> typeNames,
        NavigableMap<Integer, String> itemNames,
        NavigableMap<Integer, String> ruleNames,
        CrushTunables tunables,
        NavigableMap<Integer, Integer> deviceClasses,
        NavigableMap<Integer, String> classNames,
        NavigableMap<Integer, NavigableMap<Integer, Integer>> classBuckets,
        NavigableMap<Long, NavigableMap<Integer, ChooseArg>> chooseArgs) {
    private static final int MAGIC = 0x00010000;
    public static final long DEFAULT_CHOOSE_ARGS = -1;
    /// No device: a hole in the result of an `indep` rule.
    public static final int ITEM_NONE = 0x7fffffff;

    public static final CrushMap EMPTY = new CrushMap(
            List.of(),
            List.of(),
            0,
            Collections.emptyNavigableMap(),
            Collections.emptyNavigableMap(),
            Collections.emptyNavigableMap(),
            CrushTunables.DEFAULT,
            Collections.emptyNavigableMap(),
            Collections.emptyNavigableMap(),
            Collections.emptyNavigableMap(),
            Collections.emptyNavigableMap());

    public CrushMap {
        buckets = Collections.unmodifiableList(new ArrayList<>(buckets));
        rules = Collections.unmodifiableList(new ArrayList<>(rules));
        for (CrushBucket bucket : buckets) {
            if (bucket != null) {
                for (int item : bucket.items) {
                    maxDevices = item == Integer.MAX_VALUE ? maxDevices : Math.max(maxDevices, item + 1);
                }
            }
        }
    }

    public @Nullable CrushBucket bucket(int id) {
        int index = -1 - id;
        return index >= 0 && index < buckets.size() ? buckets.get(index) : null;
    }

    public @Nullable CrushRule rule(int number) {
        return number >= 0 && number < rules.size() ? rules.get(number) : null;
    }

    /// The type of an item: 0 for a device; -1 for a bucket that does not exist.
    public int typeOf(int item) {
        if (item >= 0) {
            return 0;
        }
        CrushBucket bucket = bucket(item);
        return bucket == null ? -1 : bucket.type();
    }

    /// The number of the rule that a pool's `crush_rule` names, or -1.
    public int findRule(int ruleset, int type, int size) {
        CrushRule own = rule(ruleset);
        if (own != null && matches(own, own.ruleset(), type, size) && own.ruleset() == ruleset) {
            return ruleset;
        }
        for (int i = 0; i < rules.size(); i++) {
            CrushRule rule = rules.get(i);
            if (rule != null && matches(rule, ruleset, type, size)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean matches(CrushRule rule, int ruleset, int type, int size) {
        return rule.ruleset() == ruleset && rule.type() == type && rule.minSize() <= size && size <= rule.maxSize();
    }

    /// Maps `x` with a rule to at most `count` devices; see [CrushMapper].
    ///
    /// @param weights by device, 16.16: how much of what falls on it the device accepts
    /// @param pool whose choose args apply
    public int[] map(int rule, int x, int count, int[] weights, long pool) {
        NavigableMap<Integer, ChooseArg> args = chooseArgs.get(pool);
        if (args == null) {
            args = chooseArgs.get(DEFAULT_CHOOSE_ARGS);
        }
        return new CrushMapper(this, weights, args).map(rule, x, count);
    }

    /// What a weight set has for an item of a bucket, a weight for each position; empty if it has nothing for that bucket.
    public int[] weights(long set, CrushBucket bucket, int item) {
        NavigableMap<Integer, ChooseArg> args = chooseArgs.get(set);
        ChooseArg arg = args == null ? null : args.get(-1 - bucket.id());
        int at = bucket.indexOf(item);
        int[] weights = new int[arg == null || at < 0 ? 0 : arg.positions()];
        for (int p = 0; p < weights.length; p++) {
            weights[p] = at < arg.weights(p) ? arg.weight(p, at) : 0;
        }
        return weights;
    }

    public static CrushMap decode(Bytes encoded) {
        return decode(encoded.reader());
    }

    public static CrushMap decode(WireReader in) {
        if (in.u32() != MAGIC) {
            throw new DecodeException("not a CRUSH map");
        }
        int maxBuckets = in.u32();
        int maxRules = in.u32();
        int maxDevices = in.u32();
        if (maxBuckets < 0 || maxBuckets > in.remaining() / 4 || maxRules < 0 || maxRules > in.remaining() / 4) {
            throw new DecodeException("CRUSH map of " + maxBuckets + " buckets and " + maxRules + " rules");
        }
        List<@Nullable CrushBucket> buckets = new ArrayList<>();
        for (int i = 0; i < maxBuckets; i++) {
            CrushBucket bucket = in.u32() == 0 ? null : CrushBucket.decode(in);
            if (bucket != null && bucket.id() != -1 - i) {
                throw new DecodeException("bucket " + bucket.id() + " at " + i);
            }
            buckets.add(bucket);
        }
        List<@Nullable CrushRule> rules = new ArrayList<>();
        for (int i = 0; i < maxRules; i++) {
            rules.add(in.u32() == 0 ? null : CrushRule.decode(in));
        }
        var types = names(in);
        var items = names(in);
        var ruleNames = names(in);
        CrushTunables tunables = tunables(in);
        NavigableMap<Integer, Integer> deviceClasses = new TreeMap<>();
        NavigableMap<Integer, String> classNames = new TreeMap<>();
        NavigableMap<Integer, NavigableMap<Integer, Integer>> classBuckets = new TreeMap<>();
        if (in.remaining() > 0) {
            deviceClasses = in.map(WireReader::u32, WireReader::u32);
            classNames = in.map(WireReader::u32, WireReader::string);
            classBuckets = in.map(WireReader::u32, r -> r.map(WireReader::u32, WireReader::u32));
        }
        NavigableMap<Long, NavigableMap<Integer, ChooseArg>> chooseArgs = new TreeMap<>();
        if (in.remaining() > 0) {
            chooseArgs = in.map(WireReader::u64, r -> r.map(WireReader::u32, ChooseArg::decode));
            chooseArgs.replaceAll((pool, args) -> fit(args, buckets));
        }
        return new CrushMap(
                buckets, rules, maxDevices, types, items, ruleNames, tunables, deviceClasses, classNames, classBuckets,
                chooseArgs);
    }

    private static CrushTunables tunables(WireReader in) {
        CrushTunables t = CrushTunables.ARGONAUT;
        int[] v = {
            t.chooseLocalTries(),
            t.chooseLocalFallbackTries(),
            t.chooseTotalTries(),
            t.chooseleafDescendOnce(),
            t.chooseleafVaryR(),
            t.strawCalcVersion(),
            t.allowedBucketAlgs(),
            t.chooseleafStable()
        };
        if (in.remaining() > 0) {
            v[0] = in.u32();
            v[1] = in.u32();
            v[2] = in.u32();
        }
        for (int i = 3; i < v.length && in.remaining() > 0; i++) {
            v[i] = i == 3 || i == 6 ? in.u32() : in.u8();
        }
        return new CrushTunables(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
    }

    /// Args of buckets that have none any more are dropped, rows brought to the bucket's size.
    private static NavigableMap<Integer, ChooseArg> fit(
            NavigableMap<Integer, ChooseArg> args, List<@Nullable CrushBucket> buckets) {
        NavigableMap<Integer, ChooseArg> fitted = new TreeMap<>();
        args.forEach((index, arg) -> {
            CrushBucket bucket = index >= 0 && index < buckets.size() ? buckets.get(index) : null;
            if (index < 0 || index >= buckets.size() || arg.ids() != 0 && bucket != null && arg.ids() != bucket.size()) {
                throw new DecodeException("choose args of bucket index " + index);
            }
            if (bucket != null && bucket.algorithm() == CrushBucket.Algorithm.STRAW2) {
                fitted.put(index, arg.fit(bucket.size()));
            }
        });
        return fitted;
    }

    /// Keys were once written with 64 bits; a name is never empty, which tells the two forms apart.
    private static NavigableMap<Integer, String> names(WireReader in) {
        int count = in.count(8);
        NavigableMap<Integer, String> names = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            int key = in.u32();
            int length = in.u32();
            if (length == 0) {
                length = in.u32();
            }
            if (length == 0) {
                throw new DecodeException("a name that is empty");
            }
            names.put(key, in.raw(length).utf8());
        }
        return names;
    }

    public Bytes encode(long features) {
        WireWriter out = new WireWriter(1024);
        encode(out, features);
        return out.toBytes();
    }

    public void encode(WireWriter out, long features) {
        out.u32(MAGIC).u32(buckets.size()).u32(rules.size()).u32(maxDevices);
        boolean luminous = Features.has(features, Features.SERVER_LUMINOUS);
        // older peers know no choose args: the first set stands in for the weights
        NavigableMap<Integer, ChooseArg> substitute = luminous || chooseArgs.isEmpty()
                ? Collections.emptyNavigableMap()
                : chooseArgs.firstEntry().getValue();
        for (int i = 0; i < buckets.size(); i++) {
            CrushBucket bucket = buckets.get(i);
            if (bucket == null) {
                out.u32(0);
                continue;
            }
            ChooseArg arg = substitute.get(i);
            out.u32(bucket.algorithm().ordinal());
            bucket.encode(out, arg != null && arg.positions() > 0 ? arg.weightSet[0] : bucket.weights);
        }
        for (CrushRule rule : rules) {
            out.u32(rule == null ? 0 : 1);
            if (rule != null) {
                rule.encode(out);
            }
        }
        out.map(typeNames, WireWriter::u32, WireWriter::string);
        out.map(itemNames, WireWriter::u32, WireWriter::string);
        out.map(ruleNames, WireWriter::u32, WireWriter::string);
        out.u32(tunables.chooseLocalTries()).u32(tunables.chooseLocalFallbackTries()).u32(tunables.chooseTotalTries());
        out.u32(tunables.chooseleafDescendOnce()).u8(tunables.chooseleafVaryR()).u8(tunables.strawCalcVersion());
        out.u32(tunables.allowedBucketAlgs());
        if (Features.has(features, Features.CRUSH_TUNABLES5)) {
            out.u8(tunables.chooseleafStable());
        }
        if (luminous) {
            encodeClasses(out);
        }
    }

    private void encodeClasses(WireWriter out) {
        out.map(deviceClasses, WireWriter::u32, WireWriter::u32);
        out.map(classNames, WireWriter::u32, WireWriter::string);
        out.map(classBuckets, WireWriter::u32, (w, shadows) -> w.map(shadows, WireWriter::u32, WireWriter::u32));
        out.u32(chooseArgs.size());
        chooseArgs.forEach((pool, args) -> {
            NavigableMap<Integer, ChooseArg> used = new TreeMap<>(args);
            used.values().removeIf(arg -> arg.positions() == 0 && arg.ids() == 0);
            out.u64(pool);
            out.map(used, WireWriter::u32, (w, arg) -> arg.encode(w));
        });
    }
}
