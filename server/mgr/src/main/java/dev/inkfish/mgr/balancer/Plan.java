package dev.inkfish.mgr.balancer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.UpmapItem;
import dev.inkfish.wire.PgId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/// Changes of upmaps that are to be made.
///
/// @param pools the names of the pools it is about; none for all
/// @param before the map it was made from
/// @param changes the exceptions a group is to have; an empty list for none
public record Plan(List<String> pools, OsdMap before, NavigableMap<PgId, List<UpmapItem>> changes) {
    private static final int NOT_CHANGED = -1;
    private static final int RELEASE_NOT_CHANGED = 255;

    /// The map it leads to.
    public OsdMap map() {
        return UpmapOptimizer.with(before, changes);
    }

    /// For the monitors, as JSON; first what is set, then what is removed.
    public List<String> commands() {
        List<String> set = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        changes.forEach((pg, items) -> {
            ObjectNode command = JsonNodeFactory.instance.objectNode().put("pgid", pg.toString());
            if (items.isEmpty()) {
                removed.add(command.put("prefix", "osd rm-pg-upmap-items").toString());
                return;
            }
            ArrayNode ids = command.put("prefix", "osd pg-upmap-items").putArray("id");
            items.forEach(item -> ids.add(item.from()).add(item.to()));
            set.add(command.toString());
        });
        set.addAll(removed);
        return set;
    }

    /// As Ceph dumps an increment of the OSD map.
    public ObjectNode json() {
        ObjectNode dump = JsonNodeFactory.instance.objectNode();
        dump.put("epoch", before.epoch() + 1).put("fsid", before.fsid().toString()).put("modified", "0.000000");
        for (String name : List.of("new_full_ratio", "new_nearfull_ratio", "new_backfillfull_ratio")) {
            dump.put(name, (double) NOT_CHANGED);
        }
        for (String name : List.of("new_flags", "new_max_osd", "new_pool_max")) {
            dump.put(name, NOT_CHANGED);
        }
        for (String name : List.of("new_last_up_change", "new_last_in_change")) {
            dump.put(name, "0.000000");
        }
        dump.put("new_require_osd_release", RELEASE_NOT_CHANGED).put("new_require_min_compat_client", RELEASE_NOT_CHANGED);
        for (String name : List.of("new_blocklist", "new_last_clean_interval", "new_lost", "new_pg_temp", "new_pg_upmap",
                "new_pool_names", "new_pools", "new_purged_snaps", "new_range_blocklist", "new_removed_snaps", "new_up_osds",
                "new_up_thru", "new_uuid", "new_weight", "new_xinfo", "old_blocklist", "old_erasure_code_profiles",
                "old_pg_upmap", "old_pools", "old_range_blocklist", "osd_state_xor", "primary_temp")) {
            dump.putArray(name);
        }
        dump.putObject("erasure_code_profiles");
        ArrayNode set = dump.putArray("new_pg_upmap_items");
        ArrayNode removed = dump.putArray("old_pg_upmap_items");
        for (Map.Entry<PgId, List<UpmapItem>> change : changes.entrySet()) {
            if (change.getValue().isEmpty()) {
                removed.add(change.getKey().toString());
                continue;
            }
            ArrayNode mappings = set.addObject().put("pgid", change.getKey().toString()).putArray("mappings");
            change.getValue().forEach(item -> mappings.addObject().put("from", item.from()).put("to", item.to()));
        }
        return dump;
    }
}
