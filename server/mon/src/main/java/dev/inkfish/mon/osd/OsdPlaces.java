package dev.inkfish.mon.osd;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.mon.config.ConfigService;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import java.util.Map;

/// Tells the configuration database where daemons stand.
public final class OsdPlaces implements ConfigService.Places {
    private final OsdMapService service;

    public OsdPlaces(OsdMapService service) {
        this.service = service;
    }

    @Override
    public Map<String, String> locationOf(EntityAuthName name, String host) {
        CrushMap crush = service.map().crush();
        if (name.type() == EntityType.OSD && name.id().matches("\\d{1,6}")) {
            return CrushPlaces.locationOf(crush, Integer.parseInt(name.id()));
        }
        for (Map.Entry<Integer, String> item : crush.itemNames().entrySet()) {
            if (!host.isEmpty() && item.getValue().equals(host)) {
                Map<String, String> location = CrushPlaces.locationOf(crush, item.getKey());
                location.put(crush.typeNames().getOrDefault(crush.typeOf(item.getKey()), ""), host);
                return location;
            }
        }
        return Map.of();
    }

    @Override
    public String deviceClassOf(EntityAuthName name) {
        CrushMap crush = service.map().crush();
        if (name.type() != EntityType.OSD || !name.id().matches("\\d{0,6}")) {
            return "";
        }
        // all OSDs together are shown with the class of the first, as by Ceph
        Integer number = crush.deviceClasses().get(name.id().isEmpty() ? 0 : Integer.parseInt(name.id()));
        return number == null ? "" : crush.classNames().getOrDefault(number, "");
    }
}
