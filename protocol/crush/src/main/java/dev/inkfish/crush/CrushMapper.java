package dev.inkfish.crush;

import java.util.Arrays;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// Runs a rule (`src/crush/mapper.c`). One instance serves one map with one set of device weights, and one
/// thread.
///
/// Two ways to choose: `firstn` fills the result from the left and retries a failed position with another
/// draw; `indep` keeps every position's draw independent of the others and leaves holes ([CrushMap#ITEM_NONE]).
public final class CrushMapper {
    private static final int UNDEFINED = 0x7ffffffe;
    private static final long LOG_ONE = 0x1000000000000L;
    private static final int NO_DESCENT = -1;

    private final CrushMap map;
    private final CrushBucket @Nullable [] buckets;
    private final int[] weights;
    private final @Nullable ChooseArg @Nullable [] args;
    private final @Nullable Permutation[] permutations;

    private int localRetries;
    private int localFallbackRetries;
    private int varyR;
    private boolean stable;

    /// @param weights by device; a device beyond the end is out
    public CrushMapper(CrushMap map, int[] weights, @Nullable NavigableMap<Integer, ChooseArg> chooseArgs) {
        this.map = map;
        this.weights = weights;
        this.buckets = map.buckets().toArray(new CrushBucket[0]);
        this.permutations = new Permutation[buckets.length];
        if (chooseArgs == null) {
            args = null;
        } else {
            args = new ChooseArg[buckets.length];
            chooseArgs.forEach((index, arg) -> args[index] = arg);
        }
    }

    /// Items looked at for one placement: fifty tries for each of four copies in a bucket of 10,000.
    private static final long MOST_WORK = 2_000_000;
    private long work;

    /// The devices for `x`, at most `count`; empty when there is no such rule.
    public int[] map(int ruleNumber, int x, int count) {
        CrushRule rule = map.rule(ruleNumber);
        if (rule == null || count <= 0) {
            return new int[0];
        }
        CrushTunables tunables = map.tunables();
        work = MOST_WORK;
        localRetries = tunables.chooseLocalTries();
        localFallbackRetries = tunables.chooseLocalFallbackTries();
        varyR = tunables.chooseleafVaryR();
        stable = tunables.chooseleafStable() != 0;
        // the tunable counts retries
        int tries = tunables.chooseTotalTries() + 1;
        int leafTries = 0;
        int[] result = new int[count];
        int emitted = 0;
        int[] working = new int[count];
        int workingSize = 0;
        for (CrushRule.Step step : rule.steps()) {
            int arg = step.arg1();
            switch (step.op()) {
                case CrushRule.TAKE -> {
                    if (arg >= 0 ? arg < map.maxDevices() : bucketAt(arg) != null) {
                        working[0] = arg;
                        workingSize = 1;
                    }
                }
                case CrushRule.SET_CHOOSE_TRIES -> tries = arg > 0 ? arg : tries;
                case CrushRule.SET_CHOOSELEAF_TRIES -> leafTries = arg > 0 ? arg : leafTries;
                case CrushRule.SET_CHOOSE_LOCAL_TRIES -> localRetries = arg >= 0 ? arg : localRetries;
                case CrushRule.SET_CHOOSE_LOCAL_FALLBACK_TRIES ->
                        localFallbackRetries = arg >= 0 ? arg : localFallbackRetries;
                case CrushRule.SET_CHOOSELEAF_VARY_R -> varyR = arg >= 0 ? arg : varyR;
                case CrushRule.SET_CHOOSELEAF_STABLE -> stable = arg >= 0 ? arg != 0 : stable;
                case CrushRule.CHOOSE_FIRSTN,
                        CrushRule.CHOOSELEAF_FIRSTN,
                        CrushRule.CHOOSE_INDEP,
                        CrushRule.CHOOSELEAF_INDEP -> {
                    if (workingSize > 0) {
                        Chosen chosen = choose(step, x, count, working, workingSize, tries, leafTries);
                        working = chosen.items;
                        workingSize = chosen.size;
                    }
                }
                case CrushRule.EMIT -> {
                    for (int i = 0; i < workingSize && emitted < count; i++) {
                        result[emitted++] = working[i];
                    }
                    workingSize = 0;
                }
                default -> {}
            }
        }
        return emitted == count ? result : Arrays.copyOf(result, emitted);
    }

