package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which manager is active, which stand by, and what they run (`MgrMap`).
///
/// @param activeGid the active one's global id; 0 for none
/// @param available it has begun to serve
/// @param activeChange when the active one began, or the last one was lost
/// @param standbys by global id
/// @param modules those that were switched on
/// @param alwaysOn modules that cannot be switched off, by release
/// @param services addresses modules serve at, by module
/// @param clients names and addresses of the active manager's own clients, to be blocklisted with it
@CephType("MgrMap")
public record MgrMap(
        int epoch,
        long activeGid,
        EntityAddrVec activeAddrs,
        boolean available,
        String activeName,
        Utime activeChange,
        long activeFeatures,
        NavigableMap<Long, Standby> standbys,
        NavigableSet<String> modules,
        NavigableMap<Integer, NavigableSet<String>> alwaysOn,
        List<MgrModule> availableModules,
        NavigableMap<String, String> services,
        int lastFailureOsdEpoch,
        List<Client> clients) {
    /// The map before there was any manager.
    public static final MgrMap EMPTY = new MgrMap(
            0,
            0,
            EntityAddrVec.EMPTY,
            false,
            "",
            Utime.ZERO,
            0,
            new TreeMap<>(),
            new TreeSet<>(),
            new TreeMap<>(),
            List.of(),
            new TreeMap<>(),
            0,
            List.of());

    /// A client instance of the active manager.
    public record Client(String name, EntityAddrVec addrs) {}

    /// A manager that stands by.
    @CephType("MgrMap::StandbyInfo")
    public record Standby(long gid, String name, List<MgrModule> modules, long features) {
        static Standby decode(WireReader in) {
            return in.versioned(4, (b, version) -> {
                long gid = b.u64();
                String name = b.string();
                if (version >= 2) {
                    b.list(WireReader::string);
                }
                return new Standby(
                        gid,
                        name,
                        version >= 3 ? b.list(MgrModule::decode) : List.of(),
                        version >= 4 ? b.u64() : 0);
            });
        }

        void encode(WireWriter out) {
            out.versioned(4, 1, () -> out.u64(gid)
                    .string(name)
                    .list(names(modules), WireWriter::string)
                    .list(modules, (w, module) -> module.encode(w))
                    .u64(features));
        }
    }

    /// The names of all managers, sorted.
    public List<String> names() {
        NavigableSet<String> all = new TreeSet<>();
        if (!activeName.isEmpty()) {
            all.add(activeName);
        }
        standbys.values().forEach(standby -> all.add(standby.name));
        return List.copyOf(all);
    }

    /// Their names, sorted.
    public static List<String> names(List<MgrModule> modules) {
        NavigableSet<String> sorted = new TreeSet<>();
        modules.forEach(module -> sorted.add(module.name()));
        return List.copyOf(sorted);
    }

    public static MgrMap decode(WireReader in) {
        return in.versioned(12, (b, version) -> {
            if (version < 6) {
                throw new DecodeException("MgrMap of version " + version);
            }
            int epoch = b.u32();
            EntityAddrVec addrs = EntityAddrVec.decode(b);
            long gid = b.u64();
            boolean available = b.bool();
            String name = b.string();
            NavigableMap<Long, Standby> standbys = b.map(WireReader::u64, Standby::decode);
            NavigableSet<String> modules = strings(b);
            NavigableMap<String, String> services = b.map(WireReader::string, WireReader::string);
            List<MgrModule> available2 = b.list(MgrModule::decode);
            Utime change = version >= 7 ? Utime.decode(b) : Utime.ZERO;
            NavigableMap<Integer, NavigableSet<String>> alwaysOn =
                    version >= 8 ? b.map(WireReader::u32, MgrMap::strings) : new TreeMap<>();
            long features = version >= 9 ? b.u64() : 0;
            int failure = version >= 10 ? b.u32() : 0;
            List<EntityAddrVec> clients = version >= 11 ? b.list(EntityAddrVec::decode) : List.of();
            List<String> clientNames = version >= 12 ? b.list(WireReader::string) : List.of();
            return new MgrMap(
                    epoch, gid, addrs, available, name, change, features, standbys, modules, alwaysOn, available2,
                    services, failure, clients(clients, clientNames));
        });
    }

    /// Puts the two lists a client is encoded in together.
    public static List<Client> clients(List<EntityAddrVec> addrs, List<String> names) {
        if (!names.isEmpty() && names.size() != addrs.size()) {
            throw new DecodeException(names.size() + " names for " + addrs.size() + " clients");
        }
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < addrs.size(); i++) {
            clients.add(new Client(names.isEmpty() ? "" : names.get(i), addrs.get(i)));
        }
        return clients;
    }

    private static NavigableSet<String> strings(WireReader in) {
        return new TreeSet<>(in.list(WireReader::string));
    }

    /// Peers before Nautilus know version 5, without the lists of addresses.
    public void encode(WireWriter out, long features) {
        if (!Features.has(features, Features.SERVER_NAUTILUS)) {
            out.versioned(5, 1, () -> {
                out.u32(epoch);
                activeAddrs.legacy().encode(out, features);
                encodeStart(out);
                out.list(names(availableModules), WireWriter::string);
                out.map(services, WireWriter::string, WireWriter::string);
                out.list(availableModules, (w, module) -> module.encode(w));
            });
            return;
        }
        out.versioned(12, 6, () -> {
            out.u32(epoch);
            activeAddrs.encode(out, features);
            encodeStart(out);
            out.map(services, WireWriter::string, WireWriter::string);
            out.list(availableModules, (w, module) -> module.encode(w));
            activeChange.encode(out);
            out.map(alwaysOn, WireWriter::u32, (w, names) -> w.list(names, WireWriter::string));
            out.u64(activeFeatures).u32(lastFailureOsdEpoch);
            out.list(clients, (w, client) -> client.addrs.encode(w, features));
            out.list(clients, (w, client) -> w.string(client.name));
        });
    }

    private void encodeStart(WireWriter out) {
        out.u64(activeGid).bool(available).string(activeName);
        out.map(standbys, WireWriter::u64, (w, standby) -> standby.encode(w));
        out.list(modules, WireWriter::string);
    }
}
