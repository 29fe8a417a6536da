package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Map;
import java.util.TreeMap;

/// News of a daemon: its metadata or status changed (`MSG_MGR_UPDATE`).
///
/// @param metadata empty where it did not change
/// @param status empty where it did not change
public record MMgrUpdate(String daemon, String service, Map<String, String> metadata, Map<String, String> status) implements Message {
    public static final int TYPE = 0x70b;
    private static final int VERSION = 2;
    private static final int COMPAT = 1;

    static MMgrUpdate decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        String daemon = in.string();
        String service = header.version() >= 2 ? in.string() : "";
        Map<String, String> metadata = in.bool() ? in.map(WireReader::string, WireReader::string) : new TreeMap<>();
        return new MMgrUpdate(
                daemon,
                service,
                metadata,
                in.remaining() > 0 && in.bool() ? in.map(WireReader::string, WireReader::string) : new TreeMap<>());
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
        out.string(daemon).string(service);
        out.bool(!metadata.isEmpty());
        if (!metadata.isEmpty()) {
            out.map(metadata, WireWriter::string, WireWriter::string);
        }
        out.bool(!status.isEmpty());
        if (!status.isEmpty()) {
            out.map(status, WireWriter::string, WireWriter::string);
        }
    }
}