    private record Chosen(int[] items, int size) {}

    private Chosen choose(
            CrushRule.Step step, int x, int count, int[] from, int fromSize, int tries, int leafTries) {
        boolean firstn = step.op() == CrushRule.CHOOSE_FIRSTN || step.op() == CrushRule.CHOOSELEAF_FIRSTN;
        boolean leaf = step.op() == CrushRule.CHOOSELEAF_FIRSTN || step.op() == CrushRule.CHOOSELEAF_INDEP;
        int[] out = new int[count];
        int[] leaves = new int[count];
        int size = 0;
        for (int i = 0; i < fromSize; i++) {
            int wanted = step.arg1() > 0 ? step.arg1() : step.arg1() + count;
            CrushBucket bucket = from[i] < 0 ? bucketAt(from[i]) : null;
            if (wanted <= 0 || bucket == null) {
                continue;
            }
            if (firstn) {
                boolean once = map.tunables().chooseleafDescendOnce() != 0;
                int recurseTries = leafTries != 0 ? leafTries : once ? 1 : tries;
                size += firstn(
                        bucket, x, wanted, step.arg2(), out, size, 0, count - size, tries, recurseTries, leaf, leaves, 0);
            } else {
                int places = Math.min(wanted, count - size);
                indep(
                        bucket, x, places, wanted, step.arg2(), out, size, 0, tries, leafTries != 0 ? leafTries : 1, leaf,
                        leaves, 0);
                size += places;
            }
        }
        return new Chosen(leaf ? leaves : out, size);
    }

    /// Fills `out[base + position ...]`; gives the position behind the last one filled.
    ///
    /// @param leaves where the devices below the chosen buckets go; null in the nested call for them
    private int firstn(
            CrushBucket start,
            int x,
            int wanted,
            int type,
            int[] out,
            int base,
            int position,
            int room,
            int tries,
            int recurseTries,
            boolean leaf,
            int @Nullable [] leaves,
            int parentR) {
        int filled = position;
        int left = room;
        for (int rep = stable ? 0 : position; rep < wanted && left > 0 && work >= 0; rep++) {
            int failures = 0;
            boolean skip = false;
            boolean descend = true;
            int item = 0;
            while (descend) {
                descend = false;
                CrushBucket in = start;
                int localFailures = 0;
                int depth = 0;
                boolean again = true;
                while (again) {
                    again = false;
                    if (isTired(in)) {
                        skip = true;
                        break;
                    }
                    boolean collide = false;
                    boolean reject = true;
                    int r = rep + parentR + failures;
                    if (in.size() > 0) {
                        boolean exhaustive = localFallbackRetries > 0
                                && localFailures >= in.size() >> 1
                                && localFailures > localFallbackRetries;
                        item = exhaustive ? permuted(in, x, r) : pick(in, x, r, filled);
                        CrushBucket below = item < 0 ? bucketAt(item) : null;
                        if (item >= map.maxDevices() || item < 0 && below == null) {
                            skip = true;
                            break;
                        }
                        int itemType = below == null ? 0 : below.type();
                        if (itemType != type) {
                            if (below == null || ++depth > buckets.length) {
                                skip = true;
                                break;
                            }
                            in = below;
                            again = true;
                            continue;
                        }
                        collide = contains(out, base, base + filled, item);
                        reject = false;
                        if (!collide && leaf && leaves != null) {
                            if (below == null) {
                                leaves[base + filled] = item;
                            } else {
                                int subR = varyR == 0 ? 0 : r >> varyR - 1;
                                reject = firstn(
                                                below, x, stable ? 1 : filled + 1, 0, leaves, base, filled, left,
                                                recurseTries, 0, false, null, subR)
                                        <= filled;
                            }
                        }
                        if (!reject && !collide && itemType == 0) {
                            reject = isOut(item, x);
                        }
                    }
                    if (reject || collide) {
                        failures++;
                        localFailures++;
                        if (collide && localFailures <= localRetries
                                || localFallbackRetries > 0 && localFailures <= in.size() + localFallbackRetries) {
                            again = true;
                        } else if (failures < tries) {
                            descend = true;
                        } else {
                            skip = true;
                        }
                    }
                }
            }
            if (!skip) {
                out[base + filled] = item;
                filled++;
                left--;
            }
        }
        return filled;
    }

