package dev.inkfish.mon.osd;

import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where things stand in the CRUSH hierarchy.
public final class CrushPlaces {
    private CrushPlaces() {}

    /// The bucket that holds an item; shadow trees of device classes do not count. Null for roots.
    public static @Nullable CrushBucket parentOf(CrushMap crush, int item) {
        for (CrushBucket bucket : crush.buckets()) {
            if (bucket != null && bucket.indexOf(item) >= 0 && !isShadow(crush, bucket.id())) {
                return bucket;
            }
        }
        return null;
    }

    public static boolean isShadow(CrushMap crush, int bucket) {
        String name = crush.itemNames().get(bucket);
        return name != null && name.indexOf('~') >= 0;
    }

    /// From the item's own bucket up to the root: type name to bucket name.
    public static Map<String, String> locationOf(CrushMap crush, int item) {
        Map<String, String> location = new LinkedHashMap<>();
        CrushBucket at = parentOf(crush, item);
        for (int depth = 0; at != null && depth < crush.buckets().size(); depth++) {
            location.put(typeName(crush, at.type()), crush.itemNames().getOrDefault(at.id(), ""));
            at = parentOf(crush, at.id());
        }
        return location;
    }

    /// `root=default,host=node1`, the root first.
    public static String ordered(CrushMap crush, int item) {
        List<String> parts = new ArrayList<>();
        locationOf(crush, item).forEach((type, name) -> parts.addFirst(type + "=" + name));
        return String.join(",", parts);
    }

    private static String typeName(CrushMap crush, int type) {
        return crush.typeNames().getOrDefault(type, Integer.toString(type));
    }

    /// All devices below a bucket.
    public static List<Integer> devicesBelow(CrushMap crush, int item) {
        List<Integer> devices = new ArrayList<>();
        collect(crush, item, devices, 0);
        return devices;
    }

    private static void collect(CrushMap crush, int item, List<Integer> devices, int depth) {
        if (item >= 0) {
            devices.add(item);
            return;
        }
        CrushBucket bucket = crush.bucket(item);
        if (bucket != null && depth <= crush.buckets().size()) {
            for (int i = 0; i < bucket.size(); i++) {
                collect(crush, bucket.item(i), devices, depth + 1);
            }
        }
    }
}
