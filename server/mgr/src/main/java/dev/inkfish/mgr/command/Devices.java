package dev.inkfish.mgr.command;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Json;
import dev.inkfish.mgr.core.DeviceBook;
import dev.inkfish.mgr.core.DeviceBook.Device;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.wire.CephException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/// The devices and what is expected of them, as the monitors keep it (config keys `device/ID`), asked anew each time.
final class Devices {
    private static final String KEYS = "device/";

    private final Supplier<MgrCore> core;

    Devices(Supplier<MgrCore> core) {
        this.core = core;
    }

    /// @param answer takes the devices, by id, and what daemons tell, by daemon
    void find(BiConsumer<NavigableMap<String, Device>, NavigableMap<String, Map<?, ?>>> answer) {
        new DaemonFacts(core.get().effects()).osdsAndMons(facts -> core.get().store().load(KEYS, stored -> {
            DeviceBook book = DeviceBook.parse(stored == null ? new TreeMap<>() : parsed(stored));
            answer.accept(book.devices(facts), facts);
        }));
    }

    private static NavigableMap<String, Map<?, ?>> parsed(NavigableMap<String, String> stored) {
        NavigableMap<String, Map<?, ?>> all = new TreeMap<>();
        stored.forEach((id, text) -> {
            try {
                if (Json.parse(text) instanceof Map<?, ?> facts) {
                    all.put(id, facts);
                }
            } catch (CephException e) {
                // somebody else wrote there
            }
        });
        return all;
    }

    /// Says what is expected of a device; [DeviceBook.Expectancy#NONE] for nothing.
    CommandResult expect(CommandContext call, String id, DeviceBook.Expectancy expectancy) {
        boolean none = expectancy.equals(DeviceBook.Expectancy.NONE);
        core.get().store().put(KEYS + id, none ? null : DeviceCommands.stored(expectancy), done ->
                call.reply(done.code() < 0 ? done : CommandResult.status("")));
        return CommandResult.later();
    }
}
