package dev.inkfish.codecs.fuzz;

import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.caps.MdsCap;
import dev.inkfish.cephx.caps.MgrCap;
import dev.inkfish.cephx.caps.MonCap;
import dev.inkfish.cephx.caps.OsdCap;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Json;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.conf.Option;
import dev.inkfish.conf.OptionInput;
import dev.inkfish.conf.Options;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Parsers of texts: a value, or a [CephException], or where files are read an [IllegalArgumentException] with the reason.
final class TextTargets {
    /// @param files whether it may refuse with an [IllegalArgumentException]
    private record Parser(Consumer<String> parse, boolean files, List<String> samples) {}

    private static final List<Parser> PARSERS = List.of(
            new Parser(Json::parse, false, List.of("{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\n\"]}", "[[[]]]")),
            new Parser(text -> CommandTable.parseCall(List.of(text)), false, List.of("{\"prefix\": \"osd pool create\"}")),
            new Parser(ConfFile::parse, true, List.of(
                    "[global]\nfsid = 1 ; x\nmon host = a, \\\n b\n# no\n[osd.0]\n key = \"v # w\"\n")),
            new Parser(OsdCap::parse, false, List.of(
                    "allow rwx pool=a namespace=b object_prefix c, allow class-read network 10.0.0.0/8",
                    "profile rbd pool=x, allow tag cephfs data=y, allow class rbd foo rw")),
            new Parser(MonCap::parse, false, List.of(
                    "allow r, allow command \"osd pool ls\" with a=b c prefix d, profile osd", "allow * network ::1/64",
                    "allow service mon rw, allow command x with y regex z")),
            new Parser(MgrCap::parse, false, List.of("allow command \"a\" with b regex \"^c$\", allow module rbd rw x=1")),
            new Parser(MdsCap::parse, false, List.of("allow rw path=/a uid=1 gids=2,3, allow * fsname=x root_squash")),
            new Parser(KeyRing::parse, false, List.of(
                    "[client.admin]\n\tkey = AQBAAAAAAAAAABAAnXpMWsDkVRPZ2U3GG4eS1A==\n\tcaps mon = \"allow *\"\n")),
            new Parser(EntityAuthName::parse, false, List.of("client.admin", "osd.0")),
            new Parser(TextTargets::options, true, List.of("1", "4K", "true", "1.5", "10s", "1/5")));

    private TextTargets() {}

    static void run(Bytes input) {
        if (input.isEmpty()) {
            return;
        }
        Parser parser = PARSERS.get((input.get(0) & 0xff) % PARSERS.size());
        try {
            parser.parse.accept(input.slice(1).utf8());
        } catch (CephException e) {
            // refused
        } catch (IllegalArgumentException e) {
            if (!parser.files || e instanceof NumberFormatException) {
                throw e;
            }
        }
    }

    /// One option of each type.
    private static void options(String text) {
        for (Option option : Options.all().stream().filter(o -> o.name().hashCode() % 8 == 0).toList()) {
            try {
                OptionInput.normalise(option, text);
            } catch (NumberFormatException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                // refused; the next type may take it
            }
        }
    }

    static List<Bytes> seeds() {
        List<Bytes> seeds = new ArrayList<>();
        for (int i = 0; i < PARSERS.size(); i++) {
            for (String sample : PARSERS.get(i).samples) {
                seeds.add(Bytes.concat(Bytes.wrap(new byte[] {(byte) i}), Bytes.utf8(sample)));
            }
        }
        return seeds;
    }
}
