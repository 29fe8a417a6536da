package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A pool's mirroring (`rbd_mirroring`): its mode, its own id, and the peers.
final class MirrorPoolMethods {
    private static final String UUID = "mirror_uuid";
    private static final String MODE = "mirror_mode";
    private static final String REMOTE_NAMESPACE = "remote_namespace";
    private static final String PEER = "mirror_peer_";
    private static final int DISABLED = 0;
    private static final int POOL = 2;

    private MirrorPoolMethods() {}

    static void register(ObjectClass rbd) {
        rbd.read("mirror_uuid_get", (context, input) -> Codec.encode(out -> out.string(uuid(context))))
                .readWrite("mirror_uuid_set", MirrorPoolMethods::setUuid)
                .read("mirror_mode_get", (context, input) -> {
                    int mode = Keys.get(context, MODE, WireReader::u32);
                    return Codec.encode(out -> out.u32(mode));
                })
                .readWrite("mirror_mode_set", MirrorPoolMethods::setMode)
                .read("mirror_remote_namespace_get", (context, input) -> {
                    String namespace = Keys.get(context, REMOTE_NAMESPACE, WireReader::string);
                    return Codec.encode(out -> out.string(namespace));
                })
                .readWrite("mirror_remote_namespace_set", MirrorPoolMethods::setRemoteNamespace)
                .read("mirror_peer_list", (context, input) -> {
                    List<Peer> peers = peers(context);
                    return Codec.encode(out -> out.list(peers, (w, peer) -> peer.encode(w)));
                })
                .readWrite("mirror_peer_ping", MirrorPoolMethods::ping)
                .readWrite("mirror_peer_add", MirrorPoolMethods::addPeer)
                .readWrite("mirror_peer_remove", (context, input) -> {
                    Keys.removeIfThere(context, PEER + Codec.input(input, WireReader::string));
                    return Bytes.EMPTY;
                })
                .readWrite("mirror_peer_set_client", MirrorPoolMethods::setClient)
                .readWrite("mirror_peer_set_cluster", MirrorPoolMethods::setSite)
                .readWrite("mirror_peer_set_direction", MirrorPoolMethods::setDirection);
    }

    private static String uuid(ClassContext context) {
        Bytes value = Keys.find(context, UUID);
        if (value == null) {
            throw fail(Errno.ENOENT, "no mirror uuid");
        }
        return value.utf8();
    }

    private static Bytes setUuid(ClassContext context, Bytes input) {
        String uuid = Codec.input(input, WireReader::string);
        if (uuid.isEmpty() || isEnabled(context)) {
            throw fail(Errno.EINVAL, "no uuid, or mirroring is on");
        }
        Keys.put(context, UUID, Bytes.utf8(uuid));
        return Bytes.EMPTY;
    }

    /// Since Ceph 20: where this namespace's images are mirrored from and to.
    private static Bytes setRemoteNamespace(ClassContext context, Bytes input) {
        String namespace = Codec.input(input, WireReader::string);
        if (isEnabled(context)) {
            throw fail(Errno.EINVAL, "mirroring is on");
        }
        Keys.put(context, REMOTE_NAMESPACE, out -> out.string(namespace));
        return Bytes.EMPTY;
    }

    private static boolean isEnabled(ClassContext context) {
        return Keys.find(context, MODE, WireReader::u32, DISABLED) != DISABLED;
    }

    private static Bytes setMode(ClassContext context, Bytes input) {
        int mode = Codec.input(input, WireReader::u32);
        if (mode < DISABLED || mode > POOL) {
            throw fail(Errno.EINVAL, "no such mode");
        }
        if (mode != DISABLED) {
            if (Keys.find(context, UUID) == null) {
                throw fail(Errno.EINVAL, "no mirror uuid yet");
            }
            Keys.put(context, MODE, out -> out.u32(mode));
            return Bytes.EMPTY;
        }
        if (!peers(context).isEmpty()) {
            throw fail(Errno.EBUSY, "there are peers");
        }
        Keys.removeIfThere(context, MODE);
        Keys.removeIfThere(context, UUID);
        Keys.removeIfThere(context, REMOTE_NAMESPACE);
        return Bytes.EMPTY;
    }

    private static List<Peer> peers(ClassContext context) {
        List<Peer> peers = new ArrayList<>();
        if (context.exists()) {
            Keys.scan(context, PEER, PEER, (key, value) -> peers.add(Codec.stored(value, Peer::decode)));
        }
        return peers;
    }

    /// A peer that fetches from here says that it is there. It is known by its own uuid or, until that is known,
    /// by the name of its site; one that nobody entered is entered.
    private static Bytes ping(ClassContext context, Bytes input) {
        record Request(String site, String mirrorUuid, int direction) {}
        Request request = Codec.input(input, in -> new Request(in.string(), in.string(), in.u8()));
        boolean incomplete = request.site.isEmpty() || request.mirrorUuid.isEmpty();
        if (request.direction != Peer.SENDS_ONLY || !isEnabled(context) || incomplete) {
            throw fail(Errno.EINVAL, "mirroring is off, or not a peer's ping");
        }
        List<Peer> peers = peers(context);
        Peer bySite = first(peers, peer -> peer.siteName.equals(request.site));
        boolean another = bySite == null || !bySite.mirrorUuid.isEmpty() && !bySite.mirrorUuid.equals(request.mirrorUuid);
        Peer byUuid = another ? first(peers, peer -> peer.mirrorUuid.equals(request.mirrorUuid)) : null;
        Peer peer;
        if (byUuid != null) {
            // the site may have been renamed, unless another peer has the name
            String site = bySite != null ? byUuid.siteName : request.site;
            peer = byUuid.seen(site, byUuid.mirrorUuid, context.now());
        } else if (bySite != null) {
            peer = bySite.seen(bySite.siteName, request.mirrorUuid, context.now());
        } else {
            String uuid = SnapshotMethods.randomUuid(context);
            peer = new Peer(uuid, request.site, "", Peer.SENDS_ONLY, request.mirrorUuid, context.now());
        }
        if (!peer.isValid()) {
            throw fail(Errno.EINVAL, "not a peer");
        }
        Keys.put(context, PEER + peer.uuid, peer::encode);
        return Bytes.EMPTY;
    }

