package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;

/// The options that the monitors hold for the receiver (`MSG_CONFIG`).
public record MConfig(NavigableMap<String, String> config) implements Message {
    public static final int TYPE = 62;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MConfig decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MConfig(in.map(WireReader::string, WireReader::string));
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
        out.map(config, WireWriter::string, WireWriter::string);
    }
}
