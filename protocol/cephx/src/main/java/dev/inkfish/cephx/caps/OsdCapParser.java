package dev.inkfish.cephx.caps;

import dev.inkfish.cephx.caps.OsdCap.Grant;
import dev.inkfish.cephx.caps.OsdCap.Match;
import dev.inkfish.cephx.caps.OsdCap.Spec;
import dev.inkfish.cephx.caps.OsdCap.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The grammar of [OsdCap].
final class OsdCapParser {
    private final CapText in;

    private OsdCapParser(CapText in) {
        this.in = in;
    }

    static List<Grant> parse(String text) {
        CapText in = new CapText(text);
        OsdCapParser parser = new OsdCapParser(in);
        return Access.parseGrants("osd", text, in, parser::grant);
    }

    private void blanks() {
        in.run(c -> c == ' ' || c == '\t');
    }

    private @Nullable Grant grant() {
        blanks();
        Grant grant = in.attempt(() -> {
            Spec spec = in.lit("allow") ? in.attempt(this::spec) : null;
            return spec == null ? null : new Grant(match(), spec, "", List.of(), in.network());
        });
        grant = grant != null ? grant : in.attempt(() -> {
            if (!in.lit("allow")) {
                return null;
            }
            Match match = match();
            Spec spec = in.attempt(this::spec);
            return spec == null ? null : new Grant(match, spec, "", List.of(), in.network());
        });
        grant = grant != null ? grant : in.attempt(this::profile);
        if (grant != null) {
            blanks();
        }
        return grant;
    }

    private @Nullable Grant profile() {
        String name = in.lit("profile") && equalsOrSpaces() ? in.str() : null;
        if (name == null) {
            return null;
        }
        String pool = setting("pool");
        String nspace = in.attempt(this::nspace);
        String poolName = pool == null ? "" : pool;
        String text = "profile " + name + OsdCap.poolAndNspace(poolName, nspace);
        Match match = new Match("", null, Tag.ANY, "");
        return new Grant(match, Spec.of(0), text, OsdCap.expand(name, poolName, nspace), in.network());
    }

    private @Nullable Spec spec() {
        Boolean all = in.attempt(() -> in.whitespace() && wildcard() != null ? true : null);
        if (all != null) {
            return Spec.of(OsdCap.ANY);
        }
        Integer plain = in.attempt(() -> {
            int bits = in.whitespace()
                    ? (in.lit("r") ? OsdCap.R : 0) | (in.lit("w") ? OsdCap.W : 0) | (in.lit("x") ? OsdCap.X : 0)
                    : 0;
            return bits == 0 ? null : bits;
        });
        int access = (plain == null ? 0 : plain)
                | classAccess("class-read", OsdCap.CLASS_READ)
                | classAccess("class-write", OsdCap.CLASS_WRITE);
        if (access != 0) {
            return Spec.of(access);
        }
        String className = in.whitespace() && in.lit("class") && in.whitespace() ? in.str() : null;
        if (className == null) {
            return null;
        }
        String method = in.attempt(() -> in.whitespace() ? in.str() : null);
        return new Spec(0, className, method == null ? "" : method);
    }

    private int classAccess(String word, int bits) {
        return in.attempt(() -> in.whitespace() && in.lit(word) ? true : null) == null ? 0 : bits;
    }

    /// Always matches; the empty text stands for all objects.
    private Match match() {
        Match tagged = in.attempt(() -> {
            Tag tag = in.attempt(this::tag);
            if (tag != null) {
                return new Match("", null, tag, "");
            }
            String nspace = in.attempt(this::nspace);
            tag = nspace == null ? null : in.attempt(this::tag);
            return tag == null ? null : new Match("", nspace, tag, "");
        });
        if (tagged != null) {
            return tagged;
        }
        String pool = setting("pool");
        String nspace = in.attempt(this::nspace);
        String prefix = in.attempt(() ->
                in.whitespace() && in.lit("object_prefix") && in.whitespace() ? in.str() : null);
        return new Match(pool == null ? "" : pool, nspace, Tag.ANY, prefix == null ? "" : prefix);
    }

    private @Nullable Tag tag() {
        if (!in.whitespace() || !in.lit("tag") || !in.whitespace()) {
            return null;
        }
        String application = in.str();
        String key = application != null && in.whitespace() ? wildcardOrStr() : null;
        if (application == null || key == null) {
            return null;
        }
        in.whitespace();
        if (!in.lit("=")) {
            return null;
        }
        in.whitespace();
        String value = wildcardOrStr();
        return value == null ? null : new Tag(application, key, value);
    }

    private @Nullable String nspace() {
        if (!in.whitespace() || !in.lit("namespace") || !equalsOrSpaces()) {
            return null;
        }
        String name = in.emptyOrStr();
        return name == null ? null : in.lit("*") ? name + "*" : name;
    }

    private @Nullable String setting(String keyword) {
        return in.attempt(() -> in.whitespace() && in.lit(keyword) && equalsOrSpaces() ? in.str() : null);
    }

    private boolean equalsOrSpaces() {
        return in.lit("=") || in.whitespace();
    }

    private @Nullable String wildcard() {
        return in.lit("*") || in.lit("all") ? "*" : null;
    }

    private @Nullable String wildcardOrStr() {
        String wildcard = wildcard();
        return wildcard != null ? wildcard : in.str();
    }
}
