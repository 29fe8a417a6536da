package dev.inkfish.objclass.rbd;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// The mirror daemons of a pool (`rbd_mirror_leader`), and which of them looks after which image.
final class MirrorDaemonMethods {
    private static final String INSTANCE = "instance_";
    private static final String MAP = "image_map_";

    private MirrorDaemonMethods() {}

    static void register(ObjectClass rbd) {
        rbd.read("mirror_instances_list", (context, input) -> listInstances(context))
                .add(
                        "mirror_instances_add",
                        Set.of(ObjectClass.Flag.READ, ObjectClass.Flag.WRITE, ObjectClass.Flag.PROMOTE),
                        (context, input) -> {
                            Keys.put(context, INSTANCE + Codec.input(input, WireReader::string), Bytes.EMPTY);
                            return Bytes.EMPTY;
                        })
                .readWrite("mirror_instances_remove", (context, input) -> {
                    context.omapRemove(INSTANCE + Codec.input(input, WireReader::string));
                    return Bytes.EMPTY;
                })
                .read("mirror_image_map_list", MirrorDaemonMethods::listMap)
                .write("mirror_image_map_update", MirrorDaemonMethods::updateMap)
                .write("mirror_image_map_remove", (context, input) -> {
                    Keys.removeIfThere(context, MAP + Codec.input(input, WireReader::string));
                    return Bytes.EMPTY;
                });
    }

    private static Bytes listInstances(ClassContext context) {
        List<String> ids = new ArrayList<>();
        Keys.scan(context, INSTANCE, INSTANCE, (key, value) -> ids.add(key.substring(INSTANCE.length())));
        return Codec.encode(out -> out.list(ids, WireWriter::string));
    }

    private static Bytes listMap(ClassContext context, Bytes input) {
        Keys.PageRequest request = Keys.PageRequest.decode(input);
        TreeMap<String, Mapping> map = Keys.page(
                context, MAP, request.startAfter(), request.max(), value -> Codec.input(value, Mapping::decode));
        return Codec.encode(out -> out.map(map, WireWriter::string, (w, mapping) -> mapping.encode(w)));
    }

    private static Bytes updateMap(ClassContext context, Bytes input) {
        record Request(String globalId, Mapping mapping) {}
        Request request = Codec.input(input, in -> new Request(in.string(), Mapping.decode(in)));
        Keys.put(context, MAP + request.globalId, request.mapping::encode);
        return Bytes.EMPTY;
    }

    /// `cls::rbd::MirrorImageMap`
    @CephType("cls::rbd::MirrorImageMap")
    record Mapping(String instanceId, Utime mapped, Bytes data) {
        static Mapping decode(WireReader in) {
            return in.versioned(
                    1, (body, version) -> new Mapping(body.string(), Utime.decode(body), body.bytes()));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> {
                out.string(instanceId);
                mapped.encode(out);
                out.bytes(data);
            });
        }
    }
}
