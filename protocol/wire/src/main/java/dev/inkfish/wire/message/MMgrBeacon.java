package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.CommandDescription;
import dev.inkfish.wire.mon.MgrMap;
import dev.inkfish.wire.mon.MgrModule;
import java.util.List;
import java.util.NavigableMap;
import java.util.UUID;

/// A manager is alive (`MSG_MGR_BEACON`).
///
/// @param addrs where it serves
/// @param available it serves already
/// @param commands only when it becomes active
/// @param services addresses its modules serve at
/// @param clients its own instances of clients
public record MMgrBeacon(
        EntityAddrVec addrs,
        long gid,
        boolean available,
        String name,
        UUID fsid,
        List<CommandDescription> commands,
        NavigableMap<String, String> metadata,
        NavigableMap<String, String> services,
        List<MgrModule> modules,
        long mgrFeatures,
        List<MgrMap.Client> clients) implements Message {
    public static final int TYPE = 0x703;
    private static final int VERSION = 11;
    private static final int COMPAT = 8;

    static MMgrBeacon decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        if (header.version() < 8) {
            throw new DecodeException("mgrbeacon of version " + header.version());
        }
        PaxosFields.decode(in);
        EntityAddrVec addrs = EntityAddrVec.decode(in);
        long gid = in.u64();
        boolean available = in.bool();
        String name = in.string();
        UUID fsid = in.uuid();
        in.list(WireReader::string);
        List<CommandDescription> commands = in.list(CommandDescription::decode);
        NavigableMap<String, String> metadata = in.map(WireReader::string, WireReader::string);
        NavigableMap<String, String> services = in.map(WireReader::string, WireReader::string);
        List<MgrModule> modules = in.list(MgrModule::decode);
        long features = header.version() >= 9 ? in.u64() : 0;
        List<EntityAddrVec> clients = header.version() >= 10 ? in.list(EntityAddrVec::decode) : List.of();
        List<String> names = header.version() >= 11 ? in.list(WireReader::string) : List.of();
        return new MMgrBeacon(
                addrs, gid, available, name, fsid, commands, metadata, services, modules, features,
                MgrMap.clients(clients, names));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return VERSION;
    }

    @Override
    public int compatVersion(long features) {
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        PaxosFields.encode(out, 0);
        addrs.encode(out, features);
        out.u64(gid).bool(available).string(name).uuid(fsid);
        out.list(MgrMap.names(modules), WireWriter::string);
        out.list(commands, (w, command) -> command.encode(w));
        out.map(metadata, WireWriter::string, WireWriter::string);
        out.map(services, WireWriter::string, WireWriter::string);
        out.list(modules, (w, module) -> module.encode(w)).u64(mgrFeatures);
        out.list(clients, (w, client) -> client.addrs().encode(w, features));
        out.list(clients, (w, client) -> w.string(client.name()));
    }
}
