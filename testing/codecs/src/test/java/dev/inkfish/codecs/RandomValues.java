package dev.inkfish.codecs;

import static java.util.Map.entry;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.RandomMaps;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PoolOptions;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.OsdSuperblock;
import dev.inkfish.wire.osd.PgMissing;
import dev.inkfish.wire.osd.PgShard;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Values of any record of the wire, from a seed: each component by its type, numbers often small and often any.
public final class RandomValues {
    private static final int DEEPEST = 6;

    /// Components that do not take just any value of their type.
    private static final Map<String, Function<RandomValues, Object>> SPECIAL = Map.ofEntries(
            entry("HObject.max", r -> false),
            entry("ObjectLocator.hash", r -> -1L),
            entry("ObjectInfo.flags", r -> r.random.nextInt(64)),
            entry("OsdSuperblock.compatFeatures", r -> OsdSuperblock.NO_FEATURES),
            entry("OsdXinfo.laggyProbability", r -> 0),
            entry("Unknown.type", r -> -1),
            // snapshots of either kind are inferred where both flags are unset
            entry("PgPool.flags", r -> r.random.nextLong() | 0x6000),
            entry("PgPool.peeringCrushBucketCount", r -> 0), // stretched pools came after 14
            entry("PgPool.peeringCrushBucketTarget", r -> 0),
            entry("PgPool.peeringCrushBucketBarrier", r -> 0),
            entry("PgPool.peeringCrushMandatoryMember", r -> CrushMap.ITEM_NONE),
            entry("PgPool.tiers", r -> new TreeSet<>(List.of(3L, 5L + r.random.nextInt(99)))),
            entry("PgPool.hitSetCount", r -> r.random.nextInt(9)),
            entry("PgPool.hitSetParams", r -> Bytes.hex("01010100000000")),
            entry("SubKey.type", r -> r.random.nextInt(8)),
            entry("SubKey.regex", r -> "^(" + r.text() + ".*)$"),
            entry("MOSDPGLog.missing", r -> PgMissing.EMPTY), // 14 does not know the form of its items
            entry("PgStat.objectLocationCounts", r -> r.locations()),
            entry("Limit.orderBy", r -> r.random.nextInt(9)),
            entry("OsdPerfQuery.counters", r -> r.counters()),
            entry("Report.counters", r -> r.counters()),
            entry("Snapshot.protection", r -> r.random.nextInt(3)),
            entry("MonMap.ranks", r -> List.of()),
            entry("Migration.source", r -> ""),
            entry("Option.tags", r -> r.sortedTexts()),
            entry("Option.allowed", r -> r.sortedTexts()),
            entry("Option.seeAlso", r -> r.sortedTexts()));

    private final Random random;

    public RandomValues(long seed) {
        random = new Random(seed);
    }

    public Object of(Class<?> type) {
        return of(type, 0);
    }

    Object of(Type type, int depth) {
        return switch (type) {
            case ParameterizedType generic -> ofGeneric(generic, depth);
            case WildcardType wildcard -> of(wildcard.getUpperBounds()[0], depth);
            case Class<?> plain -> ofClass(plain, depth);
            default -> throw new IllegalArgumentException("no values of " + type);
        };
    }

