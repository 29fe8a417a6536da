package dev.inkfish.cephx.caps;

import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a key allows at monitors (`src/mon/MonCap.cc`).
public final class MonCap {
    public static final MonCap NONE = new MonCap(List.of());
    public static final MonCap ALL = parse("allow *");

    /// One `allow …`; at most one of service, profile and command is set, the others are empty.
    ///
    /// @param arguments of the command
    /// @param fsName only this file system; looked at by the services of metadata servers
    record Grant(
            String service,
            String profile,
            String command,
            NavigableMap<String, ArgumentMatch> arguments,
            int access,
            @Nullable Network network,
            String fsName) {
        static Grant service(String service, int access) {
            return new Grant(service, "", "", new TreeMap<>(), access, null, "");
        }

        static Grant command(String command) {
            return command(command, Map.of());
        }

        static Grant command(String command, Map<String, ArgumentMatch> arguments) {
            return new Grant("", "", command, new TreeMap<>(arguments), 0, null, "");
        }

        static Grant blanket(int access) {
            return service("", access);
        }

        private boolean isAll() {
            return access == Access.ANY && service.isEmpty() && profile.isEmpty() && command.isEmpty();
        }

        private int allowed(EntityAuthName who, String toService, String toCommand, Map<String, String> given) {
            if (!profile.isEmpty()) {
                int sum = 0;
                for (Grant grant : MonProfiles.expand(profile, who)) {
                    sum |= grant.allowed(who, toService, toCommand, given);
                }
                return sum;
            }
            if (!service.isEmpty()) {
                return service.equals(toService) ? access : 0;
            }
            if (!command.isEmpty()) {
                return command.equals(toCommand) && ArgumentMatch.all(arguments, given) ? Access.RWX : 0;
            }
            // stored keys may be secrets: only `*` and grants that name them reach them
            return toService.equals("config-key") ? 0 : access;
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("allow");
            if (!service.isEmpty()) {
                text.append(" service ").append(Access.quoted(service));
            }
            if (!command.isEmpty()) {
                text.append(" command ").append(Access.quoted(command));
                text.append(arguments.isEmpty() ? "" : " with").append(ArgumentMatch.print(arguments));
            }
            if (!profile.isEmpty()) {
                text.append(" profile ").append(Access.quoted(profile));
            }
            if (access != 0) {
                text.append(' ').append(Access.print(access));
            }
            if (network != null) {
                text.append(" network ").append(network);
            }
            return fsName.isEmpty() ? text.toString() : text + " fsname " + Access.quoted(fsName);
        }
    }

    private final List<Grant> grants;

    private MonCap(List<Grant> grants) {
        this.grants = grants;
    }

    /// @throws dev.inkfish.wire.CephException with EINVAL and Ceph's text
    public static MonCap parse(String text) {
        CapText in = new CapText(text);
        return new MonCap(Access.parseGrants("mon", text, in, () -> grant(in)));
    }

    private static @Nullable Grant grant(CapText in) {
        in.spaces();
        Grant grant = in.attempt(() -> blanketGrant(in));
        grant = grant != null ? grant : in.attempt(() -> profileGrant(in));
        grant = grant != null ? grant : in.attempt(() -> serviceGrant(in));
        grant = grant != null ? grant : in.attempt(() -> commandGrant(in));
        if (grant != null) {
            in.spaces();
        }
        return grant;
    }

    private static @Nullable Grant blanketGrant(CapText in) {
        if (!in.lit("allow") || !in.spaces()) {
            return null;
        }
        Integer access = Access.parse(in);
        if (access == null) {
            return null;
        }
        Network network = in.network();
        String fsName = in.setting("fsname");
        return new Grant("", "", "", new TreeMap<>(), access, network, fsName == null ? "" : fsName);
    }

    private static @Nullable Grant profileGrant(CapText in) {
        in.attempt(() -> in.lit("allow") && in.spaces() ? true : null);
        String profile = in.lit("profile") && in.equalsOrSpaces() ? in.str() : null;
        return profile == null ? null : new Grant("", profile, "", new TreeMap<>(), 0, in.network(), "");
    }

    private static @Nullable Grant serviceGrant(CapText in) {
        if (!in.lit("allow") || !in.spaces() || !in.lit("service") || !in.equalsOrSpaces()) {
            return null;
        }
        String service = in.str();
        Integer access = service != null && in.spaces() ? Access.parse(in) : null;
        return access == null ? null : new Grant(service, "", "", new TreeMap<>(), access, in.network(), "");
    }

    private static @Nullable Grant commandGrant(CapText in) {
        if (!in.lit("allow") || !in.spaces() || !in.lit("command") || !in.equalsOrSpaces()) {
            return null;
        }
        String command = in.str();
        if (command == null) {
            return null;
        }
        NavigableMap<String, ArgumentMatch> arguments = in.attempt(() ->
                in.spaces() && in.lit("with") && in.spaces() ? ArgumentMatch.parseAll(in, false) : null);
        return new Grant("", "", command, arguments == null ? new TreeMap<>() : arguments, 0, in.network(), "");
    }

    public boolean isAllowAll() {
        return grants.stream().anyMatch(Grant::isAll);
    }

    /// @param who whose key it is
    /// @param from the address the peer's bytes come from
    /// @param service the module: `mon`, `osd`, `auth`, …
    /// @param command the command's prefix; empty for anything that is no command
    public boolean allows(
            EntityAuthName who,
            EntityAddr from,
            String service,
            String command,
            Map<String, String> arguments,
            boolean read,
            boolean write,
            boolean execute) {
        int need = Access.need(read, write, execute);
        int allowed = 0;
        for (Grant grant : grants) {
            if (grant.network != null && !grant.network.contains(from)) {
                continue;
            }
            if (grant.isAll()) {
                return true;
            }
            allowed |= grant.allowed(who, service, command, arguments);
            if ((allowed & need) == need) {
                return true;
            }
        }
        return false;
    }

    /// As Ceph prints it in logs.
    @Override
    public String toString() {
        return grants.stream().map(Grant::toString).collect(Collectors.joining(", "));
    }
}
