package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ClassContext.Origin;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.rbd.MirrorImageMethods.MirrorImage;
import dev.inkfish.objclass.rbd.MirrorPoolMethods.Peer;
import dev.inkfish.objclass.rbd.MirrorStatus.Instance;
import dev.inkfish.objclass.rbd.MirrorStatus.Site;
import dev.inkfish.objclass.rbd.MirrorStatus.Stored;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// How mirroring goes (`rbd_mirroring`): reports of the sites' daemons, which count as long as the daemon
/// watches the object.
final class MirrorStatusMethods {
    private static final String LOCAL = "status_global_";
    private static final String REMOTE = "remote_status_global_";

    private MirrorStatusMethods() {}

    static void register(ObjectClass rbd) {
        rbd.add(
                        "mirror_image_status_set",
                        Set.of(ObjectClass.Flag.READ, ObjectClass.Flag.WRITE, ObjectClass.Flag.PROMOTE),
                        MirrorStatusMethods::set)
                .readWrite("mirror_image_status_remove", (context, input) -> {
                    remove(context, Codec.input(input, WireReader::string));
                    return Bytes.EMPTY;
                })
                .read("mirror_image_status_get", MirrorStatusMethods::get)
                .read("mirror_image_status_list", MirrorStatusMethods::list)
                .read("mirror_image_status_get_summary", MirrorStatusMethods::summarize)
                .readWrite("mirror_image_status_remove_down", (context, input) -> removeDown(context))
                .read("mirror_image_instance_get", MirrorStatusMethods::getInstance)
                .read("mirror_image_instance_list", MirrorStatusMethods::listInstances);
    }

    private static String remotePrefix(String globalId) {
        return REMOTE + globalId + "_";
    }

    /// A report about an image that is not mirrored is dropped.
    private static Bytes set(ClassContext context, Bytes input) {
        record Request(String globalId, Site status) {}
        Request request = Codec.input(input, in -> new Request(in.string(), Site.decode(in)));
        MirrorImage image = MirrorImageMethods.findByGlobalId(context, request.globalId);
        if (image == null || image.state() != MirrorImage.ENABLED) {
            return Bytes.EMPTY;
        }
        Site given = request.status;
        Site status = new Site("", given.state(), given.description(), context.now(), false);
        Origin origin = context.origin();
        Stored stored = new Stored(Instance.of(origin.name(), origin.addr()), status);
        String key = given.isLocal() ? LOCAL + request.globalId : remotePrefix(request.globalId) + given.mirrorUuid();
        Keys.put(context, key, out -> stored.encode(out, origin.features()));
        return Bytes.EMPTY;
    }

    /// Removes every site's report about an image.
    static void remove(ClassContext context, String globalId) {
        String prefix = remotePrefix(globalId);
        Keys.scan(context, prefix, prefix, (key, value) -> {
            context.omapRemove(key);
            return true;
        });
        Keys.removeIfThere(context, LOCAL + globalId);
    }

    private static Set<Instance> watchers(ClassContext context) {
        Set<Instance> watchers = new HashSet<>();
        context.watchers().forEach(watcher -> watchers.add(Instance.of(watcher.name(), watcher.addr())));
        return watchers;
    }

    private static MirrorStatus status(ClassContext context, String globalId, Set<Instance> watchers) {
        List<Site> sites = new ArrayList<>();
        Stored local = Keys.find(context, LOCAL + globalId, Stored::decode);
        if (local != null) {
            sites.add(site("", local, watchers));
        }
        String prefix = remotePrefix(globalId);
        Keys.scan(context, prefix, prefix, (key, value) ->
                sites.add(site(key.substring(prefix.length()), Codec.stored(value, Stored::decode), watchers)));
        return new MirrorStatus(sites);
    }

    private static Site site(String mirrorUuid, Stored stored, Set<Instance> watchers) {
        Site status = stored.status();
        return new Site(
                mirrorUuid,
                status.state(),
                status.description(),
                status.updated(),
                watchers.contains(stored.origin()));
    }

    private static Bytes get(ClassContext context, Bytes input) {
        String globalId = Codec.input(input, WireReader::string);
        MirrorStatus status = status(context, globalId, watchers(context));
        if (status.sites().isEmpty()) {
            throw fail(Errno.ENOENT, "nobody reported");
        }
        return Codec.encode(status::encode);
    }

