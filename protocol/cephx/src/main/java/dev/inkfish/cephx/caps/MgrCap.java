package dev.inkfish.cephx.caps;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a key allows at the manager (`src/mgr/MgrCap.cc`).
public final class MgrCap {
    public static final MgrCap NONE = new MgrCap(List.of());
    public static final MgrCap ALL = parse("allow *");

    /// One `allow …`; at most one of service, module, profile and command is set, the others are empty.
    private record Grant(
            String service,
            String module,
            String profile,
            String command,
            NavigableMap<String, ArgumentMatch> arguments,
            int access,
            @Nullable Network network) {
        static Grant of(int access) {
            return new Grant("", "", "", "", new TreeMap<>(), access, null);
        }

        private boolean isAll() {
            return access == Access.ANY
                    && service.isEmpty()
                    && module.isEmpty()
                    && profile.isEmpty()
                    && command.isEmpty();
        }

        private int allowed(String toService, String toModule, String toCommand, Map<String, String> given) {
            if (!profile.isEmpty()) {
                int sum = 0;
                for (Grant grant : expand()) {
                    sum |= grant.allowed(toService, toModule, toCommand, given);
                }
                return sum;
            }
            if (!service.isEmpty()) {
                return service.equals(toService) ? access : 0;
            }
            if (!module.isEmpty()) {
                // which arguments a command has is the module's to judge
                boolean applies = module.equals(toModule)
                        && (!toCommand.isEmpty() || ArgumentMatch.all(arguments, given));
                return applies ? access : 0;
            }
            if (!command.isEmpty()) {
                return command.equals(toCommand) && ArgumentMatch.all(arguments, given) ? Access.ANY : 0;
            }
            return access;
        }

        /// @throws CephException with EINVAL where there is no such profile
        private List<Grant> expand() {
            return switch (profile) {
                case "read-only" -> List.of(of(Access.R));
                case "read-write" -> List.of(of(Access.R | Access.W));
                case "crash" -> List.of(new Grant("", "", "", "crash post", new TreeMap<>(), 0, null));
                // accepted, and mean nothing
                case "osd", "mds" -> List.of();
                case "rbd", "rbd-read-only" -> {
                    for (String key : arguments.keySet()) {
                        if (!key.equals("pool") && !key.equals("namespace")) {
                            throw unusable("profile '" + profile + "' does not recognize key '" + key + "'");
                        }
                    }
                    int access = profile.equals("rbd") ? Access.R | Access.W : Access.R;
                    yield List.of(new Grant("", "rbd_support", "", "", arguments, access, null));
                }
                default -> throw unusable("unrecognized profile '" + profile + "'");
            };
        }

        private static CephException unusable(String why) {
            return new CephException(
                    Errno.EINVAL, "mgr capability parse failed during profile evaluation: " + why);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(profile.isEmpty() ? "allow" : "profile " + Access.quoted(profile));
            if (!service.isEmpty()) {
                text.append(" service ").append(Access.quoted(service));
            } else if (!module.isEmpty()) {
                text.append(" module ").append(Access.quoted(module));
            } else if (!command.isEmpty()) {
                text.append(" command ").append(Access.quoted(command));
            }
            if (!arguments.isEmpty()) {
                text.append(profile.isEmpty() ? " with" : "").append(ArgumentMatch.print(arguments));
            }
            if (access != 0) {
                text.append(' ').append(Access.print(access));
            }
            return network == null ? text.toString() : text + " network " + network;
        }
    }

    private final List<Grant> grants;

    private MgrCap(List<Grant> grants) {
        this.grants = grants;
    }

    /// @throws CephException with EINVAL and Ceph's text
    public static MgrCap parse(String text) {
        CapText in = new CapText(text);
        List<Grant> grants = Access.parseGrants("mgr", text, in, () -> grant(in));
        for (Grant grant : grants) {
            if (!grant.profile.isEmpty()) {
                grant.expand();
            }
        }
        return new MgrCap(grants);
    }

    private static @Nullable Grant grant(CapText in) {
        in.spaces();
        Grant grant = in.attempt(() -> {
            Integer access = in.lit("allow") && in.spaces() ? Access.parse(in) : null;
            return access == null ? null : new Grant("", "", "", "", new TreeMap<>(), access, in.network());
        });
        grant = grant != null ? grant : in.attempt(() -> profile(in));
        for (String kind : new String[] {"service", "module", "command"}) {
            grant = grant != null ? grant : in.attempt(() -> named(in, kind));
        }
        if (grant != null) {
            in.spaces();
        }
        return grant;
    }

    private static @Nullable Grant profile(CapText in) {
        in.attempt(() -> in.lit("allow") && in.spaces() ? true : null);
        String profile = in.lit("profile") && in.equalsOrSpaces() ? in.str() : null;
        if (profile == null) {
            return null;
        }
        NavigableMap<String, ArgumentMatch> arguments =
                in.attempt(() -> in.spaces() ? ArgumentMatch.parseAll(in, true) : null);
        return new Grant(
                "", "", profile, "", arguments == null ? new TreeMap<>() : arguments, 0, in.network());
    }

    /// `allow service|module|command NAME …`
    private static @Nullable Grant named(CapText in, String kind) {
        if (!in.lit("allow") || !in.spaces() || !in.lit(kind) || !in.equalsOrSpaces()) {
            return null;
        }
        String name = in.str();
        if (name == null) {
            return null;
        }
        NavigableMap<String, ArgumentMatch> with = kind.equals("service")
                ? null
                : in.attempt(() -> in.spaces() && in.lit("with") && in.spaces() ? ArgumentMatch.parseAll(in, true) : null);
        NavigableMap<String, ArgumentMatch> arguments = with == null ? new TreeMap<>() : with;
        if (kind.equals("command")) {
            return new Grant("", "", "", name, arguments, 0, in.network());
        }
        Integer access = in.spaces() ? Access.parse(in) : null;
        if (access == null) {
            return null;
        }
        boolean service = kind.equals("service");
        return new Grant(service ? name : "", service ? "" : name, "", "", arguments, access, in.network());
    }

    public boolean isAllowAll() {
        return grants.stream().anyMatch(Grant::isAll);
    }

    /// @param module the manager's module that serves the command; empty for the manager itself
    /// @param command the command's prefix; empty for anything that is no command
    public boolean allows(
            EntityAddr from,
            String service,
            String module,
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
            allowed |= grant.allowed(service, module, command, arguments);
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
