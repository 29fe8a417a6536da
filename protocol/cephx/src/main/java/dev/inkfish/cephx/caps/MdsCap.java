package dev.inkfish.cephx.caps;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a key allows at metadata servers (`src/mds/MDSAuthCaps.cc`): read and printed only, since there are no
/// metadata servers here to decide anything by it.
public final class MdsCap {
    private static final List<String> SPECS =
            List.of("*", "all", "rwfps", "rwps", "rwfp", "rwfs", "rwp", "rws", "rwf", "rw", "r");

    /// One `allow …`.
    ///
    /// @param spec the letters, or `*`
    /// @param where path, user and the like, as text
    private record Grant(String spec, String where, @Nullable Network network) {
        @Override
        public String toString() {
            return "allow " + spec + where + (network == null ? "" : " network " + network);
        }
    }

    private final List<Grant> grants;

    private MdsCap(List<Grant> grants) {
        this.grants = grants;
    }

    /// @throws dev.inkfish.wire.CephException with EINVAL and Ceph's text
    public static MdsCap parse(String text) {
        if (text.equals("allow")) {
            return new MdsCap(List.of(new Grant("rwps", "", null)));
        }
        CapText in = new CapText(text);
        in.whitespace();
        return new MdsCap(Access.parseGrants("mds", text, in, () -> grant(in)));
    }

    private static @Nullable Grant grant(CapText in) {
        if (!in.lit("allow") || !in.spaces()) {
            return null;
        }
        for (String spec : SPECS) {
            if (in.lit(spec)) {
                String byUser = in.attempt(() -> byUser(in));
                String where = byUser == null ? byFileSystem(in) : byUser;
                return new Grant(spec.equals("all") ? "*" : spec, where, in.network());
            }
        }
        return null;
    }

    private static @Nullable String byUser(CapText in) {
        String path = in.attempt(() -> path(in));
        String uid = in.spaces() && in.lit("uid=") ? in.digits() : null;
        if (uid == null) {
            return null;
        }
        String gids = in.attempt(() -> in.spaces() && in.lit("gids=") ? numbers(in) : null);
        return (path == null ? "" : path) + " uid=" + uid + (gids == null ? "" : " gids=" + gids);
    }

    private static @Nullable String numbers(CapText in) {
        String first = in.digits();
        if (first == null) {
            return null;
        }
        StringBuilder all = new StringBuilder(first);
        String more = in.attempt(() -> in.lit(",") ? in.digits() : null);
        while (more != null) {
            all.append(',').append(more);
            more = in.attempt(() -> in.lit(",") ? in.digits() : null);
        }
        return all.toString();
    }

    private static String byFileSystem(CapText in) {
        String fsName = in.attempt(() -> {
            String name = in.spaces() && in.lit("fsname=")
                    ? in.run(c -> c < 128 && Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '-')
                    : "";
            return name.isEmpty() ? null : name;
        });
        String path = in.attempt(() -> path(in));
        Boolean squash = in.attempt(() -> in.spaces() && in.lit("root_squash") ? true : null);
        return (fsName == null ? "" : " fsname=" + fsName)
                + (path == null ? "" : path)
                + (squash == null ? "" : " root_squash");
    }

    private static @Nullable String path(CapText in) {
        String path = in.spaces() && in.lit("path=") ? in.emptyOrStr() : null;
        return path == null ? null : " path=\"/" + path.replaceFirst("^/+", "") + "\"";
    }

    /// As Ceph prints it in logs.
    @Override
    public String toString() {
        return "MDSAuthCaps[" + grants.stream().map(Grant::toString).collect(Collectors.joining(", ")) + "]";
    }
}
