package dev.inkfish.mon.scrub;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Text;
import dev.inkfish.wire.Crc32c;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What a part of a store comes to (`ScrubResult`).
///
/// @param keys how many, by namespace
/// @param crcs crc32c of names and values one after the other, by namespace
public record ScrubSums(NavigableMap<String, Integer> keys, NavigableMap<String, Integer> crcs) {
    public ScrubSums() {
        this(new TreeMap<>(), new TreeMap<>());
    }

    void add(String namespace, String key, Bytes value) {
        byte[] name = Text.encode(key);
        keys.merge(namespace, 1, Integer::sum);
        crcs.put(namespace, value.crc32c(Crc32c.update(crcs.getOrDefault(namespace, 0), name, 0, name.length)));
    }

    /// Makes the last sum another one, for tests.
    void spoil(String namespace) {
        crcs.merge(namespace, 1, Integer::sum);
    }

    public static ScrubSums decode(WireReader in) {
        return new ScrubSums(in.map(WireReader::string, WireReader::u32), in.map(WireReader::string, WireReader::u32));
    }

    public void encode(WireWriter out) {
        out.map(keys, WireWriter::string, WireWriter::u32).map(crcs, WireWriter::string, WireWriter::u32);
    }

    /// As Ceph writes it.
    @Override
    public String toString() {
        return "ScrubResult(keys {" + text(keys) + "} crc {" + text(crcs) + "})";
    }

    private static String text(NavigableMap<String, Integer> numbers) {
        return numbers.entrySet().stream().map(each -> each.getKey() + "=" + Integer.toUnsignedString(each.getValue()))
                .collect(Collectors.joining(","));
    }
}
