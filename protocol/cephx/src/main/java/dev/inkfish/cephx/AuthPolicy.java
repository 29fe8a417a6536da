package dev.inkfish.cephx;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

    private static final Map<String, Integer> METHODS =
            new TreeMap<>(Map.of("cephx", AuthMethod.CEPHX, "none", AuthMethod.NONE));
    private static final Map<String, Integer> MODES =
            new TreeMap<>(Map.of("crc", AuthMethod.MODE_CRC, "secure", AuthMethod.MODE_SECURE));

    /// Ceph's defaults with these methods for all.
    public static AuthPolicy of(List<Integer> methods) {
        List<Integer> modes = List.of(AuthMethod.MODE_CRC, AuthMethod.MODE_SECURE);
        return new AuthPolicy(methods, methods, modes, 3_600_000, 72 * 3_600_000L, false);
    }

    /// The same with methods and modes as `ceph.conf` lists them: `cephx, none`, `secure crc`.
    ///
    /// @throws CephException with EINVAL for an unknown word
    public AuthPolicy configured(String cluster, String service, String modeList) {
        return new AuthPolicy(
                numbers(cluster, METHODS),
                numbers(service, METHODS),
                numbers(modeList, MODES),
                ticketMillis,
                monTicketMillis,
                allowInsecureReclaim);
    }

    /// The same with other lifetimes, in seconds.
    public AuthPolicy withTickets(double ticketSeconds, double monTicketSeconds) {
        return new AuthPolicy(
                clusterMethods,
                serviceMethods,
                modes,
                (long) (ticketSeconds * 1000),
                (long) (monTicketSeconds * 1000),
                allowInsecureReclaim);
    }

    /// The same with the rule for old clients.
    public AuthPolicy withInsecureReclaim(boolean allowed) {
        return new AuthPolicy(clusterMethods, serviceMethods, modes, ticketMillis, monTicketMillis, allowed);
    }

    /// @throws CephException with EINVAL for an unknown word
    public static List<Integer> modes(String list) {
        return numbers(list, MODES);
    }

    /// @throws CephException with EINVAL for an unknown word
    public static List<Integer> methods(String list) {
        return numbers(list, METHODS);
    }

    private static List<Integer> numbers(String list, Map<String, Integer> known) {
        List<Integer> numbers = new ArrayList<>();
        for (String word : list.strip().split("[,;\\s]+")) {
            Integer number = known.get(word);
            if (number == null) {
                throw new CephException(Errno.EINVAL, "'" + word + "' is none of " + known.keySet());
            }
            numbers.add(number);
        }
        return List.copyOf(numbers);
    }

    public List<Integer> methods(EntityType peer) {
        return switch (peer) {
            case MON, MDS, OSD, MGR -> clusterMethods;
            case CLIENT, AUTH -> serviceMethods;
        };
    }
}
