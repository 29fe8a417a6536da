package dev.inkfish.objclass.rbd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How an image's mirroring goes, as each site that takes part reports it (`cls::rbd::MirrorImageStatus`).
@CephType("cls::rbd::MirrorImageStatus")
record MirrorStatus(List<Site> sites) {
    static final int UNKNOWN = 0;
    static final int ERROR = 1;

    @Nullable Site local() {
        return sites.stream().filter(Site::isLocal).findFirst().orElse(null);
    }

    List<Site> remotes() {
        return sites.stream().filter(site -> !site.isLocal()).toList();
    }

    /// 2: the remote sites
    void encode(WireWriter out) {
        Site local = local();
        out.versioned(2, 1, () -> {
            (local == null ? Site.NOTHING : local).encodeFields(out);
            out.bool(local != null);
            out.list(remotes(), (w, site) -> {
                w.string(site.mirrorUuid);
                site.encodeFields(w);
            });
        });
    }

    /// One site's report (`cls::rbd::MirrorImageSiteStatus`).
    ///
    /// @param mirrorUuid whose it is; empty for the local site
    /// @param state `MirrorImageStatusState`
    /// @param up whether who reported it is still there
    @CephType("cls::rbd::MirrorImageSiteStatus")
    record Site(String mirrorUuid, int state, String description, Utime updated, boolean up) {
        static final Site NOTHING = new Site("", UNKNOWN, "", Utime.ZERO, false);

        boolean isLocal() {
            return mirrorUuid.isEmpty();
        }

        /// 2: the site's uuid
        static Site decode(WireReader in) {
            return in.versioned(2, (body, version) -> new Site(
                    version >= 2 ? body.string() : "", body.u8(), body.string(), Utime.decode(body), body.bool()));
        }

        /// Version 1 as long as that is enough.
        void encode(WireWriter out) {
            int version = isLocal() ? 1 : 2;
            out.versioned(version, version, () -> {
                if (!isLocal()) {
                    out.string(mirrorUuid);
                }
                encodeFields(out);
            });
        }

        private void encodeFields(WireWriter out) {
            out.u8(state).string(description);
            updated.encode(out);
            out.bool(up);
        }
    }

    /// A client at its address (`entity_inst_t`). The address is of no kind in particular, since that is not what
    /// tells clients apart.
    record Instance(EntityName name, EntityAddr addr) {
        static Instance of(EntityName name, EntityAddr addr) {
            return new Instance(name, addr.withKind(EntityAddr.Kind.ANY));
        }

        static Instance decode(WireReader in) {
            return of(EntityName.decode(in), EntityAddr.decode(in));
        }

        void encode(WireWriter out, long features) {
            name.encode(out);
            addr.encode(out, features);
        }
    }

    /// A report and who made it (`cls::rbd::MirrorImageSiteStatusOnDisk`); whose it is stands in the key.
    record Stored(Instance origin, Site status) {
        static Stored decode(WireReader in) {
            Instance origin = in.versioned(1, (body, version) -> Instance.decode(body));
            return new Stored(origin, Site.decode(in));
        }

        void encode(WireWriter out, long features) {
            out.versioned(1, 1, () -> origin.encode(out, features));
            status.encode(out);
        }
    }
}