    /// Fills `out[base + position ...]` with `places` items or holes.
    private void indep(
            CrushBucket start,
            int x,
            int places,
            int wanted,
            int type,
            int[] out,
            int base,
            int position,
            int tries,
            int recurseTries,
            boolean leaf,
            int @Nullable [] leaves,
            int parentR) {
        int from = base + position;
        int end = from + places;
        Arrays.fill(out, from, end, UNDEFINED);
        if (leaves != null) {
            Arrays.fill(leaves, from, end, UNDEFINED);
        }
        int left = places;
        for (int failures = 0; left > 0 && failures < tries; failures++) {
            for (int at = from; at < end; at++) {
                if (out[at] != UNDEFINED) {
                    continue;
                }
                int item = descendIndep(start, x, at - base + parentR, wanted, failures, type, position);
                if (item == UNDEFINED) {
                    continue;
                }
                if (item == CrushMap.ITEM_NONE) {
                    out[at] = item;
                    if (leaves != null) {
                        leaves[at] = item;
                    }
                    left--;
                    continue;
                }
                if (contains(out, from, end, item)) {
                    continue;
                }
                if (leaf && leaves != null) {
                    CrushBucket below = item < 0 ? bucketAt(item) : null;
                    if (below == null) {
                        leaves[at] = item;
                    } else {
                        int r = lastDraw;
                        indep(below, x, 1, wanted, 0, leaves, base, at - base, recurseTries, 0, false, null, r);
                        if (leaves[at] == CrushMap.ITEM_NONE) {
                            continue;
                        }
                    }
                }
                if (type == 0 && isOut(item, x)) {
                    continue;
                }
                out[at] = item;
                left--;
            }
        }
        undefinedToNone(out, from, end);
        if (leaves != null) {
            undefinedToNone(leaves, from, end);
        }
    }

    /// The draw that led to the item that [#descendIndep] gave last.
    private int lastDraw = NO_DESCENT;

    /// Descends to an item of the type; UNDEFINED for an empty bucket (to be tried again), ITEM_NONE for a
    /// branch that has none of the type.
    private int descendIndep(
            CrushBucket start, int x, int draw, int wanted, int failures, int type, int position) {
        CrushBucket in = start;
        for (int depth = 0; depth <= buckets.length; depth++) {
            boolean coprime = in.algorithm() == CrushBucket.Algorithm.UNIFORM
                    && Integer.remainderUnsigned(in.size(), wanted) == 0;
            int r = draw + (coprime ? wanted + 1 : wanted) * failures;
            if (isTired(in)) {
                return CrushMap.ITEM_NONE;
            }
            if (in.size() == 0) {
                return UNDEFINED;
            }
            int item = pick(in, x, r, position);
            CrushBucket below = item < 0 ? bucketAt(item) : null;
            if (item >= map.maxDevices() || item < 0 && below == null) {
                return CrushMap.ITEM_NONE;
            }
            if ((below == null ? 0 : below.type()) == type) {
                lastDraw = r;
                return item;
            }
            if (below == null) {
                return CrushMap.ITEM_NONE;
            }
            in = below;
        }
        return CrushMap.ITEM_NONE;
    }

    private @Nullable CrushBucket bucketAt(int id) {
        int index = -1 - id;
        return index >= 0 && index < buckets.length ? buckets[index] : null;
    }

    private static boolean contains(int[] items, int from, int to, int item) {
        for (int i = from; i < to; i++) {
            if (items[i] == item) {
                return true;
            }
        }
        return false;
    }

    private static void undefinedToNone(int[] items, int from, int to) {
        for (int i = from; i < to; i++) {
            if (items[i] == UNDEFINED) {
                items[i] = CrushMap.ITEM_NONE;
            }
        }
    }

    private boolean isOut(int device, int x) {
        if (device >= weights.length) {
            return true;
        }
        int weight = weights[device];
        if (Integer.compareUnsigned(weight, 0x10000) >= 0) {
            return false;
        }
        return weight == 0 || (CrushHash.hash(x, device) & 0xffff) >= weight;
    }

    /// Whether a placement has cost more than any sensible map's does: it ends then with what it has. Maps come from outside,
    /// and say themselves how often to try.
    private boolean isTired(CrushBucket bucket) {
        work -= 1 + bucket.size();
        return work < 0;
    }

