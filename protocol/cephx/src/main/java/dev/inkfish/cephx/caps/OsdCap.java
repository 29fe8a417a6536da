package dev.inkfish.cephx.caps;

import dev.inkfish.wire.EntityAddr;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a key allows at OSDs (`src/osd/OSDCap.cc`).
public final class OsdCap {
    public static final OsdCap NONE = new OsdCap(List.of());
    public static final OsdCap ALL = parse("allow *");

    static final int R = 2;
    static final int W = 4;
    static final int CLASS_READ = 8;
    static final int CLASS_WRITE = 16;
    static final int X = CLASS_READ | CLASS_WRITE;
    static final int ANY = 0xff;

    /// A call of an object class within an operation.
    ///
    /// @param trusted whether `x` covers the class (`osd_class_default_list`); others must be named in a grant
    public record ClassCall(String className, String method, boolean reads, boolean writes, boolean trusted) {}

    /// Which objects a grant is for.
    ///
    /// @param pool empty for any
    /// @param nspace null for any; a trailing `*` stands for all that begin so
    /// @param tag empty application for any
    record Match(String pool, @Nullable String nspace, Tag tag, String objectPrefix) {
        boolean matches(
                String poolName, String inNspace, Map<String, ? extends Map<String, String>> applications, String object) {
            return (pool.isEmpty() || pool.equals(poolName))
                    && matchesNspace(inNspace)
                    && tag.matches(applications)
                    && object.startsWith(objectPrefix);
        }

        private boolean matchesNspace(String inNspace) {
            if (nspace == null || nspace.equals(inNspace)) {
                return true;
            }
            return nspace.endsWith("*") && inNspace.startsWith(nspace.substring(0, nspace.length() - 1));
        }

        boolean isAll() {
            return pool.isEmpty() && nspace == null && tag.application.isEmpty() && objectPrefix.isEmpty();
        }

        @Override
        public String toString() {
            return poolAndNspace(pool, nspace) + tag + (objectPrefix.isEmpty() ? "" : "object_prefix " + objectPrefix + " ");
        }
    }

    /// Pools that carry a key of an application.
    record Tag(String application, String key, String value) {
        static final Tag ANY = new Tag("", "", "");

        boolean matches(Map<String, ? extends Map<String, String>> applications) {
            if (application.isEmpty()) {
                return true;
            }
            Map<String, String> values = applications.get(application);
            if (values == null) {
                return false;
            }
            boolean anyValue = value.equals("*");
            if (key.equals("*")) {
                return anyValue || values.containsValue(value);
            }
            String found = values.get(key);
            return found != null && (anyValue || found.equals(value));
        }

        @Override
        public String toString() {
            return application.isEmpty() ? "" : "app " + application + " key " + key + " val " + value + " ";
        }
    }

    /// What may be done: bits, or a class by name.
    record Spec(int access, String className, String method) {
        static Spec of(int access) {
            return new Spec(access, "", "");
        }

        boolean isAll() {
            return access == ANY;
        }

        private boolean covers(ClassCall call) {
            if (!className.isEmpty() && className.equals(call.className) && (method.isEmpty() || method.equals(call.method))) {
                return true;
            }
            return call.trusted
                    && (!call.reads || (access & CLASS_READ) != 0)
                    && (!call.writes || (access & CLASS_WRITE) != 0);
        }

        @Override
        public String toString() {
            if (access == 0) {
                return className.isEmpty() ? "" : "class '" + className + "'" + (method.isEmpty() ? "" : " '" + method + "'");
            }
            if (isAll()) {
                return "*";
            }
            String classes = (access & X) == X
                    ? "x"
                    : ((access & CLASS_READ) != 0 ? " class-read" : "")
                            + ((access & CLASS_WRITE) != 0 ? " class-write" : "");
            return ((access & R) != 0 ? "r" : "") + ((access & W) != 0 ? "w" : "") + classes;
        }
    }

    /// One `allow …`, or a profile with the grants behind it.
    ///
    /// @param profile its text; empty for a plain grant
    record Grant(Match match, Spec spec, String profile, List<Grant> behind, @Nullable Network network) {
        static Grant of(Match match, Spec spec) {
            return new Grant(match, spec, "", List.of(), null);
        }

        boolean isAll() {
            return profile.isEmpty() ? match.isAll() && spec.isAll() : behind.stream().anyMatch(Grant::isAll);
        }