    /// The mirrored images, and the reports there are about them.
    private static Bytes list(ClassContext context, Bytes input) {
        Keys.PageRequest request = Keys.PageRequest.decode(input);
        Set<Instance> watchers = watchers(context);
        TreeMap<String, MirrorImage> images = MirrorImageMethods.page(context, request);
        TreeMap<String, MirrorStatus> reports = new TreeMap<>(HObject::compareUtf8);
        images.forEach((id, image) -> {
            MirrorStatus status = status(context, image.globalId(), watchers);
            if (!status.sites().isEmpty()) {
                reports.put(id, status);
            }
        });
        return Codec.encode(out -> out.map(images, WireWriter::string, (w, image) -> image.encode(w))
                .map(reports, WireWriter::string, (w, status) -> status.encode(w)));
    }

    /// Counts images by state; which reports make an image's state depends on the peers' directions.
    private static Bytes summarize(ClassContext context, Bytes input) {
        List<Peer> peers = Codec.input(input, in -> in.remaining() > 0 ? in.list(Peer::decode) : List.of());
        int direction = peers.isEmpty() ? Peer.RECEIVES_ONLY : peers.getFirst().direction();
        TreeSet<String> receivers = new TreeSet<>();
        for (Peer peer : peers) {
            if (peer.direction() != Peer.RECEIVES_ONLY) {
                receivers.add(peer.mirrorUuid());
                direction = direction == peer.direction() ? direction : Peer.BOTH;
            }
        }
        int combined = direction;
        Set<Instance> watchers = watchers(context);
        TreeMap<Integer, Integer> counts = new TreeMap<>();
        MirrorImageMethods.forEach(context, image -> {
            MirrorStatus status = status(context, image.globalId(), watchers);
            counts.merge(state(status, combined, receivers), 1, Integer::sum);
        });
        return Codec.encode(out -> out.map(counts, WireWriter::u8, WireWriter::u32));
    }

    private static int state(MirrorStatus status, int direction, Set<String> receivers) {
        Integer state = null;
        Site local = status.local();
        if (direction != Peer.SENDS_ONLY && local != null && local.up()) {
            state = local.state();
        }
        if (direction == Peer.RECEIVES_ONLY) {
            return state == null ? MirrorStatus.UNKNOWN : state;
        }
        Set<String> silent = new TreeSet<>(receivers);
        for (Site remote : status.remotes()) {
            silent.remove(remote.mirrorUuid());
            int known = remote.up() ? remote.state() : MirrorStatus.UNKNOWN;
            if (remote.state() == MirrorStatus.ERROR) {
                state = MirrorStatus.ERROR;
            } else if (state == null || state != MirrorStatus.ERROR) {
                state = state == null ? known : Math.min(state, known);
            }
        }
        return state == null || !silent.isEmpty() ? MirrorStatus.UNKNOWN : state;
    }

    /// Removes the reports of daemons that are gone.
    private static Bytes removeDown(ClassContext context) {
        Set<Instance> watchers = watchers(context);
        for (String prefix : List.of(LOCAL, REMOTE)) {
            Keys.scan(context, prefix, prefix, (key, value) -> {
                if (!watchers.contains(Codec.stored(value, Stored::decode).origin())) {
                    context.omapRemove(key);
                }
                return true;
            });
        }
        return Bytes.EMPTY;
    }

    private static Bytes getInstance(ClassContext context, Bytes input) {
        String globalId = Codec.input(input, WireReader::string);
        Stored stored = Keys.get(context, LOCAL + globalId, Stored::decode);
        if (!watchers(context).contains(stored.origin())) {
            throw fail(Errno.ESTALE, "the daemon is gone");
        }
        return Codec.encode(out -> stored.origin().encode(out, context.origin().features()));
    }

    private static Bytes listInstances(ClassContext context, Bytes input) {
        Keys.PageRequest request = Keys.PageRequest.decode(input);
        Set<Instance> watchers = watchers(context);
        TreeMap<String, Instance> instances = new TreeMap<>(HObject::compareUtf8);
        String start = MirrorImageMethods.IMAGE + request.startAfter();
        if (request.max() != 0) {
            Keys.scan(context, start, MirrorImageMethods.IMAGE, (key, value) -> {
                MirrorImage image = Codec.stored(value, MirrorImage::decode);
                Stored stored = Keys.find(context, LOCAL + image.globalId(), Stored::decode);
                if (stored != null && watchers.contains(stored.origin())) {
                    instances.put(key.substring(MirrorImageMethods.IMAGE.length()), stored.origin());
                }
                return Long.compareUnsigned(instances.size(), request.max()) < 0;
            });
        }
        long features = context.origin().features();
        return Codec.encode(
                out -> out.map(instances, WireWriter::string, (w, instance) -> instance.encode(w, features)));
    }
}