    private int pick(CrushBucket bucket, int x, int r, int position) {
        return switch (bucket.algorithm()) {
            case UNIFORM -> permuted(bucket, x, r);
            case LIST -> pickList(bucket, x, r);
            case TREE -> pickTree(bucket, x, r);
            case STRAW -> pickStraw(bucket, x, r);
            case STRAW2 -> pickStraw2(bucket, x, r, position);
            case NONE -> bucket.items[0];
        };
    }

    private static int pickList(CrushBucket bucket, int x, int r) {
        for (int i = bucket.items.length - 1; i >= 0; i--) {
            long draw = CrushHash.hash(x, bucket.items[i], r, bucket.id()) & 0xffffL;
            draw = draw * Integer.toUnsignedLong(bucket.derived[i]) >>> 16;
            if (draw < Integer.toUnsignedLong(bucket.weights[i])) {
                return bucket.items[i];
            }
        }
        return bucket.items[0];
    }

    private static int pickTree(CrushBucket bucket, int x, int r) {
        int node = bucket.derived.length >> 1;
        while ((node & 1) == 0) {
            long weight = Integer.toUnsignedLong(bucket.derived[node]);
            long draw = Integer.toUnsignedLong(CrushHash.hash(x, node, r, bucket.id())) * weight >>> 32;
            int half = Integer.lowestOneBit(node) >> 1;
            node = draw < Integer.toUnsignedLong(bucket.derived[node - half]) ? node - half : node + half;
        }
        // a draw never falls on an empty leaf unless the node weights are wrong
        return bucket.items[Math.min(node >> 1, bucket.items.length - 1)];
    }

    private static int pickStraw(CrushBucket bucket, int x, int r) {
        int best = 0;
        long bestDraw = 0;
        for (int i = 0; i < bucket.items.length; i++) {
            long draw = (CrushHash.hash(x, bucket.items[i], r) & 0xffffL) * Integer.toUnsignedLong(bucket.derived[i]);
            if (i == 0 || draw > bestDraw) {
                best = i;
                bestDraw = draw;
            }
        }
        return bucket.items[best];
    }

    private int pickStraw2(CrushBucket bucket, int x, int r, int position) {
        int[] itemWeights = bucket.weights;
        int[] ids = bucket.items;
        ChooseArg arg = args == null ? null : args[-1 - bucket.id()];
        if (arg != null) {
            if (arg.weightSet.length > 0) {
                itemWeights = arg.weightSet[Math.min(position, arg.weightSet.length - 1)];
            }
            if (arg.ids.length > 0) {
                ids = arg.ids;
            }
        }
        int best = 0;
        long bestDraw = 0;
        for (int i = 0; i < ids.length; i++) {
            long draw = Long.MIN_VALUE;
            if (itemWeights[i] != 0) {
                draw = (CrushLog.of(CrushHash.hash(x, ids[i], r) & 0xffff) - LOG_ONE) / itemWeights[i];
            }
            if (i == 0 || draw > bestDraw) {
                best = i;
                bestDraw = draw;
            }
        }
        return bucket.items[best];
    }

    /// The start of a pseudo-random permutation of a bucket, made as far as asked for.
    private static final class Permutation {
        private final int[] order;
        private int x;
        private int made;

        Permutation(int size) {
            order = new int[size];
        }
    }

    private int permuted(CrushBucket bucket, int x, int r) {
        int index = -1 - bucket.id();
        Permutation p = permutations[index];
        if (p == null) {
            p = new Permutation(bucket.size());
            permutations[index] = p;
        }
        int size = bucket.size();
        int wanted = Integer.remainderUnsigned(r, size);
        if (p.x != x || p.made == 0) {
            p.x = x;
            for (int i = 0; i < size; i++) {
                p.order[i] = i;
            }
            p.made = 0;
        }
        while (p.made <= wanted) {
            int at = p.made;
            if (at < size - 1) {
                int jump = Integer.remainderUnsigned(CrushHash.hash(x, bucket.id(), at), size - at);
                int other = p.order[at + jump];
                p.order[at + jump] = p.order[at];
                p.order[at] = other;
            }
            p.made++;
        }
        return bucket.items[p.order[wanted]];
    }
}
