package dev.inkfish.mgr.command;

import dev.inkfish.command.Json;
import dev.inkfish.mgr.core.MgrEffects;
import dev.inkfish.wire.CephException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// What daemons told the monitors of themselves, asked anew each time.
final class DaemonFacts {
    private final MgrEffects effects;

    DaemonFacts(MgrEffects effects) {
        this.effects = effects;
    }

    /// By daemon (`osd.3`); empty where the monitors do not answer.
    void osds(Consumer<NavigableMap<String, Map<?, ?>>> answer) {
        ask("osd", "id", new TreeMap<>(), answer);
    }

    /// Of OSDs and monitors.
    void osdsAndMons(Consumer<NavigableMap<String, Map<?, ?>>> answer) {
        osds(found -> ask("mon", "name", found, answer));
    }

    private void ask(String type, String name, NavigableMap<String, Map<?, ?>> found,
            Consumer<NavigableMap<String, Map<?, ?>>> answer) {
        effects.askMonitors("{\"prefix\":\"" + type + " metadata\",\"format\":\"json\"}", done -> {
            try {
                if (done.code() >= 0 && Json.parse(done.data().utf8()) instanceof List<?> all) {
                    for (Object each : all) {
                        if (each instanceof Map<?, ?> facts) {
                            found.put(type + "." + facts.get(name), facts);
                        }
                    }
                }
            } catch (CephException e) {
                effects.log("the monitors' answer to " + type + " metadata makes no sense: " + e.getMessage());
            }
            answer.accept(found);
        });
    }
}
