package dev.inkfish.codecs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.inkfish.codecs.Dencoder.Job;
import dev.inkfish.codecs.Dencoder.Outcome;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every struct and message of ours that Ceph's `ceph-dencoder` knows, in both directions.
///
/// Its own test instances: decoding and encoding gives the same bytes, or bytes of a later version that it takes for the
/// same instance. Ours, from a seed: it takes them, and what it encodes of them is the same value to us, apart from what
/// Ceph 14 did not have yet. In both its dump agrees with our value wherever names agree.
class DencoderTest {
    private static final int OURS_PER_TYPE = 12;
    private static final int SHOWN = 200;
    private static final int LONGEST = 1500;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Dencoder dencoder;
    private Set<String> known;
    private long features;
    private int matched;
    private final TreeMap<String, String> wrong = new TreeMap<>();
    private final List<Job> jobs = new ArrayList<>();

    @BeforeEach
    void start() {
        dencoder = Dencoder.orSkip();
        known = new HashSet<>(dencoder.types());
        features = dencoder.features();
    }

    private List<StructCodec> structs() {
        return StructCodec.all().stream().filter(c -> known.contains(c.name())).toList();
    }

    /// @param number from 1, as `select_test` counts
    private record Instance(Codec codec, int number, Bytes bytes, JsonNode dump) {
        @Override
        public String toString() {
            return codec + " test " + number;
        }
    }

