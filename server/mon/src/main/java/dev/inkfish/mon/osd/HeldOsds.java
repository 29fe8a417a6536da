package dev.inkfish.mon.osd;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.osdmap.OsdMap;
import java.util.Map;

/// What keeps an OSD from being marked up, down, in or out: flags of its own, of the CRUSH nodes above it, of its device class
/// (`OSDMap::is_noup`; the cluster's own flags are apart).
final class HeldOsds {
    private HeldOsds() {}

    /// @param flag [OsdMap#STATE_NOUP], [OsdMap#STATE_NODOWN], [OsdMap#STATE_NOIN] or [OsdMap#STATE_NOOUT]
    static boolean holds(OsdMap map, int osd, int flag) {
        return map.hasState(osd, flag) || byOthers(map, osd, flag);
    }

    /// Whatever its own flags are.
    static boolean byOthers(OsdMap map, int osd, int flag) {
        return byPlace(map, osd, flag) || byClass(map, osd, flag);
    }

    private static boolean byPlace(OsdMap map, int osd, int flag) {
        if (map.crushNodeFlags().isEmpty()) {
            return false;
        }
        CrushMap crush = map.crush();
        Map<String, String> place = CrushPlaces.locationOf(crush, osd);
        return map.crushNodeFlags().entrySet().stream().anyMatch(each ->
                (each.getValue() & flag) != 0 && place.containsValue(crush.itemNames().get(each.getKey())));
    }

    private static boolean byClass(OsdMap map, int osd, int flag) {
        Integer number = map.crush().deviceClasses().get(osd);
        return number != null && (map.deviceClassFlags().getOrDefault(number, 0) & flag) != 0;
    }
}
