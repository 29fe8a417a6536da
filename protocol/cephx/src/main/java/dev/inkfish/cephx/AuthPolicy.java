package dev.inkfish.cephx;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.wire.EntityType;
import java.util.List;

/// What the configuration says about authentication.
///
/// @param clusterMethods for daemons (`auth_cluster_required`), best first
/// @param serviceMethods for clients (`auth_service_required`), best first
/// @param modes connection modes for all (`ms_mon_*_mode`, `ms_cluster_mode`, `ms_service_mode`), best first
/// @param ticketMillis `auth_service_ticket_ttl`
/// @param monTicketMillis `auth_mon_ticket_ttl`
/// @param allowInsecureReclaim `auth_allow_insecure_global_id_reclaim`: lets clients from before 2021 keep their
///     global id without proving that it was theirs
public record AuthPolicy(
        List<Integer> clusterMethods,
        List<Integer> serviceMethods,
        List<Integer> modes,
        long ticketMillis,
        long monTicketMillis,
        boolean allowInsecureReclaim) {
    public static final AuthPolicy CEPHX = of(List.of(AuthMethod.CEPHX));
    public static final AuthPolicy NONE = of(List.of(AuthMethod.NONE));

    /// Ceph's defaults with these methods for all.
    public static AuthPolicy of(List<Integer> methods) {
        List<Integer> modes = List.of(AuthMethod.MODE_CRC, AuthMethod.MODE_SECURE);
        return new AuthPolicy(methods, methods, modes, 3_600_000, 72 * 3_600_000L, false);
    }

    public List<Integer> methods(EntityType peer) {
        return switch (peer) {
            case MON, MDS, OSD, MGR -> clusterMethods;
            case CLIENT, AUTH -> serviceMethods;
        };
    }
}
