package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A daemon or client introduces itself to the manager (`MSG_MGR_OPEN`).
///
/// @param daemon its id: `0` of `osd.0`
/// @param service the kind, where it is not that of the entity
/// @param serviceDaemon it wants to be in the service map, with metadata and status
/// @param config settings by name, then by level, encoded
public record MMgrOpen(
        String daemon,
        String service,
        boolean serviceDaemon,
        NavigableMap<String, String> metadata,
        NavigableMap<String, String> status,
        Bytes config,
        Bytes configDefaults) implements Message {
    public static final int TYPE = 0x700;
    private static final int VERSION = 3;
    private static final int COMPAT = 1;

    static MMgrOpen decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        String daemon = in.string();
        String service = header.version() >= 2 ? in.string() : "";
        boolean isService = header.version() >= 2 && in.bool();
        NavigableMap<String, String> metadata = isService ? in.map(WireReader::string, WireReader::string) : new TreeMap<>();
        NavigableMap<String, String> status = isService ? in.map(WireReader::string, WireReader::string) : new TreeMap<>();
        boolean hasConfig = header.version() >= 3;
        return new MMgrOpen(
                daemon,
                service,
                isService,
                metadata,
                status,
                hasConfig ? in.bytes() : Bytes.EMPTY,
                hasConfig ? in.bytes() : Bytes.EMPTY);
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
        out.string(daemon).string(service).bool(serviceDaemon);
        if (serviceDaemon) {
            out.map(metadata, WireWriter::string, WireWriter::string);
            out.map(status, WireWriter::string, WireWriter::string);
        }
        out.bytes(config).bytes(configDefaults);
    }

    /// As OSDs and monitors do it.
    public static MMgrOpen of(String daemon) {
        return new MMgrOpen(daemon, "", false, new TreeMap<>(), new TreeMap<>(), Bytes.EMPTY, Bytes.EMPTY);
    }
}