        private boolean allows(Request request, boolean[] allowedClasses) {
            if (network != null && !network.contains(request.from)) {
                return false;
            }
            if (!profile.isEmpty()) {
                return behind.stream().anyMatch(grant -> grant.allows(request, allowedClasses));
            }
            if (!match.matches(request.pool, request.nspace, request.applications, request.object)
                    || request.read && (spec.access & R) == 0
                    || request.write && (spec.access & W) == 0) {
                return false;
            }
            if (spec.isAll()) {
                return true;
            }
            boolean all = true;
            for (int i = 0; i < allowedClasses.length; i++) {
                allowedClasses[i] |= spec.covers(request.calls.get(i));
                all &= allowedClasses[i];
            }
            return all;
        }

        @Override
        public String toString() {
            String text = profile.isEmpty()
                    ? "" + match + spec
                    : profile + " [" + behind.stream().map(Grant::toString).collect(Collectors.joining(",")) + "]";
            return "grant(" + text + (network == null ? "" : " network " + network) + ")";
        }
    }

    private record Request(
            String pool,
            String nspace,
            Map<String, ? extends Map<String, String>> applications,
            String object,
            boolean read,
            boolean write,
            List<ClassCall> calls,
            EntityAddr from) {}

    private final List<Grant> grants;

    private OsdCap(List<Grant> grants) {
        this.grants = grants;
    }

    static String poolAndNspace(String pool, @Nullable String nspace) {
        String text = pool.isEmpty() ? "" : "pool " + pool + " ";
        return nspace == null ? text : text + "namespace " + (nspace.isEmpty() ? "\"\"" : nspace) + " ";
    }

    /// @throws dev.inkfish.wire.CephException with EINVAL and Ceph's text
    public static OsdCap parse(String text) {
        return new OsdCap(OsdCapParser.parse(text));
    }

    public boolean isAllowAll() {
        return grants.stream().anyMatch(Grant::isAll);
    }

    /// @param pool the pool's name
    /// @param applications the pool's application metadata
    /// @param object the object's locator key, or its name where it has none
    /// @param read whether the operation reads other than by class calls; the same for `write`
    /// @param calls class calls in the operation
    /// @param from the client's address
    public boolean allows(
            String pool,
            String nspace,
            Map<String, ? extends Map<String, String>> applications,
            String object,
            boolean read,
            boolean write,
            List<ClassCall> calls,
            EntityAddr from) {
        Request request = new Request(pool, nspace, applications, object, read, write, calls, from);
        // what one grant says of a class holds for the next
        boolean[] allowedClasses = new boolean[calls.size()];
        for (Grant grant : grants) {
            if (grant.allows(request, allowedClasses)) {
                return true;
            }
        }
        return false;
    }

    /// As Ceph prints it in logs.
    @Override
    public String toString() {
        return "osdcap[" + grants.stream().map(Grant::toString).collect(Collectors.joining(",")) + "]";
    }

    /// The grants behind `profile NAME`.
    static List<Grant> expand(String name, String pool, @Nullable String nspace) {
        Match here = new Match(pool, nspace, Tag.ANY, "");
        List<Grant> grants = new ArrayList<>();
        switch (name) {
            case "read-only" -> grants.add(Grant.of(here, Spec.of(R)));
            case "read-write" -> grants.add(Grant.of(here, Spec.of(R | W)));
            case "rbd" -> {
                grants.add(Grant.of(new Match("", null, Tag.ANY, "rbd_info"), Spec.of(R)));
                grants.add(Grant.of(new Match("", null, Tag.ANY, "rbd_children"), Spec.of(CLASS_READ)));
                grants.add(Grant.of(new Match("", null, Tag.ANY, "rbd_mirroring"), Spec.of(CLASS_READ)));
                grants.add(poolMetadata(pool));
                grants.add(Grant.of(here, Spec.of(R | W | X)));
            }
            case "rbd-read-only" -> {
                grants.add(poolMetadata(pool));
                grants.add(Grant.of(here, Spec.of(R | CLASS_READ)));
                Match headers = new Match(pool, nspace, Tag.ANY, "rbd_header.");
                grants.add(Grant.of(headers, new Spec(0, "rbd", "child_attach")));
                grants.add(Grant.of(headers, new Spec(0, "rbd", "child_detach")));
            }
            default -> {}
        }
        return List.copyOf(grants);
    }

    /// A pool's image settings are in its default namespace, whichever one the grant is for.
    private static Grant poolMetadata(String pool) {
        return Grant.of(new Match(pool, "", Tag.ANY, "rbd_info"), new Spec(0, "rbd", "metadata_list"));
    }
}
