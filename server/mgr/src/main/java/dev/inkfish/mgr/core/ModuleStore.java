package dev.inkfish.mgr.core;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Json;
import dev.inkfish.conf.Conf;
import dev.inkfish.wire.CephException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the monitors keep for modules: their options (`mgr/<module>/…` of the configuration) and their data (config keys,
/// most under the same names). On the core's thread.
public final class ModuleStore {
    private final Conf conf;
    private final MgrEffects effects;

    ModuleStore(Conf conf, MgrEffects effects) {
        this.conf = conf;
        this.effects = effects;
    }

    public Conf conf() {
        return conf;
    }

    private static String path(String module, String name) {
        return "mgr/" + module + "/" + name;
    }

    public String option(String module, String name) {
        return conf.string(path(module, name));
    }

    public boolean flag(String module, String name) {
        return conf.flag(path(module, name));
    }

    public long integer(String module, String name) {
        return conf.integer(path(module, name));
    }

    public double seconds(String module, String name) {
        return conf.seconds(path(module, name));
    }

    /// Takes effect here as soon as the monitors have it, before they send the changed configuration.
    public void setOption(String module, String name, String value, Consumer<CommandResult.Done> answer) {
        ObjectNode command = command("config set").put("who", "mgr").put("name", path(module, name)).put("value", value);
        effects.askMonitors(command.toString(), done -> {
            if (done.code() >= 0) {
                conf.set(Conf.Layer.MON, path(module, name), value);
            }
            answer.accept(done);
        });
    }

    /// What lies under keys that begin so, by the rest of the key.
    ///
    /// @param answer takes null where the monitors gave none
    public void load(String path, Consumer<@Nullable NavigableMap<String, String>> answer) {
        effects.askMonitors(command("config-key dump").put("key", path).put("format", "json").toString(), done -> {
            if (done.code() < 0) {
                effects.log("no config keys " + path + ": " + done.outs());
                answer.accept(null);
                return;
            }
            NavigableMap<String, String> found = new TreeMap<>();
            try {
                if (Json.parse(done.data().utf8()) instanceof Map<?, ?> all) {
                    all.forEach((key, value) -> {
                        if (String.valueOf(key).startsWith(path)) {
                            found.put(String.valueOf(key).substring(path.length()), String.valueOf(value));
                        }
                    });
                }
            } catch (CephException e) {
                effects.log("config keys " + path + " make no sense: " + e.getMessage());
                answer.accept(null);
                return;
            }
            answer.accept(found);
        });
    }

    /// @param value null removes the key
    public void put(String key, @Nullable String value, Consumer<CommandResult.Done> answer) {
        ObjectNode command = command(value == null ? "config-key rm" : "config-key set").put("key", key);
        if (value != null) {
            command.put("val", value);
        }
        effects.askMonitors(command.toString(), answer);
    }

    private static ObjectNode command(String prefix) {
        return JsonNodeFactory.instance.objectNode().put("prefix", prefix);
    }
}
