package dev.inkfish.codecs.fuzz;

import dev.inkfish.codecs.Codec;
import dev.inkfish.codecs.MessageCodec;
import dev.inkfish.codecs.RandomValues;
import dev.inkfish.codecs.StructCodec;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.CrushMapper;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.message.MessageHeader;
import dev.inkfish.wire.message.MessageType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Decoders: a value or a [DecodeException]. A value that was decoded can be encoded, and that decoded again.
final class CodecTargets {
    private static final int PER_TYPE = 2;
    private static final int LONGEST_NAME = 60;
    private static final int PLACEMENTS = 1;

    private static final Map<String, StructCodec> STRUCTS = new LinkedHashMap<>();

    static {
        for (StructCodec codec : StructCodec.all()) {
            if (codec.decodes()) {
                STRUCTS.put(codec.name(), codec);
            }
        }
    }

    private CodecTargets() {}

    static void struct(Bytes input) {
        int end = 0;
        while (end < Math.min(input.length(), LONGEST_NAME) && input.get(end) != '\n') {
            end++;
        }
        StructCodec codec = STRUCTS.get(input.slice(0, end).utf8());
        if (codec == null || end == input.length()) {
            return;
        }
        Object value;
        try {
            value = codec.decode(input.slice(end + 1));
        } catch (DecodeException e) {
            return;
        }
        if (codec.encodes()) {
            codec.decode(codec.encode(value, Features.PACIFIC));
        }
    }

    static List<Bytes> structSeeds() {
        List<Bytes> seeds = new ArrayList<>();
        for (StructCodec codec : STRUCTS.values()) {
            if (codec.encodes()) {
                for (Object value : drawn(codec)) {
                    Bytes encoded = codec.encode(value, Features.PACIFIC);
                    seeds.add(Bytes.concat(Bytes.utf8(codec.name() + "\n"), encoded));
                }
            } else {
                seeds.add(Bytes.utf8(codec.name() + "\n"));
            }
        }
        return seeds;
    }

    private static List<Object> drawn(Codec codec) {
        RandomValues random = new RandomValues(codec.name().hashCode());
        List<Object> values = new ArrayList<>();
        for (int tries = 0; values.size() < PER_TYPE && tries < 20; tries++) {
            try {
                Object value = random.of(codec.type());
                codec.encode(value, Features.PACIFIC);
                values.add(value);
            } catch (RuntimeException e) {
                // not every drawn value is one; the next
            }
        }
        return values;
    }

    static void message(Bytes input) {
        Message message;
        try {
            WireReader in = input.reader();
            int type = in.u16();
            int version = in.u16();
            int middleLength = in.u16();
            int dataLength = in.u16();
            Bytes middle = in.raw(middleLength);
            Bytes data = in.raw(dataLength);
            message = MessageType.decode(new MessageHeader(type, version, 1, 0, 1, 0), in.rest(), middle, data);
        } catch (DecodeException e) {
            return;
        }
        WireWriter out = new WireWriter();
        message.encodeFront(out, Features.PACIFIC);
        message.weight();
        message.priority();
        int version = message.version(Features.PACIFIC);
        MessageHeader again = new MessageHeader(message.type(), version, 1, 0, 1, 0);
        MessageType.decode(again, out.toBytes(), message.middle(), message.data());
    }

    static List<Bytes> messageSeeds() {
        List<Bytes> seeds = new ArrayList<>();
        for (MessageCodec codec : MessageCodec.all()) {
            for (Object value : drawn(codec)) {
                Message message = (Message) value;
                WireWriter out = new WireWriter();
                out.u16(message.type()).u16(message.version(Features.PACIFIC));
                out.u16(message.middle().length()).u16(message.data().length());
                out.raw(message.middle()).raw(message.data());
                message.encodeFront(out, Features.PACIFIC);
                seeds.add(out.toBytes());
            }
        }
        return seeds;
    }

    static void maps(Bytes input) {
        OsdMap map;
        try {
            WireReader in = input.reader();
            map = OsdMap.decode(in.bytes());
            if (in.remaining() > 0) {
                map = map.apply(OsdMapIncremental.decode(in.rest()));
            }
        } catch (DecodeException e) {
            return;
        }
        for (long pool : map.pools().keySet()) {
            for (int seed = 0; seed < PLACEMENTS; seed++) {
                map.place(new PgId(pool, seed));
            }
        }
        OsdMap.decode(map.encode(Features.PACIFIC));
    }

    static List<Bytes> mapSeeds() {
        List<Bytes> seeds = new ArrayList<>();
        for (int seed = 1; seed <= PER_TYPE; seed++) {
            RandomValues random = new RandomValues(seed);
            OsdMap map = (OsdMap) random.of(OsdMap.class);
            OsdMapIncremental inc = (OsdMapIncremental) random.of(OsdMapIncremental.class);
            inc.fsid = map.fsid();
            inc.epoch = map.epoch() + 1;
            inc.fullmap = Bytes.EMPTY;
            seeds.add(new WireWriter().bytes(map.encode(Features.PACIFIC)).raw(inc.encode(Features.PACIFIC)).toBytes());
        }
        return seeds;
    }

    static void crush(Bytes input) {
        CrushMap map;
        try {
            map = CrushMap.decode(input.reader());
        } catch (DecodeException e) {
            return;
        }
        int[] weights = new int[Math.clamp(map.maxDevices(), 0, 64)];
        Arrays.fill(weights, 0x10000);
        for (int rule = 0; rule < Math.min(map.rules().size(), 4); rule++) {
            if (map.rule(rule) != null) {
                for (int x = 0; x < PLACEMENTS; x++) {
                    new CrushMapper(map, weights, map.chooseArgs().get(CrushMap.DEFAULT_CHOOSE_ARGS)).map(rule, x, 3);
                }
            }
        }
        CrushMap.decode(map.encode(Features.PACIFIC).reader());
    }

    static List<Bytes> crushSeeds() {
        List<Bytes> seeds = new ArrayList<>();
        for (int seed = 1; seed <= 4; seed++) {
            seeds.add(((CrushMap) new RandomValues(seed).of(CrushMap.class)).encode(Features.PACIFIC));
        }
        return seeds;
    }
}
