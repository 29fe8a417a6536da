package dev.inkfish.codecs;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/// OSD maps and changes of them that go together: OSDs below the highest, pools that are there.
final class RandomMapChanges {
    private static final int OSDS = 8;

    private final RandomValues values;
    private final Random random;

    RandomMapChanges(RandomValues values, Random random) {
        this.values = values;
        this.random = random;
    }

    /// Any of its fields changed.
    OsdMapIncremental increment() {
        OsdMapIncremental inc = new OsdMapIncremental(new UUID(random.nextLong(), random.nextLong()), 7);
        try {
            for (Field field : OsdMapIncremental.class.getFields()) {
                Type type = field.getGenericType();
                if (!Modifier.isStatic(field.getModifiers()) && type instanceof ParameterizedType generic) {
                    field.set(inc, keyed(generic, values.of(type, 1)));
                }
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
        inc.newRangeBlocklist = new TreeMap<>(); // came after Ceph 14
        inc.oldRangeBlocklist = List.of();
        inc.encodeFeatures = Features.PACIFIC;
        inc.modified = new Utime(random.nextInt(1 << 30), 0);
        inc.newPoolMax = 9;
        inc.newFlags = random.nextInt(1 << 20);
        inc.newMaxOsd = OSDS;
        WireWriter crush = new WireWriter();
        ((CrushMap) values.of(CrushMap.class)).encode(crush, Features.PACIFIC);
        inc.crush = crush.toBytes();
        inc.newNearfullRatio = 0.5f;
        inc.newFullRatio = 0.75f;
        return inc;
    }

    /// OSDs are numbered from 0, pools too.
    private static Object keyed(ParameterizedType type, Object drawn) {
        Type key = type.getActualTypeArguments()[0];
        if (!(drawn instanceof Map<?, ?> map) || key != Integer.class && key != Long.class) {
            return drawn;
        }
        TreeMap<Object, Object> result = new TreeMap<>();
        for (Object value : map.values()) {
            int next = result.size();
            result.put(key == Integer.class ? (Object) next : (Object) (long) next, value);
        }
        return result;
    }

    /// An empty map with one such change applied.
    OsdMap map() {
        OsdMapIncremental inc = increment();
        inc.epoch = 1;
        inc.fullmap = Bytes.EMPTY;
        inc.newPools = new TreeMap<>(Map.of(0L, (PgPool) values.of(PgPool.class)));
        inc.newPoolNames = new TreeMap<>(Map.of(0L, "pool"));
        return OsdMap.initial(inc.fsid, inc.modified).apply(inc);
    }
}
