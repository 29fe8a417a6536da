package dev.inkfish.codecs;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every message of ours that `ceph-dencoder` knows. It does not encode what it has decoded (it keeps the bytes), so the
/// reading is watched: it takes ours, does not take them with the last byte cut off, and every large number that its one
/// line about the message names is one of ours.
class DencoderMessageTest {
    private static final int OURS_PER_TYPE = 12;
    private static final Pattern LARGE = Pattern.compile("(?<![0-9a-zA-Z.:])\\d{5,}(?![0-9a-zA-Z.:])");

    /// What 14 does not read to the end: later fields, padding, operations, of which it reads the rest when it executes
    /// them; and what has no front part.
    private static final Set<String> ENDS_LATER = Set.of(
            "MMgrConfigure", "MMgrReport", "MOSDOp", "MOSDPGCreate2", "MOSDPGLog", "MOSDPing", "MPing");

    @TempDir
    Path folder;

    private Dencoder dencoder;
    private List<MessageCodec> codecs;
    private final TreeMap<String, String> wrong = new TreeMap<>();

    @BeforeEach
    void start() {
        dencoder = Dencoder.orSkip();
        Set<String> known = new HashSet<>(dencoder.types());
        codecs = MessageCodec.all().stream().filter(c -> known.contains(c.name())).toList();
    }

    /// As its constructor leaves it: encoded again, it is the same but for what a later version adds at the end.
    @Test
    void newOnesComeBack() {
        Deviations deviations = Deviations.ofNewMessages();
        List<Job> jobs = new ArrayList<>();
        for (MessageCodec codec : codecs) {
            jobs.add(new Job("type", codec.name(), "encode", "export", folder.resolve(codec.name()).toString()));
        }
        List<Outcome> outcomes = dencoder.run(jobs);
        for (int i = 0; i < codecs.size(); i++) {
            MessageCodec codec = codecs.get(i);
            String fault = outcomes.get(i).failed()
                    ? outcomes.get(i).failure()
                    : comesBack(codec, Dencoder.read(folder.resolve(codec.name())));
            if (!fault.isEmpty() && !deviations.newMessage(codec.name())) {
                wrong.put(codec.name(), fault);
            }
        }
        wrong.forEach((where, what) -> System.out.println(where + ": " + what));
        assertThat(wrong.keySet()).isEmpty();
        assertThat(deviations.unused()).isEmpty();
    }

    private static String comesBack(MessageCodec codec, Bytes bytes) {
        Bytes front = codec.front(bytes);
        try {
            Bytes again = codec.front(codec.encode(codec.decode(bytes), Features.PACIFIC));
            boolean same = again.length() >= front.length() && again.slice(0, front.length()).equals(front);
            return same ? "" : front.toHex() + "\n  " + again.toHex();
        } catch (DecodeException e) {
            return e + "\n  " + bytes.toHex();
        }
    }

    @Test
    void oursAreTaken() {
        List<MessageCodec> types = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        List<Job> jobs = new ArrayList<>();
        for (MessageCodec codec : codecs) {
            for (Object value : ours(codec)) {
                Path whole = folder.resolve("whole" + types.size());
                Path cut = folder.resolve("cut" + types.size());
                Dencoder.write(whole, codec.encode(value, Features.PACIFIC));
                Dencoder.write(cut, codec.encodeCut(value, Features.PACIFIC));
                types.add(codec);
                values.add(value);
                jobs.add(Job.decoding(codec.name(), whole, "dump_json"));
                jobs.add(Job.decoding(codec.name(), cut));
            }
        }
        List<Outcome> outcomes = dencoder.run(jobs);
        int numbers = 0;
        TreeSet<String> takenCut = new TreeSet<>();
        for (int i = 0; i < types.size(); i++) {
            String name = types.get(i).name();
            Outcome whole = outcomes.get(2 * i);
            if (whole.failed()) {
                wrong.merge(name, whole.failure().lines().limit(2).toList() + "\n  " + values.get(i), (a, b) -> a + "|");
                continue;
            }
            Set<String> ours = Values.numbers(values.get(i));
            Matcher named = LARGE.matcher(whole.out());
            while (named.find()) {
                numbers++;
                if (!ours.contains(named.group())) {
                    wrong.putIfAbsent(name + " " + named.group(), whole.out() + "\n  " + values.get(i));
                }
            }
            if (!outcomes.get(2 * i + 1).failed()) {
                takenCut.add(name);
            }
        }
        System.out.println(types.size() + " messages of " + codecs.size() + " types, " + numbers
                + " numbers of summaries found in ours");
        wrong.forEach((where, what) -> System.out.println(where + ": " + what));
        assertThat(wrong.keySet()).isEmpty();
        assertThat(takenCut).containsExactlyInAnyOrderElementsOf(ENDS_LATER);
    }

    private List<Object> ours(MessageCodec codec) {
        RandomValues random = new RandomValues(codec.name().hashCode());
        List<Object> values = new ArrayList<>();
        Throwable last = null;
        for (int tries = 0; values.size() < OURS_PER_TYPE && tries < 20 * OURS_PER_TYPE; tries++) {
            try {
                values.add(codec.decode(codec.encode(random.of(codec.type()), Features.PACIFIC)));
            } catch (RuntimeException e) {
                last = e;
            }
        }
        if (values.size() < OURS_PER_TYPE) {
            wrong.put(codec + " drawn", last + " " + (last == null ? "" : last.getStackTrace()[0]));
        }
        return values;
    }
}