    private List<Instance> instances(List<? extends Codec> codecs) {
        List<Job> counting = codecs.stream().map(c -> new Job("type", c.name(), "count_tests")).toList();
        List<Outcome> counts = dencoder.run(counting);
        List<Job> exporting = new ArrayList<>();
        List<Object[]> what = new ArrayList<>();
        for (int i = 0; i < codecs.size(); i++) {
            for (int n = 1; n <= Integer.parseInt(counts.get(i).out().strip()); n++) {
                Path file = folder.resolve("instance" + what.size());
                exporting.add(new Job(
                        "type", codecs.get(i).name(), "select_test", "" + n, "encode", "export", file.toString(), "dump_json"));
                what.add(new Object[] {codecs.get(i), n, file});
            }
        }
        List<Outcome> outcomes = dencoder.run(exporting);
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < what.size(); i++) {
            Object[] each = what.get(i);
            if (outcomes.get(i).failed()) {
                fault(each[0] + " test " + each[1], outcomes.get(i).failure());
            } else {
                instances.add(new Instance(
                        (Codec) each[0], (int) each[1], Dencoder.read((Path) each[2]), json(outcomes.get(i).out())));
            }
        }
        return instances;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }

    /// What the dencoder made of bytes of ours.
    private record Taken(Outcome outcome, Bytes again) {}

    private List<Taken> take(List<? extends Codec> codecs, List<Bytes> encodings) {
        List<Job> decoding = new ArrayList<>();
        for (int i = 0; i < encodings.size(); i++) {
            Path ours = folder.resolve("ours" + i);
            Dencoder.write(ours, encodings.get(i));
            decoding.add(Job.decoding(codecs.get(i).name(), ours, "dump_json", "encode", "export",
                    folder.resolve("again" + i).toString()));
        }
        List<Outcome> outcomes = dencoder.run(decoding);
        List<Taken> taken = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            Outcome outcome = outcomes.get(i);
            taken.add(new Taken(outcome, outcome.failed() ? Bytes.EMPTY : Dencoder.read(folder.resolve("again" + i))));
        }
        return taken;
    }

    @Test
    void itsInstancesComeBack() {
        Deviations deviations = Deviations.ofInstances();
        List<Instance> all = instances(structs().stream().filter(Codec::decodes).toList());
        List<Instance> later = new ArrayList<>();
        List<Bytes> encodings = new ArrayList<>();
        for (Instance instance : all) {
            try {
                Object value = instance.codec.decode(instance.bytes);
                matchDump(instance.toString(), value, instance.dump);
                if (!instance.codec.encodes()) {
                    continue;
                }
                Bytes again = instance.codec.encode(value, Features.PACIFIC);
                if (!again.equals(instance.bytes)) {
                    later.add(instance);
                    encodings.add(again);
                }
            } catch (DecodeException e) {
                if (!deviations.instance(instance.toString())) {
                    fault(instance.toString(), e + " " + e.getStackTrace()[0] + "\n  " + instance.bytes.toHex());
                }
            }
        }
        List<Taken> taken = take(later.stream().map(Instance::codec).toList(), encodings);
        for (int i = 0; i < taken.size(); i++) {
            Instance instance = later.get(i);
            Taken t = taken.get(i);
            boolean wrong = t.outcome.failed() || !t.again.equals(instance.bytes);
            if (wrong && !deviations.instance(instance.toString())) {
                fault(instance.toString(), t.outcome.failure() + different(instance.bytes, t.again) + "\n  "
                        + encodings.get(i).toHex());
            }
        }
        System.out.println(all.size() + " instances of " + structs().size() + " types, " + later.size()
                + " encoded again in a later version, " + matched + " fields of dumps compared");
        assertNothingWrong(deviations);
        assertThat(all).isNotEmpty();
    }

    @Test
    void oursAreTaken() {
        Deviations deviations = Deviations.ofOurs();
        List<Codec> codecs = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        List<Bytes> encodings = new ArrayList<>();
        for (StructCodec codec : structs()) {
            if (codec.encodes() && !deviations.notTaken(codec.name())) {
                for (Object value : ours(codec)) {
                    codecs.add(codec);
                    values.add(value);
                    encodings.add(codec.encode(value, featuresFor(codec)));
                }
            }
        }
        List<Taken> taken = take(codecs, encodings);
        int same = 0;
        for (int i = 0; i < taken.size(); i++) {
            Codec codec = codecs.get(i);
            Taken t = taken.get(i);
            if (t.outcome.failed()) {
                fault(codec + " ours", t.outcome.failure() + "\n  " + values.get(i) + "\n  " + encodings.get(i).toHex());
                continue;
            }
            matchDump(codec + " ours", values.get(i), json(t.outcome.out()));
            if (t.again.equals(encodings.get(i))) {
                same++;
                continue;
            }
            if (!codec.decodes()) {
                fault(codec + " ours", different(encodings.get(i), t.again));
                continue;
            }
            try {
                Object again = codec.decode(t.again);
                if (codec.encode(again, featuresFor(codec)).equals(encodings.get(i))) {
                    continue; // in another order, which does not matter
                }
                for (String difference : Values.differences(values.get(i), again)) {
                    if (!deviations.later(difference)) {
                        fault(codec + " ours, " + difference, different(encodings.get(i), t.again));
                    }
                }
            } catch (DecodeException e) {
                fault(codec + " ours, back", e + "\n  " + t.again.toHex());
            }
        }
        System.out.println(taken.size() + " of ours, of " + new HashSet<>(codecs).size() + " types; " + same
                + " come back as the same bytes, " + matched + " fields of dumps compared");
        assertNothingWrong(deviations);
    }

    /// Maps have an encoding of their own for each release; other structs only add fields.
    private long featuresFor(Codec codec) {
        return codec.name().startsWith("OSDMap") ? features : Features.PACIFIC;
    }

    private void matchDump(String what, Object value, JsonNode dump) {
        List<String> contradictions = Values.contradictions(value, dump);
        matched += Integer.parseInt(contradictions.removeFirst());
        for (String each : contradictions) {
            if (!Deviations.dumped(what + " " + each)) {
                fault(what + " dump", each);
            }
        }
    }

    private void assertNothingWrong(Deviations deviations) {
        wrong.forEach((where, what) -> System.out.println(where + ": " + what));
        assertThat(wrong.keySet()).isEmpty();
        assertThat(deviations.unused()).as("deviations that are none any more").isEmpty();
    }

    /// From a little before the first byte that differs.
    private static String different(Bytes expected, Bytes found) {
        int at = 0;
        while (at < Math.min(expected.length(), found.length()) && expected.get(at) == found.get(at)) {
            at++;
        }
        int from = Math.max(0, at - 32);
        return "\n  at " + at + " of " + expected.length() + " and " + found.length() + "\n  "
                + expected.slice(from, Math.min(SHOWN, expected.length() - from)).toHex() + "\n  "
                + found.slice(from, Math.min(SHOWN, found.length() - from)).toHex();
    }

    private void fault(String where, String what) {
        wrong.putIfAbsent(where, what.length() > LONGEST ? what.substring(0, LONGEST) : what);
    }

    /// Values that survive our own encoding: widths and limits that a record's types do not show.
    private List<Object> ours(StructCodec codec) {
        RandomValues random = new RandomValues(codec.name().hashCode());
        List<Object> values = new ArrayList<>();
        Throwable last = null;
        for (int tries = 0; values.size() < OURS_PER_TYPE && tries < 20 * OURS_PER_TYPE; tries++) {
            try {
                Object drawn = random.of(codec.type());
                Bytes encoded = codec.encode(drawn, Features.PACIFIC);
                values.add(codec.decodes() ? codec.decode(encoded) : drawn);
            } catch (RuntimeException e) {
                last = e;
            }
        }
        if (values.size() < OURS_PER_TYPE) {
            fault(codec + " ours, drawn", String.valueOf(last) + (last == null ? "" : last.getStackTrace()[0]));
        }
        return values;
    }
}
