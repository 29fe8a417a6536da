package dev.inkfish.mon.health;

import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Who is below whom in a CRUSH map, without the shadow trees of device classes.
final class CrushTree {
    private final CrushMap crush;
    private final NavigableMap<Integer, Integer> parents = new TreeMap<>();

    CrushTree(CrushMap crush) {
        this.crush = crush;
        for (CrushBucket bucket : crush.buckets()) {
            if (bucket != null && !isShadow(bucket.id())) {
                for (int i = 0; i < bucket.size(); i++) {
                    parents.put(bucket.item(i), bucket.id());
                }
            }
        }
    }

    private boolean isShadow(int id) {
        return crush.itemNames().getOrDefault(id, "").contains("~");
    }

    @Nullable Integer parent(int item) {
        return parents.get(item);
    }

    boolean contains(int item) {
        return parents.containsKey(item);
    }

    String name(int item) {
        return crush.itemNames().getOrDefault(item, item >= 0 ? "osd." + item : Integer.toString(item));
    }

    String typeName(int item) {
        return crush.typeNames().getOrDefault(crush.typeOf(item), "");
    }

    /// `root=default,host=vm`
    String location(int item) {
        List<String> path = new ArrayList<>();
        for (Integer at = parent(item); at != null; at = parent(at)) {
            path.add(typeName(at) + "=" + name(at));
        }
        Collections.reverse(path);
        return String.join(",", path);
    }

    List<Integer> children(int bucketId) {
        CrushBucket bucket = crush.bucket(bucketId);
        List<Integer> children = new ArrayList<>();
        for (int i = 0; bucket != null && i < bucket.size(); i++) {
            children.add(bucket.item(i));
        }
        return children;
    }

    /// All OSDs below a bucket, or the OSD itself.
    List<Integer> osdsBelow(int item) {
        if (item >= 0) {
            return List.of(item);
        }
        List<Integer> osds = new ArrayList<>();
        children(item).forEach(child -> osds.addAll(osdsBelow(child)));
        return osds;
    }
}
