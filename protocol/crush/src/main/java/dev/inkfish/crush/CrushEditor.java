package dev.inkfish.crush;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Changes a map as monitors do (`CrushWrapper`'s other half): items, buckets, classes, rules. Make one from a
/// map, change, [#build] the next.
///
/// A location is bucket names by type name: `root=default host=a`. Failures are `CephException`s.
public final class CrushEditor {
    private static final int INITIAL_BUCKETS = 8;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    final List<@Nullable EditedBucket> buckets = new ArrayList<>();
    final List<@Nullable CrushRule> rules = new ArrayList<>();
    final NavigableMap<Integer, String> typeNames;
    final NavigableMap<Integer, String> itemNames;
    final NavigableMap<Integer, String> ruleNames;
    final NavigableMap<Integer, Integer> deviceClasses;
    final NavigableMap<Integer, String> classNames;
    NavigableMap<Integer, NavigableMap<Integer, Integer>> classBuckets;
    private final WeightSetEditor weightSets = new WeightSetEditor(this);
    private final RuleEditor ruleEditor = new RuleEditor(this);
    private final CrushMap before;
    private CrushTunables tunables;
    private int maxDevices;

    private CrushEditor(CrushMap map) {
        before = map;
        for (CrushBucket bucket : map.buckets()) {
            buckets.add(bucket == null ? null : EditedBucket.of(bucket));
        }
        rules.addAll(map.rules());
        typeNames = new TreeMap<>(map.typeNames());
        itemNames = new TreeMap<>(map.itemNames());
        ruleNames = new TreeMap<>(map.ruleNames());
        deviceClasses = new TreeMap<>(map.deviceClasses());
        classNames = new TreeMap<>(map.classNames());
        classBuckets = new TreeMap<>(map.classBuckets());
        tunables = map.tunables();
        maxDevices = map.maxDevices();
        map.chooseArgs().forEach((pool, byBucket) -> {
            weightSets.pools.add(pool);
            byBucket.forEach((index, arg) -> {
                EditedBucket bucket = bucket(-1 - index);
                if (bucket != null) {
                    bucket.weightSets.put(pool, WeightSet.of(arg, bucket.weights));
                }
            });
        });
    }

    public static CrushEditor of(CrushMap map) {
        return new CrushEditor(map);
    }

    /// A map as a new cluster gets it: Ceph's types, a root `default`, the rule `replicated_rule`.
    ///
    /// @param failureDomain the type of which the rule takes different ones: 0 for OSDs, 1 for hosts
    public static CrushMap initial(int failureDomain) {
        CrushEditor editor = new CrushEditor(CrushMap.EMPTY);
        String[] types = {
            "osd", "host", "chassis", "rack", "row", "pdu", "pod", "room", "datacenter", "zone", "region", "root"
        };
        for (int i = 0; i < types.length; i++) {
            editor.typeNames.put(i, types[i]);
        }
        editor.addBucket(CrushBucket.Algorithm.STRAW2, types.length - 1, "default");
        editor.rules().addSimple(
                "replicated_rule", "default", failureDomain == 0 ? "" : types[failureDomain], "", CrushRule.TYPE_REPLICATED);
        return editor.build();
    }

    public CrushMap build() {
        List<@Nullable CrushBucket> built = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            EditedBucket bucket = buckets.get(i);
            built.add(bucket == null ? null : bucket.build(before.bucket(-1 - i)));
        }
        NavigableMap<Long, NavigableMap<Integer, ChooseArg>> args = new TreeMap<>();
        weightSets.pools.forEach(pool -> args.put(pool, new TreeMap<>()));
        for (EditedBucket bucket : buckets) {
            if (bucket != null) {
                bucket.weightSets.forEach((pool, set) ->
                        args.get(pool).put(-1 - bucket.id, set.build(bucket.items.size())));
            }
        }
        return new CrushMap(
                built, rules, maxDevices, typeNames, itemNames, ruleNames, tunables, deviceClasses, classNames, classBuckets,
                args);
    }

    public RuleEditor rules() {
        return ruleEditor;
    }

    public WeightSetEditor weightSets() {
        return weightSets;
    }

    // -- names

    public static boolean isValidName(String name) {
        return NAME.matcher(name).matches();
    }

    public boolean hasItem(String name) {
        return itemNames.containsValue(name);
    }

    /// The id of a bucket or device; ENOENT if there is none of the name.
    public int itemId(String name) {
        Integer id = keyOf(itemNames, name);
        if (id == null) {
            throw new CephException(Errno.ENOENT, "item " + name + " does not exist");
        }
        return id;
    }

    public int typeId(String name) {
        Integer id = keyOf(typeNames, name);
        return id == null ? -1 : id;
    }

    static @Nullable Integer keyOf(Map<Integer, String> names, String name) {
        for (Map.Entry<Integer, String> each : names.entrySet()) {
            if (each.getValue().equals(name)) {
                return each.getKey();
            }
        }
        return null;
    }

    public void renameItem(String from, String to) {
        itemNames.put(itemId(from), to);
    }

    // -- buckets

    @Nullable EditedBucket bucket(int id) {
        int index = -1 - id;
        return index >= 0 && index < buckets.size() ? buckets.get(index) : null;
    }

    private EditedBucket bucketNamed(String name) {
        EditedBucket bucket = bucket(itemId(name));
        if (bucket == null) {
            throw new CephException(Errno.EINVAL, name + " is not a bucket");
        }
        return bucket;
    }

    boolean isShadow(int id) {
        return itemNames.getOrDefault(id, "").indexOf('~') >= 0;
    }

    /// The lowest id that is free.
    int freeBucketId() {
        int index = buckets.indexOf(null);
        return -1 - (index < 0 ? buckets.size() : index);
    }

    void put(EditedBucket bucket) {
        int index = -1 - bucket.id;
        int size = buckets.size();
        while (size <= index) {
            size = size == 0 ? INITIAL_BUCKETS : size * 2;
        }
        while (buckets.size() < size) {
            buckets.add(null);
        }
        buckets.set(index, bucket);
    }

    /// A new empty bucket; gives its id.
    public int addBucket(CrushBucket.Algorithm algorithm, int type, String name) {
        EditedBucket bucket = new EditedBucket(freeBucketId(), type, algorithm);
        put(bucket);
        itemNames.put(bucket.id, name);
        return bucket.id;
    }

    /// The bucket that holds an item outside of shadow trees; null for a root.
    private @Nullable EditedBucket parentOf(int item) {
        for (EditedBucket bucket : buckets) {
            if (bucket != null && !isShadow(bucket.id) && bucket.items.contains(item)) {
                return bucket;
            }
        }
        return null;
    }

    public boolean isInUse(int item) {
        return parentOf(item) != null;
    }

    /// Where an item is, by type name, from its parent up.
    public NavigableMap<String, String> fullLocation(int item) {
        NavigableMap<String, String> location = new TreeMap<>();
        EditedBucket parent = parentOf(item);
        while (parent != null) {
            location.put(typeNames.getOrDefault(parent.type, ""), itemNames.getOrDefault(parent.id, ""));
            parent = parentOf(parent.id);
        }
        return location;
    }

    public boolean isAt(int item, Map<String, String> location) {
        for (Map.Entry<Integer, String> type : typeNames.entrySet()) {
            String wanted = type.getKey() == 0 ? null : location.get(type.getValue());
            if (wanted != null) {
                return buckets.stream().anyMatch(bucket -> bucket != null
                        && !isShadow(bucket.id)
                        && bucket.items.contains(item)
                        && wanted.equals(itemNames.get(bucket.id)));
            }
        }
        return false;
    }

    /// Whether `item` is `bucket` or somewhere below it.
    public boolean subtreeContains(int bucket, int item) {
        EditedBucket top = bucket(bucket);
        return bucket == item || top != null && top.items.stream().anyMatch(child -> subtreeContains(child, item));
    }

    // -- items

    /// Puts an item at a location, making the buckets on the way that do not exist.
    public void insertItem(int item, double weight, String name, Map<String, String> location) {
        checkName(name);
        for (Map.Entry<String, String> each : location.entrySet()) {
            checkName(each.getKey());
            checkName(each.getValue());
        }
        Integer other = keyOf(itemNames, name);
        if (other != null && other != item) {
            throw new CephException(Errno.EEXIST, "item " + name + " exists already");
        }
        itemNames.put(item, name);
        if (item >= 0) {
            maxDevices = Math.max(maxDevices, item + 1);
        }
        if (!link(item, location)) {
            throw new CephException(Errno.EINVAL, "location of " + name + " names no type above it");
        }
        weighAt(item, fixed(weight), location);
        rebuildShadows();
    }

    /// The weight of an item at one of its places; elsewhere it keeps its own.
    private void weighAt(int item, int weight, Map<String, String> location) {
        for (EditedBucket bucket : buckets) {
            int at = bucket == null ? -1 : bucket.items.indexOf(item);
            if (at >= 0 && location.containsValue(itemNames.get(bucket.id))) {
                bucket.setWeight(at, weight);
                adjustUp(bucket);
            }
        }
    }

    private boolean link(int item, Map<String, String> location) {
        int current = item;
        int itemType = item < 0 ? bucketOf(item).type : 0;
        for (Map.Entry<Integer, String> type : typeNames.entrySet()) {
            String name = location.get(type.getValue());
            if (type.getKey() <= itemType || name == null) {
                continue;
            }
            Integer id = keyOf(itemNames, name);
            if (id == null) {
                int made = addBucket(CrushBucket.Algorithm.STRAW2, type.getKey(), name);
                bucketOf(made).add(current, 0);
                current = made;
                continue;
            }
            EditedBucket parent = bucket(id);
            if (parent == null || parent.type != type.getKey()) {
                throw new CephException(Errno.EINVAL, name + " is no bucket of type " + type.getValue());
            }
            if (subtreeContains(current, id)) {
                throw new CephException(Errno.EINVAL, "cannot move a bucket below itself");
            }
            parent.add(current, 0);
            return true;
        }
        return current != item;
    }

    private EditedBucket bucketOf(int id) {
        EditedBucket bucket = bucket(id);
        if (bucket == null) {
            throw new CephException(Errno.ENOENT, "bucket " + id + " does not exist");
        }
        return bucket;
    }

    private static void checkName(String name) {
        if (!isValidName(name)) {
            throw new CephException(Errno.EINVAL, "invalid crush name '" + name + "'");
        }
    }

    /// Moves an item, or puts it there if it is nowhere; an existing item keeps its weight. False if it was there.
    public boolean createOrMoveItem(int item, double weight, String name, Map<String, String> location) {
        if (isAt(item, location)) {
            return false;
        }
        double kept = weight;
        EditedBucket parent = parentOf(item);
        if (parent != null) {
            kept = parent.weights.get(parent.items.indexOf(item)) / 65536.0;
            unlink(item);
        }
        insertItem(item, kept, name, location);
        return true;
    }

    /// Moves a bucket with all below it.
    public void moveBucket(int id, Map<String, String> location) {
        int weight = bucketOf(id).weight();
        unlink(id);
        if (!link(id, location)) {
            throw new CephException(Errno.EINVAL, "location names no type above the bucket");
        }
        setItemWeight(id, weight);
        rebuildShadows();
    }

    /// Makes a bucket an item of another place too; it stays where it is.
    public void linkBucket(int id, Map<String, String> location) {
        int weight = bucketOf(id).weight();
        if (!link(id, location)) {
            throw new CephException(Errno.EINVAL, "location names no type above the bucket");
        }
        setItemWeight(id, weight);
        rebuildShadows();
    }

    /// Two buckets trade their names and all that is in them; each stays where it is in the tree.
    public void swapBuckets(int one, int other) {
        EditedBucket a = bucketOf(one);
        EditedBucket b = bucketOf(other);
        if (subtreeContains(one, other) || subtreeContains(other, one)) {
            throw new CephException(Errno.EINVAL, "failed to swap bucket contents: (22) Invalid argument");
        }
        a.swapItems(b);
        adjustUp(a);
        adjustUp(b);
        String name = itemNames.get(one);
        itemNames.put(one, itemNames.get(other));
        itemNames.put(other, name);
        rebuildShadows();
    }

    /// Buckets of algorithm straw become straw2, with the same weights.
    public void convertStrawBuckets() {
        for (EditedBucket bucket : buckets) {
            if (bucket != null && bucket.algorithm == CrushBucket.Algorithm.STRAW) {
                bucket.algorithm = CrushBucket.Algorithm.STRAW2;
            }
        }
    }

    public CrushBucket.Algorithm algorithm(int bucket) {
        return bucketOf(bucket).algorithm;
    }

    public boolean isAllStraw2() {
        return buckets.stream().allMatch(bucket -> bucket == null || bucket.algorithm == CrushBucket.Algorithm.STRAW2);
    }

    /// Takes an item out of the bucket that holds it; it exists still.
    public void unlink(int item) {
        EditedBucket parent = parentOf(item);
        while (parent != null) {
            parent.remove(item);
            adjustUp(parent);
            parent = parentOf(item);
        }
    }

    /// Takes an item from its places in a subtree only.
    public void unlinkUnder(int item, int ancestor) {
        for (EditedBucket bucket : buckets.stream().filter(Objects::nonNull).toList()) {
            if (!isShadow(bucket.id) && bucket.items.contains(item) && subtreeContains(ancestor, bucket.id)) {
                bucket.remove(item);
                adjustUp(bucket);
            }
        }
    }

    /// Removes an item wholly. A bucket must be empty and in no rule.
    public void removeItem(int item) {
        EditedBucket bucket = bucket(item);
        if (bucket != null) {
            if (!bucket.items.isEmpty()) {
                throw new CephException(Errno.ENOTEMPTY, "bucket '" + itemNames.get(item) + "' is not empty");
            }
            if (isTaken(item)) {
                throw new CephException(Errno.EBUSY, "bucket '" + itemNames.get(item) + "' is in use by a rule");
            }
        }
        unlink(item);
        if (bucket != null) {
            buckets.set(-1 - item, null);
        }
        itemNames.remove(item);
        deviceClasses.remove(item);
        rebuildShadows();
    }

    private boolean isTaken(int id) {
        return rules.stream().anyMatch(rule -> rule != null
                && rule.steps().stream().anyMatch(step -> step.op() == CrushRule.TAKE && baseOf(step.arg1()) == id));
    }

    /// The bucket of which a shadow is one.
    private int baseOf(int id) {
        for (Map.Entry<Integer, NavigableMap<Integer, Integer>> each : classBuckets.entrySet()) {
            if (each.getValue().containsValue(id)) {
                return each.getKey();
            }
        }
        return id;
    }

    // -- weights

    public static int fixed(double weight) {
        return (int) (weight * 65536.0);
    }

    /// An item's weight in the bucket that holds it; 0 if none does.
    public int itemWeight(int item) {
        EditedBucket parent = parentOf(item);
        return parent == null ? 0 : parent.weights.get(parent.items.indexOf(item));
    }

    /// Sets an item's weight wherever it is, and the sums above it.
    public void setItemWeight(int item, int weight) {
        for (EditedBucket bucket : buckets) {
            int at = bucket == null ? -1 : bucket.items.indexOf(item);
            if (bucket != null && at >= 0) {
                bucket.setWeight(at, weight);
                adjustUp(bucket);
            }
        }
    }

    private void adjustUp(EditedBucket bucket) {
        for (EditedBucket parent : buckets) {
            int at = parent == null ? -1 : parent.items.indexOf(bucket.id);
            if (parent != null && at >= 0) {
                parent.setWeight(at, bucket.weight());
                bucket.weightSets.forEach((pool, set) -> {
                    WeightSet above = parent.weightSets.get(pool);
                    if (above != null && above.positions() == set.positions()) {
                        above.set(at, set.sums());
                    }
                });
                adjustUp(parent);
            }
        }
    }

    /// Sets the weight of all devices below a bucket.
    public void reweightSubtree(int bucket, int weight) {
        for (int item : List.copyOf(bucketOf(bucket).items)) {
            if (item < 0) {
                reweightSubtree(item, weight);
            } else {
                setItemWeight(item, weight);
            }
        }
    }

    // -- classes

    /// Gives a device a class and brings the shadow trees up to date.
    public void setDeviceClass(int device, String name) {
        checkName(name);
        deviceClasses.put(device, classId(name));
        rebuildShadows();
    }

    public boolean hasClass(String name) {
        return classNames.containsValue(name);
    }

    /// The names of the rules that take from a shadow tree of the class.
    public List<String> rulesWithClass(String name) {
        Integer id = keyOf(classNames, name);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            CrushRule rule = rules.get(i);
            if (rule != null && rule.steps().stream().anyMatch(step -> step.op() == CrushRule.TAKE && step.arg1() < 0
                    && isShadow(step.arg1()) && Objects.equals(id, deviceClasses.get(step.arg1())))) {
                names.add(ruleNames.getOrDefault(i, ""));
            }
        }
        return names;
    }

    /// Removes a class, and takes it from the devices that have it.
    public void removeClass(String name) {
        Integer id = keyOf(classNames, name);
        if (id != null) {
            deviceClasses.entrySet().removeIf(e -> e.getKey() >= 0 && e.getValue().equals(id));
            classNames.remove(id);
            rebuildShadows();
        }
    }

    public void renameClass(String from, String to) {
        Integer id = keyOf(classNames, from);
        if (id == null) {
            throw new CephException(Errno.ENOENT, Errno.describe(Errno.ENOENT.code()));
        }
        if (hasClass(to)) {
            throw new CephException(Errno.EEXIST, Errno.describe(Errno.EEXIST.code()));
        }
        classNames.put(id, to);
        deviceClasses.forEach((item, classId) -> {
            if (item < 0 && classId.equals(id)) {
                itemNames.computeIfPresent(item, (k, name) -> name.substring(0, name.indexOf('~') + 1) + to);
            }
        });
    }

    public void removeDeviceClass(int device) {
        deviceClasses.remove(device);
        rebuildShadows();
    }

    public @Nullable String deviceClass(int device) {
        Integer id = deviceClasses.get(device);
        return id == null ? null : classNames.get(id);
    }

    /// The number of a class, which is made if need be.
    public int classId(String name) {
        Integer id = keyOf(classNames, name);
        if (id == null) {
            id = 0;
            while (classNames.containsKey(id)) {
                id++;
            }
            classNames.put(id, name);
        }
        return id;
    }

    public void rebuildShadows() {
        ShadowTrees.rebuild(this);
    }

    // -- tunables

    public void setTunables(CrushTunables other) {
        tunables = other;
    }

    public CrushTunables tunables() {
        return tunables;
    }
}