    private static @Nullable Peer first(List<Peer> peers, Predicate<Peer> which) {
        return peers.stream().filter(which).findFirst().orElse(null);
    }

    private static Bytes setDirection(ClassContext context, Bytes input) {
        record Request(String uuid, int direction) {}
        Request request = Codec.input(input, in -> new Request(in.string(), in.u8()));
        Peer peer = Keys.get(context, PEER + request.uuid, Peer::decode);
        Keys.put(context, PEER + request.uuid, peer.withDirection(request.direction)::encode);
        return Bytes.EMPTY;
    }

    private static Bytes addPeer(ClassContext context, Bytes input) {
        Peer peer = Codec.input(input, Peer::decode);
        boolean wrong = !isEnabled(context)
                || !peer.isValid()
                || peer.uuid.equals(uuid(context))
                || peer.direction == Peer.SENDS_ONLY;
        if (wrong) {
            throw fail(Errno.EINVAL, "mirroring is off, or not a peer");
        }
        for (Peer other : peers(context)) {
            if (other.uuid.equals(peer.uuid)) {
                throw fail(Errno.ESTALE, "the peer is known");
            }
            boolean sameSite = other.siteName.equals(peer.siteName);
            if (sameSite || !peer.mirrorUuid.isEmpty() && other.mirrorUuid.equals(peer.mirrorUuid)) {
                throw fail(Errno.EEXIST, "the site is known");
            }
        }
        Keys.put(context, PEER + peer.uuid, peer::encode);
        return Bytes.EMPTY;
    }

    private static Bytes setClient(ClassContext context, Bytes input) {
        record Request(String uuid, String client) {}
        Request request = Codec.input(input, in -> new Request(in.string(), in.string()));
        Peer peer = Keys.get(context, PEER + request.uuid, Peer::decode);
        Keys.put(context, PEER + request.uuid, peer.with(peer.siteName, request.client)::encode);
        return Bytes.EMPTY;
    }

    private static Bytes setSite(ClassContext context, Bytes input) {
        record Request(String uuid, String site) {}
        Request request = Codec.input(input, in -> new Request(in.string(), in.string()));
        Peer peer = Keys.get(context, PEER + request.uuid, Peer::decode);
        for (Peer other : peers(context)) {
            if (!other.uuid.equals(request.uuid) && other.siteName.equals(request.site)) {
                throw fail(Errno.EEXIST, "the site is known");
            }
        }
        Keys.put(context, PEER + request.uuid, peer.with(request.site, peer.clientName)::encode);
        return Bytes.EMPTY;
    }

    /// A cluster that mirrors with this one (`cls::rbd::MirrorPeer`).
    @CephType("cls::rbd::MirrorPeer")
    record Peer(
            String uuid,
            String siteName,
            String clientName,
            int direction,
            String mirrorUuid,
            Utime lastSeen) {
        static final int RECEIVES_ONLY = 0;
        static final int SENDS_ONLY = 1;
        static final int BOTH = 2;

        private static final long NO_POOL = -1;

        /// 2: direction, the peer's own uuid, last seen; the pool is not used any more
        static Peer decode(WireReader in) {
            return in.versioned(2, (body, version) -> {
                String uuid = body.string();
                String siteName = body.string();
                String clientName = body.string();
                body.u64();
                return version < 2
                        ? new Peer(uuid, siteName, clientName, BOTH, "", Utime.ZERO)
                        : new Peer(uuid, siteName, clientName, body.u8(), body.string(), Utime.decode(body));
            });
        }

        void encode(WireWriter out) {
            out.versioned(2, 1, () -> {
                out.string(uuid).string(siteName).string(clientName).u64(NO_POOL).u8(direction).string(mirrorUuid);
                lastSeen.encode(out);
            });
        }

        boolean isValid() {
            boolean receives = direction != SENDS_ONLY;
            return direction <= BOTH
                    && !uuid.isEmpty()
                    && !siteName.isEmpty()
                    && !(receives && clientName.isEmpty());
        }

        /// Who fetches from here is a receiver of ours, besides what it is already.
        Peer seen(String site, String otherMirrorUuid, Utime now) {
            int seenDirection = direction == RECEIVES_ONLY ? BOTH : direction;
            return new Peer(uuid, site, clientName, seenDirection, otherMirrorUuid, now);
        }

        Peer withDirection(int other) {
            return new Peer(uuid, siteName, clientName, other, mirrorUuid, lastSeen);
        }

        Peer with(String otherSite, String otherClient) {
            return new Peer(uuid, otherSite, otherClient, direction, mirrorUuid, lastSeen);
        }
    }
}
