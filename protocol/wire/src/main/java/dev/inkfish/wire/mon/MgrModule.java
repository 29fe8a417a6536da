package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A module a manager can run (`MgrMap::ModuleInfo`).
///
/// @param error why it cannot run, where `canRun` is false
@CephType("MgrMap::ModuleInfo")
public record MgrModule(String name, boolean canRun, String error, NavigableMap<String, Option> options) {
    public static MgrModule of(String name) {
        return new MgrModule(name, true, "", new TreeMap<>());
    }

    /// A setting of a module (`MgrMap::ModuleOption`).
    ///
    /// @param type index in `uint, int, str, float, bool, addr, addrvec, uuid, size, secs, millisecs`
    /// @param level 0 basic, 1 advanced, 2 dev
    public record Option(
            String name,
            int type,
            int level,
            int flags,
            String defaultValue,
            String min,
            String max,
            List<String> allowed,
            String description,
            String longDescription,
            List<String> tags,
            List<String> seeAlso) {
        static Option decode(WireReader in) {
            return in.versioned(1, (b, version) -> new Option(
                    b.string(),
                    b.u8(),
                    b.u8(),
                    b.u32(),
                    b.string(),
                    b.string(),
                    b.string(),
                    b.list(WireReader::string),
                    b.string(),
                    b.string(),
                    b.list(WireReader::string),
                    b.list(WireReader::string)));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.string(name)
                    .u8(type)
                    .u8(level)
                    .u32(flags)
                    .string(defaultValue)
                    .string(min)
                    .string(max)
                    .list(allowed, WireWriter::string)
                    .string(description)
                    .string(longDescription)
                    .list(tags, WireWriter::string)
                    .list(seeAlso, WireWriter::string));
        }
    }

    public static MgrModule decode(WireReader in) {
        return in.versioned(2, (b, version) -> new MgrModule(
                b.string(),
                b.bool(),
                b.string(),
                version >= 2 ? b.map(WireReader::string, Option::decode) : new TreeMap<>()));
    }

    public void encode(WireWriter out) {
        out.versioned(2, 1, () -> out.string(name)
                .bool(canRun)
                .string(error)
                .map(options, WireWriter::string, (w, option) -> option.encode(w)));
    }
}