    private Object ofGeneric(ParameterizedType type, int depth) {
        Class<?> raw = (Class<?>) type.getRawType();
        Type[] arguments = type.getActualTypeArguments();
        int count = depth >= DEEPEST ? 0 : random.nextInt(4);
        if (Map.class.isAssignableFrom(raw)) {
            TreeMap<Object, Object> map = arguments[0] instanceof Class<?> key && Comparable.class.isAssignableFrom(key)
                    ? new TreeMap<>()
                    : new TreeMap<>(Comparator.comparing(Object::toString));
            for (int i = 0; i < count; i++) {
                map.put(of(arguments[0], depth + 1), of(arguments[1], depth + 1));
            }
            return map;
        }
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(of(arguments[0], depth + 1));
        }
        return java.util.Set.class.isAssignableFrom(raw) ? new TreeSet<>(elements) : elements;
    }

    private Object ofClass(Class<?> type, int depth) {
        if (type == int.class || type == Integer.class) {
            return random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(1 << random.nextInt(1, 31));
        }
        if (type == long.class || type == Long.class) {
            return random.nextInt(4) == 0 ? random.nextLong() : random.nextLong(1L << random.nextInt(1, 63));
        }
        if (type == boolean.class || type == Boolean.class) {
            return random.nextBoolean();
        }
        if (type == double.class || type == Double.class) {
            return random.nextInt(100000) / 64.0;
        }
        if (type == float.class || type == Float.class) {
            return random.nextInt(1000) / 64.0f;
        }
        if (type == String.class) {
            return text();
        }
        if (type == Bytes.class) {
            byte[] bytes = new byte[random.nextInt(20)];
            random.nextBytes(bytes);
            return Bytes.wrap(bytes);
        }
        if (type == UUID.class) {
            return new UUID(random.nextLong(), random.nextLong());
        }
        return ofWire(type, depth);
    }

    private Object ofWire(Class<?> type, int depth) {
        if (type == Utime.class) {
            return new Utime(random.nextInt(1 << 30), random.nextInt(1_000_000) * 1000);
        }
        if (type == EntityAddr.class) {
            return addr();
        }
        if (type == EntityAddrVec.class) {
            return new EntityAddrVec(List.of(addr(), addr()));
        }
        if (type == EntityType.class) {
            return pick(new Object[] {EntityType.MON, EntityType.MDS, EntityType.OSD, EntityType.CLIENT, EntityType.MGR});
        }
        if (type == IntervalSet.class) {
            return IntervalSet.of(random.nextInt(1000), random.nextInt(9)).plus(2000 + random.nextInt(1000), 5);
        }
        if (type == PoolOptions.class) {
            return PoolOptions.NONE.with(PoolOptions.Key.SCRUB_MIN_INTERVAL, new PoolOptions.Real(random.nextInt(9)))
                    .with(PoolOptions.Key.PG_NUM_MIN, new PoolOptions.Int(random.nextInt(99)))
                    .with(PoolOptions.Key.COMPRESSION_MODE, new PoolOptions.Text(text()));
        }
        if (type == ObjectStatSum.class) {
            ObjectStatSum sum = ObjectStatSum.ZERO;
            for (ObjectStatSum.Field field : ObjectStatSum.Field.values()) {
                sum = sum.with(field, random.nextInt(1 << 30));
            }
            return sum;
        }
        if (type == CrushMap.class) {
            return RandomMaps.of(random.nextLong());
        }
        if (type == OsdMapIncremental.class) {
            return new RandomMapChanges(this, random).increment();
        }
        if (type == OsdMap.class) {
            return new RandomMapChanges(this, random).map();
        }
        if (type.getSimpleName().equals("ObjectMap")) {
            return objectMap(type);
        }
        if (type.isEnum()) {
            return pick(type.getEnumConstants());
        }
        if (type.isSealed()) {
            return of((Class<?>) pick(type.getPermittedSubclasses()), depth);
        }
        return ofRecord(type, depth);
    }

    private Object ofRecord(Class<?> type, int depth) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            arguments[i] = component(type, components[i], depth);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(type + " takes not just any values", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable Object component(Class<?> type, RecordComponent component, int depth) {
        String name = type.getSimpleName() + "." + component.getName();
        if (SPECIAL.containsKey(name)) {
            return SPECIAL.get(name).apply(this);
        }
        boolean none = nullable(component.getAnnotatedType()) && random.nextInt(3) == 0;
        return none ? null : of(component.getGenericType(), depth + 1);
    }

    private Object objectMap(Class<?> type) {
        try {
            long size = random.nextInt(40_000);
            Constructor<?> constructor = type.getDeclaredConstructor(long.class);
            constructor.setAccessible(true);
            Object map = constructor.newInstance(size);
            Method set = type.getDeclaredMethod("set", long.class, int.class);
            set.setAccessible(true);
            for (long i = 0; i < size; i += 1 + random.nextInt(5)) {
                set.invoke(map, i, random.nextInt(4));
            }
            return map;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean nullable(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    private EntityAddr addr() {
        byte[] ip = new byte[random.nextInt(3) == 0 ? 16 : 4];
        random.nextBytes(ip);
        return new EntityAddr(
                (EntityAddr.Kind) pick(new Object[] {EntityAddr.Kind.LEGACY, EntityAddr.Kind.MSGR2}),
                random.nextInt(1 << 20), Bytes.wrap(ip), random.nextInt(65536));
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(9); i > 0; i--) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return random.nextInt(10) == 0 ? text + "é" : text.toString();
    }

    private List<String> sortedTexts() {
        return List.copyOf(new TreeSet<>(List.of(text(), text(), text())));
    }

    private TreeMap<List<PgShard>, Integer> locations() {
        TreeMap<List<PgShard>, Integer> counts = new TreeMap<>(Comparator.comparing(List::toString));
        counts.put(List.of(new PgShard(random.nextInt(9), -1)), random.nextInt(99));
        return counts;
    }

    private List<Integer> counters() {
        return List.of(random.nextInt(9), random.nextInt(9));
    }

    private Object pick(Object[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
